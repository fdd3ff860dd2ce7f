import {readFile} from 'node:fs/promises'
import {createServer as createPlainServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {createServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import type {TLSSocket} from 'node:tls'

import {openssl} from '../support/client-authority.ts'

/** How one request is answered. */
export type Scripted =
  | {readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown}
  /** Nothing comes, or the connection breaks before or in the answer. */
  | 'hang'
  | 'reset'
  | 'half'

/** One request as it arrived; `client` is the CN of its certificate. */
export type KubeCall = {
  readonly line: string
  readonly authorization: string | null
  readonly client: string | null
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type KubeServer = AsyncDisposable & {
  readonly url: string
  readonly port: number
  readonly calls: KubeCall[]
  /** What the next requests get, one each; afterwards the ConfigMap. */
  script(...answers: Scripted[]): void
  /** Answers by what arrives, where the script has nothing more. */
  answer: (call: KubeCall) => Scripted
}

/** PEM files in `folder`: an authority, what it signed for `127.0.0.1` and `kube.test`, and for clients. */
export type Certificates = {
  readonly caFile: string
  readonly ca: string
  readonly serverKey: string
  readonly server: string
  client(name: string): Promise<{readonly certFile: string; readonly keyFile: string}>
}

const ec = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1'.split(' ')

export async function makeCertificates(folder: string): Promise<Certificates> {
  const path = (name: string) => join(folder, name)
  const read = (name: string) => readFile(path(name), 'utf8')
  await openssl([...ec, '-subj', '/CN=ca', '-keyout', path('ca.key'), '-out', path('ca.crt')])
  const signed = async (name: string, extension: string) => {
    const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.crt`)]
    const signer = ['-CA', path('ca.crt'), '-CAkey', path('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE']
    await openssl([...ec, ...signer, '-addext', extension, '-subj', `/CN=${name}`, ...files])
  }
  await signed('server', 'subjectAltName=IP:127.0.0.1,DNS:kube.test')
  return {
    caFile: path('ca.crt'),
    ca: await read('ca.crt'),
    serverKey: await read('server.key'),
    server: await read('server.crt'),
    async client(name) {
      await signed(name, 'extendedKeyUsage=clientAuth')
      return {certFile: path(`${name}.crt`), keyFile: path(`${name}.key`)}
    },
  }
}

/** A server that answers as it is told, with TLS if it gets certificates; it asks clients for theirs. */
export async function startKubeServer(certificates?: Certificates): Promise<KubeServer> {
  const calls: KubeCall[] = []
  const scripted: Scripted[] = []

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const call = toCall(request, Buffer.concat(chunks).toString())
      calls.push(call)
      respond(scripted.shift() ?? server.answer(call), response)
    })
  }
  const http = certificates
    ? createServer(
        {
          key: certificates.serverKey,
          cert: certificates.server,
          ca: certificates.ca,
          requestCert: true,
          rejectUnauthorized: false,
        },
        handle,
      )
    : createPlainServer(handle)
  await new Promise<void>(resolve => void http.listen(0, '127.0.0.1', resolve))
  const {port} = http.address() as AddressInfo
  const server: KubeServer = {
    url: `${certificates ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    calls,
    script: (...answers) => void scripted.push(...answers),
    answer: () => ({body: configMap()}),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void http.close(() => resolve()))
      http.closeAllConnections()
      await closed
    },
  }
  return server
}

function toCall({method, url, headers, socket}: IncomingMessage, body: string): KubeCall {
  const peer = 'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : null
  return {
    line: `${method} ${url}`,
    authorization: headers.authorization ?? null,
    client: peer?.subject ? String(peer.subject.CN) : null,
    headers,
    body,
  }
}

function respond(scripted: Scripted, response: ServerResponse) {
  switch (scripted) {
    case 'hang':
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'half':
      response.writeHead(200, {'content-length': 10}).write('half', () => response.socket?.resetAndDestroy())
      return
    default: {
      const {status = 200, headers, body = ''} = scripted
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      response.writeHead(status, {'content-type': 'application/json', ...headers}).end(text)
    }
  }
}

/** A ConfigMap as an API server gives it. */
export function configMap(changes: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) {
  return {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {name: 'memory', namespace: 'watch', uid: 'uid-1', resourceVersion: '7', ...metadata},
    ...changes,
  }
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export function status(code: number, reason: string, message: string, details: object = {}) {
  return {
    status: code,
    body: {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code},
  }
}
