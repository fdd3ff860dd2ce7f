import {execFile} from 'node:child_process'
import {createHash, createPrivateKey, createPublicKey, randomUUID, sign} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {createServer, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {promisify} from 'node:util'

import {opensslPath} from './tls-server.ts'

/** One request for a token as it arrived. */
export type TokenCall = {
  readonly method: string
  readonly authorization: string | null
  readonly service: string | null
  readonly scopes: readonly string[]
  /** Of a POST. */
  readonly refreshToken: string | null
}

/** What the nth call gets; null is the right answer. The last stays. */
export type TokenAnswer = {status: number; headers?: Record<string, string>; body?: string} | null

export type TokenServer = AsyncDisposable & {
  /** `http://127.0.0.1:PORT/token` */
  readonly realm: string
  readonly calls: TokenCall[]
  /** All tokens given out, first one first. */
  readonly tokens: string[]
  answer(...answers: TokenAnswer[]): void
}

export type TokenServerOptions = {
  /** `user:password` of those who get a token; without it everybody does. */
  readonly user?: string
  readonly refreshToken?: string
  /** Makes a token; default one of random letters. */
  readonly mint?: (claims: TokenClaims) => string
}

export type TokenClaims = {readonly user: string; readonly service: string; readonly scopes: readonly string[]}

/** A real token service on loopback. https://distribution.github.io/distribution/spec/auth/token/ */
export async function startTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const {user, refreshToken, mint = () => `opaque-${randomUUID()}`} = options
  const calls: TokenCall[] = []
  const tokens: string[] = []
  let script: TokenAnswer[] = []

  function mayHave(call: TokenCall): boolean {
    if (call.method === 'POST') return refreshToken !== undefined && call.refreshToken === refreshToken
    return user === undefined || call.authorization === `Basic ${Buffer.from(user).toString('base64')}`
  }

  function respond(call: TokenCall, response: ServerResponse): void {
    calls.push(call)
    const scripted = (script.length > 1 ? script.shift() : script[0]) ?? null
    if (scripted !== null) return void response.writeHead(scripted.status, scripted.headers).end(scripted.body ?? '')
    if (!mayHave(call)) return void response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED","message":"who?"}]}')
    const {service, scopes} = call
    tokens.push(mint({user: user?.split(':')[0] ?? '', service: service ?? '', scopes}))
    response.end(JSON.stringify({token: tokens.at(-1), expires_in: 300}))
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const {method = '', url = '', headers} = request
      const form = new URLSearchParams(Buffer.concat(chunks).toString())
      const query = method === 'POST' ? form : new URL(url, 'http://x').searchParams
      const scopes = query.getAll('scope').flatMap(scope => scope.split(' '))
      const {authorization = null} = headers
      const refreshed = form.get('refresh_token')
      respond({method, authorization, service: query.get('service'), scopes, refreshToken: refreshed}, response)
    })
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    calls,
    tokens,
    answer(...answers) {
      script = answers
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

export type Signer = {readonly mint: (claims: TokenClaims) => string; readonly certificateFile: string}

/** Signs the tokens that docker-registry takes: ES256, known by the key id of libtrust. Writes its files to `folder`. */
export async function tokenSigner(folder: string, issuer: string): Promise<Signer> {
  const [keyFile, certificateFile] = [`${folder}/token-key.pem`, `${folder}/token-cert.pem`]
  const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=tokens'
  await promisify(execFile)(opensslPath!, [...kind.split(' '), '-keyout', keyFile, '-out', certificateFile])
  const key = createPrivateKey(await readFile(keyFile))
  const kid = libtrustId(createPublicKey(key).export({type: 'spki', format: 'der'}))
  return {
    certificateFile,
    mint({user, service, scopes}) {
      const now = Math.floor(Date.now() / 1000)
      const times = {iat: now, nbf: now - 10, exp: now + 300}
      const access = scopes.map(scope => {
        const [type = '', name = '', actions = ''] = scope.split(':')
        return {type, name, actions: actions.split(',')}
      })
      const claims = {iss: issuer, sub: user, aud: service, ...times, jti: randomUUID(), access}
      const text = [{typ: 'JWT', alg: 'ES256', kid}, claims].map(part => encode(JSON.stringify(part))).join('.')
      return `${text}.${sign('sha256', Buffer.from(text), {key, dsaEncoding: 'ieee-p1363'}).toString('base64url')}`
    },
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

/** Base32 of the first 30 bytes of the SHA-256 of the public key, in groups of four. */
function libtrustId(spki: Buffer): string {
  const bits = [...createHash('sha256').update(spki).digest().subarray(0, 30)]
    .map(byte => byte.toString(2).padStart(8, '0'))
    .join('')
  const letters = bits.match(/.{5}/g)!.map(five => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
  return letters.join('').match(/.{4}/g)!.join(':')
}
