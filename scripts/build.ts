import {chmod, rm} from 'node:fs/promises'
import {rolldown} from 'rolldown'

/**
 * Bundles `dist/`: `cli.js` is the launcher (plain enough for an old Node to say that it is too old; it turns the
 * compile cache on), everything else is loaded by it. No file there needs `node_modules`.
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

await rm('dist', {recursive: true, force: true})
const bundle = await rolldown({
  input: {cli: 'src/launcher.ts', demo: 'src/demo/demo.ts', 'stand-in-tazuna': 'src/demo/stand-in/main.ts'},
  platform: 'node',
  plugins: [undiciParts],
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
