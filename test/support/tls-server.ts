import {execFile} from 'node:child_process'
import {readFile} from 'node:fs/promises'
import {createServer, type Server} from 'node:https'
import type {AddressInfo} from 'node:net'
import {promisify} from 'node:util'

import {requireExecutable} from './executables.ts'
import {tempDir} from './temp-dir.ts'

export const opensslPath = requireExecutable('openssl', 'apt-get install openssl')

export type TlsServer = AsyncDisposable & {
  /** `https://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  /** The path of its certificate, which nobody but itself has signed. */
  readonly caFile: string
  /** The certificate as PEM. */
  readonly certificate: string
  /** `METHOD path body` of all calls. */
  readonly calls: string[]
}

/** An HTTPS server with a new certificate of its own for loopback and `receiver.test`. Answers 200 and `ok`. */
export async function startTlsServer(): Promise<TlsServer> {
  if (opensslPath === null) throw new Error('openssl is not there')
  const dir = await tempDir()
  const calls: string[] = []
  try {
    const [keyFile, caFile] = [`${dir.path}/key.pem`, `${dir.path}/cert.pem`]
    const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=test'
    const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:receiver.test'
    const words = [...kind.split(' '), '-addext', names, '-keyout', keyFile, '-out', caFile]
    await promisify(execFile)(opensslPath, words)
    const [key, certificate] = await Promise.all([readFile(keyFile, 'utf8'), readFile(caFile, 'utf8')])
    const server = createServer({key, cert: certificate}, (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        calls.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`.trim())
        response.end('ok')
      })
    })
    const port = await listen(server)
    return {
      url: `https://127.0.0.1:${port}`,
      port,
      caFile,
      certificate,
      calls,
      async [Symbol.asyncDispose]() {
        const closed = new Promise<void>(resolve => void server.close(() => resolve()))
        server.closeAllConnections()
        await closed
        await dir[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await dir[Symbol.asyncDispose]()
    throw error
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
