import {readFile} from 'node:fs/promises'
import type {Dispatcher} from 'undici'

import {orAborted} from './or-aborted.ts'

/**
 * The one HTTP client: deadlines, no redirects, no decoding (a digest is of the bytes sent), proxy variables, extra CA.
 * https://undici.nodejs.org/#/docs/api/Dispatcher?id=dispatcherrequestoptions-callback
 */
export type Http = {
  /** One attempt. Rejects on network errors and on `signal`; any status is an answer. The body must be consumed. */
  request(request: HttpRequest): Promise<HttpAnswer>
  /** Loads what the first request needs; it takes a while, so best when there is something to wait for. */
  prepare(): Promise<void>
  close(): Promise<void>
}

export type HttpRequest = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
  /** Through no proxy: for what must not leave this machine. */
  isDirect?: boolean
  /** Milliseconds until the headers must be there; default 10,000. */
  headersTimeout?: number
  /** Milliseconds between two pieces of the body; default 10,000. */
  bodyTimeout?: number
}

export type HttpAnswer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Dispatcher.ResponseData['body']
}

export type HttpOptions = {
  env: NodeJS.ProcessEnv
  /** PEM file; its authorities are added to the system's, as `ca` alone would replace them. */
  caFile?: string | undefined
}

export function httpClient({env, caFile}: HttpOptions): Http {
  let opened: Promise<Dispatchers> | undefined
  const open = () => (opened ??= openDispatchers(env, caFile))
  return {
    async request({method, url, headers = {}, body, signal, isDirect, headersTimeout = 10_000, bodyTimeout = 10_000}) {
      const {plain, tls, direct} = await open()
      const {protocol, origin, pathname, search} = new URL(url)
      const dispatcher = isDirect === true ? direct : protocol === 'https:' ? tls : plain
      const sending = dispatcher.request({
        origin,
        path: pathname + search,
        method,
        headers: {'accept-encoding': 'identity', ...headers},
        body: body ?? null,
        signal: signal ?? null,
        headersTimeout,
        bodyTimeout,
      })
      const answer = await (signal === undefined ? sending : orAborted(sending, signal))
      return {status: answer.statusCode, headers: answer.headers, body: answer.body}
    },
    async prepare() {
      await open()
    },
    async close() {
      const dispatchers = await opened?.catch(() => undefined)
      await Promise.all(
        [...new Set(Object.values(dispatchers ?? {}))].map(async dispatcher => await dispatcher.destroy()),
      )
    },
  }
}

type Dispatchers = {readonly plain: Dispatcher; readonly tls: Dispatcher; readonly direct: Dispatcher}

/**
 * Each scheme has a proxy of its own, as with curl: TLS never goes through `http_proxy`. Lower case comes first, and an
 * empty variable is none. https://curl.se/docs/manpage.html#ENVIRONMENT
 */
async function openDispatchers(env: NodeJS.ProcessEnv, caFile: string | undefined): Promise<Dispatchers> {
  const {Agent, EnvHttpProxyAgent} = await import('undici')
  const connect = {
    timeout: 10_000,
    ...(caFile !== undefined && {ca: await authorities(caFile)}),
  }
  const noProxy = env['no_proxy'] || env['NO_PROXY'] || ''
  const direct = new Agent({connect, allowH2: false})
  const toDispatcher = (proxy: string | undefined) => {
    if (!proxy) return direct
    const url = toProxyUrl(proxy)
    return new EnvHttpProxyAgent({
      connect,
      allowH2: false,
      requestTls: connect,
      httpProxy: url,
      httpsProxy: url,
      noProxy,
    })
  }
  return {
    plain: toDispatcher(env['http_proxy'] || env['HTTP_PROXY']),
    tls: toDispatcher(env['https_proxy'] || env['HTTPS_PROXY']),
    direct,
  }
}

/** `proxy:3128` is as common as a URL. */
function toProxyUrl(text: string): string {
  return text.includes('://') ? text : `http://${text}`
}

/** TLS is loaded only where it is used: it takes as long as the rest of undici. */
async function authorities(caFile: string): Promise<string[]> {
  const {getCACertificates} = await import('node:tls')
  return [...getCACertificates('default'), await readFile(caFile, 'utf8')]
}

/** Reads a body as text, at most `limit` bytes: the rest is left unread and the connection closed. */
export async function readText(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= limit) break
  }
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8')
}
