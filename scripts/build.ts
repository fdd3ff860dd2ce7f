import {chmod, rm, writeFile} from 'node:fs/promises'
import {basename, resolve} from 'node:path'

import {rolldown} from 'rolldown'

/**
 * Bundles `dist/`: `cli.js` is the launcher (plain enough for an old Node to say that it is too old; it turns the
 * compile cache on), everything else is loaded by it. No file there needs `node_modules`. All are CommonJS, which starts
 * 5 ms sooner: an ES module that imports a part of Node has every getter of that part called.
 *
 * Below are the parts of undici and the chunks, then the build itself.
 */

/**
 * The parts of undici that `http.ts` uses. Its index loads fetch, caches, mocks and WebSocket with them, and its client
 * HTTP/2, which is turned off: together a quarter of the time of a whole run (`npm run bench`).
 */
const parts = `
const Dispatcher = require('undici/lib/dispatcher/dispatcher.js')
Object.assign(Dispatcher.prototype, {request: require('undici/lib/api/api-request.js')})
exports.Agent = require('undici/lib/dispatcher/agent.js')
Object.defineProperty(exports, 'EnvHttpProxyAgent', {
  get() {
    Object.assign(Dispatcher.prototype, {connect: require('undici/lib/api/api-connect.js')})
    return require('undici/lib/dispatcher/env-http-proxy-agent.js')
  }
})`
const noHttp2 = `module.exports = () => { throw new Error('HTTP/2 is not part of this bundle') }`

const undiciParts = {
  name: 'undici-parts',
  resolveId(id: string) {
    if (id === 'undici') return '\0undici-parts.cjs'
    return id === './client-h2.js' ? '\0no-http2.cjs' : null
  },
  load(id: string) {
    if (id === '\0undici-parts.cjs') return parts
    return id === '\0no-http2.cjs' ? noHttp2 : null
  },
}

/**
 * What a run loads lies in few files, since each file costs it a quarter of a millisecond: what the command line needs,
 * what `parse` needs, too, what `pull` needs, too, and the rest. Modules that are loaded on demand keep chunks of their
 * own.
 */
const roots = ['src/cli.ts', 'src/commands/parse.ts', 'src/commands/pull.ts', 'src/commands/run.ts']

function chunkOf(id: string, context: Graph): string | null {
  const root = roots.find(root => isLoadedWith(id, root, context))
  if (root === undefined || (root !== 'src/cli.ts' && !isLoadedWith(id, 'src/commands/run.ts', context))) return null
  return basename(root, '.ts')
}

type Graph = {getModuleInfo(id: string): {importers: readonly string[]} | null}

/** Whether the module at `root` imports this one, itself or through others; `import()` does not count. */
function isLoadedWith(id: string, root: string, graph: Graph): boolean {
  const wanted = resolve(root)
  const seen = new Set([id])
  for (const module of seen) {
    if (module === wanted) return true
    for (const importer of graph.getModuleInfo(module)?.importers ?? []) seen.add(importer)
  }
  return false
}

await rm('dist', {recursive: true, force: true})
const bundle = await rolldown({
  input: {cli: 'src/launcher.ts', demo: 'src/demo/demo.ts', 'stand-in-tazuna': 'src/demo/stand-in/main.ts'},
  platform: 'node',
  plugins: [undiciParts],
  checks: {pluginTimings: false},
})
await bundle.write({
  dir: 'dist',
  format: 'cjs',
  minify: {compress: true, mangle: false, codegen: {removeWhitespace: true}},
  entryFileNames: '[name].js',
  chunkFileNames: 'lib/[name].js',
  codeSplitting: {
    groups: [
      {name: chunkOf, priority: 1},
      {name: 'artifact', test: /\/src\/artifact\//},
    ],
  },
})
await bundle.close()
// whatever the package is
await writeFile('dist/package.json', '{"type": "commonjs"}\n')
await chmod('dist/cli.js', 0o755)
