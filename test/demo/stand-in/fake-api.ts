import {execFile} from 'node:child_process'
import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {createServer, type IncomingMessage, type RequestListener, type ServerResponse} from 'node:http'
import {createServer as createTlsServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {promisify} from 'node:util'

export type Answer = {status: number; body: unknown} | null
type Tls = {cert: string; key: string; ca?: string; requestCert?: boolean}

/** An API server that answers by path, or breaks the connection for null; counts the calls. */
export async function fakeApi(answer: (path: string) => Answer, tls?: Tls) {
  const calls: string[] = []
  const listener: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    calls.push([request.method, path, request.headers.authorization].filter(part => part !== undefined).join(' '))
    const given = answer(path)
    if (given === null) {
      request.socket.destroy()
      return
    }
    response.writeHead(given.status, {'content-type': 'application/json'}).end(JSON.stringify(given.body))
  }
  const server =
    tls === undefined ? createServer(listener) : createTlsServer({...tls, rejectUnauthorized: true}, listener)
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const {port} = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    calls,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => {
        server.close(resolve)
      })
    },
  }
}

/** Writes `config`, a kubeconfig of one context, into a folder and gives its path. */
export async function writeKubeconfig(
  folder: string,
  server: string,
  user: object = {},
  cluster: object = {},
): Promise<string> {
  await mkdir(folder, {recursive: true})
  const path = join(folder, 'config')
  const config = {
    'current-context': 'c',
    contexts: [{name: 'c', context: {cluster: 'c', user: 'u'}}],
    clusters: [{name: 'c', cluster: {server, ...cluster}}],
    users: [{name: 'u', user}],
  }
  await writeFile(path, JSON.stringify(config))
  return path
}

/** A self-signed certificate for 127.0.0.1, in `NAME.crt` and `NAME.key`. */
export async function makeCertificate(folder: string, name: string): Promise<{cert: string; key: string}> {
  const cert = join(folder, `${name}.crt`)
  const key = join(folder, `${name}.key`)
  const flags = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  await promisify(execFile)('openssl', ['req', ...flags, ...subject, '-keyout', key, '-out', cert])
  return {cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8')}
}
