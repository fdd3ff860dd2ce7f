import {createServer, request as forward, type IncomingMessage} from 'node:http'
import {connect, type AddressInfo, type Socket} from 'node:net'

/** One request as it arrived at the proxy: `GET http://host/path` or `CONNECT host:port`. */
export type ProxyCall = {readonly line: string; readonly authorization: string | null}

export type Proxy = AsyncDisposable & {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly calls: ProxyCall[]
}

export type ProxyOptions = {
  /** `user:password`; without it everybody may pass. */
  readonly login?: string
  /** Where every tunnel ends, whatever host it is for: `127.0.0.1:PORT`. */
  readonly tunnelTo?: string
}

/**
 * A real proxy on loopback: forwards plain requests and tunnels CONNECT.
 * https://www.rfc-editor.org/rfc/rfc9110#name-connect
 */
export async function startProxy({login, tunnelTo}: ProxyOptions = {}): Promise<Proxy> {
  const calls: ProxyCall[] = []
  const sockets = new Set<Socket>()

  function record({method = '', url = '', headers}: IncomingMessage): boolean {
    const authorization = headers['proxy-authorization'] ?? null
    calls.push({line: `${method} ${url}`, authorization})
    return login === undefined || authorization === `Basic ${Buffer.from(login).toString('base64')}`
  }

  const server = createServer((request, response) => {
    if (!record(request)) {
      response.writeHead(407, {'proxy-authenticate': 'Basic realm="proxy"'}).end()
      return
    }
    const {method, headers} = request
    const {'proxy-authorization': _, ...passed} = headers
    const outgoing = forward(request.url ?? '', {method, headers: passed}, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => response.writeHead(502).end())
    request.pipe(outgoing)
  })
  server.on('connect', (request, client, head) => {
    if (!record(request)) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="proxy"\r\n\r\n')
      return
    }
    const {hostname, port} = new URL(`http://${tunnelTo ?? request.url}`)
    const target = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.write(head)
      target.pipe(client).pipe(target)
    })
    sockets.add(target)
    target.on('error', () => client.destroy())
    client.on('error', () => target.destroy())
  })
  server.on('connection', socket => sockets.add(socket))
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
