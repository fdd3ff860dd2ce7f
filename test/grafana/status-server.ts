import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {json} from 'node:stream/consumers'

/** What is sent to a GitOps status server after each run. */
export type Check = {
  readonly repo: string
  readonly server: string
  readonly sync_status: 'SYNCED' | 'OUT_OF_SYNC'
  readonly drift_count: number
  readonly files: readonly {readonly name: string}[]
  readonly last_check: string
}

/** What such servers make of it at `/status.json`. */
export const shapes: Readonly<Record<string, (checks: readonly Check[]) => unknown>> = {
  'a list': checks => checks,
  'one object, the last check': checks => checks.at(-1) ?? {},
  'an object by name': checks => Object.fromEntries(checks.map(check => [`${check.repo}:${check.server}`, check])),
  'a list in an object': checks => ({updated: '2026-11-21T09:00:00Z', total: checks.length, servers: checks}),
}

/** A status server that keeps the last check of each repo and server, and tells it in one of the shapes. */
export async function startStatusServer(shape: (checks: readonly Check[]) => unknown) {
  const checks = new Map<string, Check>()
  const server = createServer((request, response) => {
    void (async () => {
      if (request.method === 'POST' && request.url === '/api/status') {
        const check = (await json(request)) as Check
        checks.set(`${check.repo}:${check.server}`, check)
        response.end('{"status":"ok"}')
      } else if (request.method === 'GET' && request.url === '/status.json') {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(shape([...checks.values()])))
      } else {
        response.writeHead(404).end()
      }
    })()
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
