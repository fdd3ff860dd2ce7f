import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

/** A small server on loopback, on a free port. Disposing ends it and its connections. */
export type LocalServer = AsyncDisposable & {readonly host: string}

export type Handle = (request: {method: string; path: string; body: string}, response: ServerResponse) => void

export async function startServer(handle: Handle): Promise<LocalServer> {
  const server = createServer((request, response) => {
    void answer(request, response, handle)
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, handle: Handle): Promise<void> {
  const body = await readBody(request)
  handle({method: request.method ?? 'GET', path: request.url ?? '/', body}, response)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
