import {createHash} from 'node:crypto'
import {readFile, readdir} from 'node:fs/promises'
import {createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

/** One request as it arrived. */
export type RegistryCall = {method: string; path: string; headers: IncomingHttpHeaders}

/** What one call gets instead of what is stored. */
export type RegistryAnswer =
  | {status?: number; headers?: Record<string, string | string[]>; body?: string | Buffer}
  /** The right answer, with these headers put over its own. */
  | {with: Record<string, string>}
  /** The right headers, this many bytes of the right body, then the connection breaks. */
  | {cutAfter: number}
  /** The right headers, this many bytes of the right body, and then nothing. */
  | {stallAfter: number}
  /** The right answer, but the last byte is another. */
  | 'altered'
  /** The right answer, in pieces of one byte with a pause between them. */
  | 'slow'
  /** 200 and a body without end. */
  | 'endless'
  /** No answer at all. */
  | 'hang'
  /** The connection breaks at once. */
  | 'reset'

export type StoredDescriptor = {mediaType: string; digest: string; size: number; annotations?: Record<string, string>}

export type FakeRegistry = AsyncDisposable & {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly calls: RegistryCall[]
  /** The paths of all calls, without `/v2/REPOSITORY/`. */
  paths(): string[]
  /** Stores a blob and gives its descriptor. */
  addBlob(bytes: string | Buffer, mediaType: string, annotations?: Record<string, string>): StoredDescriptor
  /** Stores a manifest or index under its digest and, if given, a tag. */
  addManifest(document: unknown, mediaType: string, tag?: string): StoredDescriptor
  /** Stores all of an OCI layout folder. https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md */
  addLayout(folder: string): Promise<void>
  /** The nth call of a path below the repository gets the nth answer; null is the right one. The last stays. */
  answer(path: string, ...answers: readonly (RegistryAnswer | null)[]): void
  /** All calls need this user. */
  requireLogin(username: string, password: string, challenge?: string | string[]): void
  /** All calls need one of these bearer tokens, looked up anew for each call. */
  requireToken(tokens: readonly string[], challenge: string): void
}

export const repository = 'acme/config'
const prefix = `/v2/${repository}/`

type Stored = {bytes: Buffer; mediaType: string}

/** A registry of one repository on loopback that counts its calls and misbehaves on demand. Speaks plain HTTP. */
export async function startFakeRegistry(): Promise<FakeRegistry> {
  const calls: RegistryCall[] = []
  const stored = new Map<string, Stored>()
  const scripts = new Map<string, (RegistryAnswer | null)[]>()
  let login: {allows: (authorization?: string) => boolean; challenge: string | string[]} | null = null

  function respond(request: IncomingMessage, response: ServerResponse): Promise<void> | void {
    const {method = '', url = '', headers} = request
    calls.push({method, path: url, headers})
    const path = url.slice(prefix.length)
    const script = scripts.get(path) ?? []
    const answer = (script.length > 1 ? script.shift() : script[0]) ?? null
    if (answer !== null) return misbehave(response, answer, stored.get(path))
    if (login !== null && !login.allows(headers.authorization)) {
      response.writeHead(401, {'www-authenticate': login.challenge, 'content-type': 'application/json'})
      response.end(errorBody('UNAUTHORIZED', 'authentication required'))
      return
    }
    const found = stored.get(path)
    if (found === undefined) {
      response.writeHead(404, {'content-type': 'application/json'})
      response.end(errorBody(path.startsWith('blobs/') ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN', 'unknown to registry'))
      return
    }
    response.writeHead(200, rightHeaders(found)).end(found.bytes)
  }

  const server = createServer((request, response) => void respond(request, response))
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))

  function store(kind: 'blobs' | 'manifests', bytes: Buffer, mediaType: string): StoredDescriptor {
    const digest = digestOf(bytes)
    stored.set(`${kind}/${digest}`, {bytes, mediaType})
    return {mediaType, digest, size: bytes.length}
  }

  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    paths: () => calls.map(({path}) => path.slice(prefix.length)),
    addBlob(bytes, mediaType, annotations) {
      const descriptor = store('blobs', Buffer.from(bytes), mediaType)
      return annotations === undefined ? descriptor : {...descriptor, annotations}
    },
    addManifest(document, mediaType, tag) {
      const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document))
      if (tag !== undefined) stored.set(`manifests/${tag}`, {bytes, mediaType})
      return store('manifests', bytes, mediaType)
    },
    async addLayout(folder) {
      const blobs = join(folder, 'blobs', 'sha256')
      for (const name of await readdir(blobs)) {
        store('blobs', await readFile(join(blobs, name)), 'application/octet-stream')
      }
      const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as {manifests: StoredDescriptor[]}
      for (const {digest, mediaType, annotations} of index.manifests) {
        const {bytes} = stored.get(`blobs/${digest}`)!
        store('manifests', bytes, mediaType)
        const tag = annotations?.['org.opencontainers.image.ref.name']
        if (tag !== undefined) stored.set(`manifests/${tag}`, {bytes, mediaType})
      }
    },
    answer(path, ...answers) {
      scripts.set(path, [...answers])
    },
    requireLogin(username, password, challenge = 'Basic realm="test"') {
      const right = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      login = {allows: authorization => authorization === right, challenge}
    },
    requireToken(tokens, challenge) {
      login = {allows: (authorization = '') => tokens.some(token => authorization === `Bearer ${token}`), challenge}
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** As registries word their errors. */
export function errorBody(code: string, message: string): string {
  return JSON.stringify({errors: [{code, message}]})
}

export function digestOf(bytes: string | Buffer, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

function rightHeaders({bytes, mediaType}: Stored): Record<string, string> {
  return {
    'content-type': mediaType,
    'content-length': String(bytes.length),
    'docker-content-digest': digestOf(bytes),
  }
}

async function misbehave(response: ServerResponse, answer: RegistryAnswer, right: Stored | undefined): Promise<void> {
  const {bytes, mediaType} = right ?? {bytes: Buffer.alloc(0), mediaType: 'application/octet-stream'}
  const headers = rightHeaders({bytes, mediaType})
  if (answer === 'hang') return
  if (answer === 'reset') {
    response.socket?.resetAndDestroy()
  } else if (answer === 'endless') {
    response.writeHead(200, {'content-type': mediaType})
    while (!response.destroyed) {
      response.write(Buffer.alloc(64 * 1024, 'x'))
      await sleep(1)
    }
  } else if (answer === 'slow') {
    response.writeHead(200, headers)
    for (const byte of bytes) {
      if (response.destroyed) return
      response.write(Buffer.of(byte))
      await sleep(20)
    }
    response.end()
  } else if (answer === 'altered') {
    const altered = Buffer.from(bytes)
    altered[altered.length - 1]! ^= 1
    const {'docker-content-digest': _, ...rest} = headers
    response.writeHead(200, rest).end(altered)
  } else if ('stallAfter' in answer) {
    response.writeHead(200, headers).write(bytes.subarray(0, answer.stallAfter))
  } else if ('cutAfter' in answer) {
    response.writeHead(200, headers)
    response.write(bytes.subarray(0, answer.cutAfter), () => response.socket?.destroy())
  } else if ('with' in answer) {
    response.writeHead(200, {...headers, ...answer.with}).end(bytes)
  } else {
    response.writeHead(answer.status ?? 200, answer.headers ?? {}).end(answer.body ?? '')
  }
}
