import {readFile} from 'node:fs/promises'
import {connect, type AddressInfo, type Socket} from 'node:net'
import {dirname, join} from 'node:path'
import {createServer} from 'node:tls'

import {startTlsServer} from '../support/tls-server.ts'

/** TLS in front of a plain server. */
export type TlsFront = AsyncDisposable & {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Of its own certificate, for `receiver.test`. */
  readonly caFile: string
}

/** Speaks TLS for the server on `target`, `127.0.0.1:PORT`, with the certificate of a `TlsServer`. */
export async function startTlsFront(target: string): Promise<TlsFront> {
  const owner = await startTlsServer()
  const key = await readFile(join(dirname(owner.caFile), 'key.pem'))
  const [hostname = '', port] = target.split(':')
  const sockets = new Set<Socket>()
  const server = createServer({key, cert: owner.certificate}, client => {
    const behind = connect(Number(port), hostname)
    for (const socket of [client, behind]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    behind.pipe(client).pipe(behind)
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    caFile: owner.caFile,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
      await owner[Symbol.asyncDispose]()
    },
  }
}
