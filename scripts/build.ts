import {chmod, rm} from 'node:fs/promises'
import {rolldown} from 'rolldown'

/**
 * Bundles `dist/`: `cli.js` is the launcher (plain enough for an old Node to say that it is too old; it turns the
 * compile cache on), everything else is loaded by it. No file there needs `node_modules`.
 */
/** undici loads HTTP/2 when it is loaded, which takes a tenth of a whole run; `http.ts` never asks for it. */
const withoutHttp2 = {
  name: 'without-http2',
  resolveId: (id: string) => (id === './client-h2' || id === './client-h2.js' ? '\0no-http2' : null),
  load: (id: string) => (id === '\0no-http2' ? 'module.exports = () => { throw new Error("no HTTP/2") }' : null),
}

await rm('dist', {recursive: true, force: true})
const bundle = await rolldown({
  input: {cli: 'src/launcher.ts', demo: 'src/demo/demo.ts', 'stand-in-tazuna': 'src/demo/stand-in/main.ts'},
  platform: 'node',
  plugins: [withoutHttp2],
  checks: {pluginTimings: false},
})
await bundle.write({
  dir: 'dist',
  format: 'esm',
  minify: {compress: true, mangle: false, codegen: {removeWhitespace: true}},
  entryFileNames: '[name].js',
  chunkFileNames: 'lib/[name].js',
})
await bundle.close()
await chmod('dist/cli.js', 0o755)
