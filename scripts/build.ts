import {chmod, rm} from 'node:fs/promises'
import {rolldown} from 'rolldown'

/**
 * Bundles `dist/`: `cli.js` is the launcher (plain enough for an old Node to say that it is too old; it turns the
 * compile cache on), everything else is loaded by it. No file there needs `node_modules`.
 */
await rm('dist', {recursive: true, force: true})
const bundle = await rolldown({
  input: {cli: 'src/launcher.ts', demo: 'src/demo/demo.ts', 'stand-in-tazuna': 'src/demo/stand-in/main.ts'},
  platform: 'node',
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
