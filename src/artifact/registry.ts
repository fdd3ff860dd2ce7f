import {WatchError} from '../errors.ts'
import type {Http, HttpAnswer} from '../http.ts'
import type {ErrorCode} from '../model/error-code.ts'
import {parseRetryAfter} from '../send.ts'
import type {Secret} from '../secret.ts'
import {isTemporary, toAnswerError, toStatusError, toStorageError} from './answer-error.ts'
import type {Attempt} from './attempt.ts'
import type {Credentials} from './credentials.ts'
import {openLogin, type RequestLogin} from './login.ts'
import {abortError, isTemporaryError, toNetworkError} from './network-error.ts'
import {isLoopback, toOrigin} from './origin.ts'
import {oneLine} from '../one-line.ts'
import {discard, followRedirects, type FollowedAnswer} from './redirect.ts'
import type {Reference} from './reference.ts'
import {isAsking, readRefusal, type Refusal} from './refusal.ts'
import {TemporaryFailure, withRetries} from './retry.ts'
import type {Timing} from './timing.ts'

/** One repository of a registry, read only. https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md */
export type Registry = {
  /**
   * Gives `take` the answer only when it is 200 and its bytes are as stored; else throws `ARTIFACT_…`, `CANCELLED`. What
   * may pass is tried again: then `take` is called afresh, and gets the body from its beginning.
   */
  get<T>(request: RegistryRequest, take: (answer: RegistryAnswer) => Promise<T>): Promise<T>
}

export type RegistryRequest = {
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD'
  /** Below the repository: `manifests/TAG`, `blobs/DIGEST`. */
  readonly path: string
  readonly accept?: string
  /** What some statuses mean here. */
  readonly codes?: Readonly<Record<number, ErrorCode>>
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

export type RegistryAnswer = {
  readonly headers: HttpAnswer['headers']
  /** Throws when the connection breaks: let that through. */
  readonly body: AsyncIterable<Buffer>
}

export type RegistryOptions = {
  readonly http: Http
  readonly reference: Reference
  readonly plainHttp: boolean
  readonly credentials: Credentials
  /** Gets the tokens that are obtained, for the redactor. */
  readonly onSecret: (secret: Secret) => void
  readonly timing: Timing
}

/** Milliseconds until the headers, and between two pieces of a body. */
const patience = 30_000

/** Logs in when it is asked to, once a request, and stays so for the requests after it. */
export function openRegistry(options: RegistryOptions): Registry {
  const {http, reference, plainHttp, timing} = options
  const origin = toOrigin(reference.host, plainHttp)
  const login = openLogin({...options, origin})

  /** Redirects are for manifests and blobs only: elsewhere they lead to web pages. */
  async function exchange(request: RegistryRequest, authorization: string | null): Promise<FollowedAnswer> {
    const {method = 'GET', path, accept, attempt, signal} = request
    const send = async (url: URL, isOurs: boolean): Promise<HttpAnswer> => {
      const headers = {
        ...(accept !== undefined && {accept}),
        ...(isOurs && authorization !== null && {authorization}),
      }
      try {
        const waits = {headersTimeout: patience, bodyTimeout: patience}
        const isDirect = isLoopback(url)
        return await http.request({method, url: url.href, headers, signal, isDirect, ...waits})
      } catch (error) {
        throw toFailure(error, url, request)
      }
    }
    const url = new URL(`${origin.url}/v2/${reference.repository}/${path}`)
    return await followRedirects({url, send, follows: /^(?:manifests|blobs)\//.test(path), attempt})
  }

  /** A challenge of another server than the registry is not for us. */
  async function exchangeAuthorized(request: RegistryRequest, own: RequestLogin): Promise<FollowedAnswer> {
    for (;;) {
      const sent = await own.header()
      const followed = await exchange(request, sent)
      const {answer, isElsewhere} = followed
      if (isElsewhere || (answer.status !== 401 && answer.status !== 403)) return followed
      const refusal = await readRefusal(answer, sent)
      request.signal.throwIfAborted()
      if (saysNothingOfLogin(refusal, request))
        throw toStatusError(refusal, request.attempt, {codes: request.codes ?? {}})
      await own.answer(refusal)
    }
  }

  return {
    async get(request, take) {
      const own = login.forRequest(request)
      const takeOnce = repeatable(take)
      const once = async () => {
        try {
          const followed = await exchangeAuthorized(request, own)
          const {answer, url} = followed
          if (answer.status !== 200) throw await toRefusal(followed, request, timing)
          const {headers, body} = answer
          requirePlain(answer, request)
          return await takeOnce({headers, body: readBody(body, error => toFailure(error, url, request))})
        } catch (error) {
          // whatever it seemed to be: a body that is cut off reads as one that says nothing
          throw request.signal.aborted ? abortError(request.signal, request.attempt) : error
        }
      }
      return await withRetries(once, {...request, timing})
    },
  }
}

/** Some places refuse every HEAD, and some statuses mean something of their own. */
function saysNothingOfLogin(refusal: Refusal, {method, codes = {}}: RegistryRequest): boolean {
  return !isAsking(refusal) && (method === 'HEAD' || codes[refusal.status] !== undefined)
}

/** What came whole and is wrong may have been spoilt on its way: it is asked for once more. */
function repeatable<T>(take: (answer: RegistryAnswer) => Promise<T>): (answer: RegistryAnswer) => Promise<T> {
  let isRepeated = false
  return async answer => {
    try {
      return await take(answer)
    } catch (error) {
      const isMismatch = error instanceof WatchError && mismatches.has(error.code)
      if (!isMismatch || isRepeated) throw error
      isRepeated = true
      throw new TemporaryFailure(error, null)
    }
  }
}

const mismatches = new Set<ErrorCode>(['ARTIFACT_DIGEST_MISMATCH', 'ARTIFACT_SIZE_MISMATCH'])

async function toRefusal(followed: FollowedAnswer, request: RegistryRequest, timing: Timing): Promise<Error> {
  const {answer, url, isElsewhere} = followed
  const {attempt, codes = {}} = request
  const error = isElsewhere
    ? toStorageError(answer, url.origin, attempt)
    : await toAnswerError(answer, attempt, {codes})
  // who cannot have HEAD asks with GET, and that is tried again
  const isRefusedHead = request.method === 'HEAD' && answer.status >= 500
  if (!isTemporary(answer.status) || isRefusedHead) return error
  return new TemporaryFailure(error, parseRetryAfter(answer.headers['retry-after'], timing.now()))
}

function toFailure(error: unknown, url: URL, {attempt, signal}: RegistryRequest): unknown {
  const server = {url: url.origin, isPlainHttp: url.protocol === 'http:'}
  const known = toNetworkError(error, server, attempt, signal)
  return !signal.aborted && isTemporaryError(known) ? new TemporaryFailure(known, null) : known
}

function requirePlain({headers, body}: HttpAnswer, {attempt}: RegistryRequest): void {
  const encoding = String(headers['content-encoding'] || 'identity').toLowerCase()
  if (encoding === 'identity') return
  discard(body)
  throw attempt.error(
    'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
    `the registry, or a proxy, sends it encoded as ${oneLine(encoding, 40)}: a digest is of plain bytes`,
  )
}

async function* readBody(body: AsyncIterable<Buffer>, toError: (error: unknown) => unknown): AsyncGenerator<Buffer> {
  try {
    yield* body
  } catch (error) {
    throw toError(error)
  }
}
