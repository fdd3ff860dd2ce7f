import {chmod, readFile, rm} from 'node:fs/promises'
import {rolldown} from 'rolldown'

/**
 * Bundles `dist/`: `cli.js` is the launcher (plain enough for an old Node to say that it is too old; it turns the
 * compile cache on), everything else is loaded by it. No file there needs `node_modules`.
 */
const {version} = JSON.parse(await readFile('package.json', 'utf8')) as {version: string}

await rm('dist', {recursive: true, force: true})
const bundle = await rolldown({
  input: {cli: 'src/launcher.ts', demo: 'src/demo/demo.ts', 'stand-in-tazuna': 'src/demo/stand-in/main.ts'},
  platform: 'node',
  transform: {define: {'process.env.TAZUNA_WATCH_VERSION': JSON.stringify(version)}},
  checks: {pluginTimings: false},
})
await bundle.write({
  dir: 'dist',
  format: 'esm',
  minify: {compress: true, mangle: false, codegen: {removeWhitespace: true}},
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
})
await bundle.close()
await chmod('dist/cli.js', 0o755)
