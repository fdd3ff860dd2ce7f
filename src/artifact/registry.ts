import type {Http, HttpAnswer} from '../http.ts'
import {parseRetryAfter} from '../send.ts'
import type {Secret} from '../secret.ts'
import {isTemporary, readErrorText, toAnswerError, toStorageError} from './answer-error.ts'
import type {Attempt} from './attempt.ts'
import {parseChallenges} from './challenge.ts'
import type {Credentials} from './credentials.ts'
import {openLogin} from './login.ts'
import {isTemporaryError, toNetworkError} from './network-error.ts'
import {toOrigin} from './origin.ts'
import {oneLine} from '../one-line.ts'
import {discard, followRedirects, type FollowedAnswer} from './redirect.ts'
import type {Reference} from './reference.ts'
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
  /** Below the repository: `manifests/TAG`, `blobs/DIGEST`. */
  readonly path: string
  readonly accept?: string
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
    const {path, accept, attempt, signal} = request
    const send = async (url: URL, isOurs: boolean): Promise<HttpAnswer> => {
      const headers = {
        ...(accept !== undefined && {accept}),
        ...(isOurs && authorization !== null && {authorization}),
      }
      try {
        const waits = {headersTimeout: patience, bodyTimeout: patience}
        return await http.request({method: 'GET', url: url.href, headers, signal, ...waits})
      } catch (error) {
        throw toFailure(error, url, request)
      }
    }
    const url = new URL(`${origin.url}/v2/${reference.repository}/${path}`)
    return await followRedirects({url, send, follows: /^(?:manifests|blobs)\//.test(path), attempt})
  }

  /** Calls `onRenewal` before it logs in once more; a challenge of another server than the registry is not for us. */
  async function exchangeAuthorized(request: RegistryRequest, mayRenew: boolean, onRenewal: () => void) {
    const {attempt, signal} = request
    const sent = login.header()
    const followed = await exchange(request, sent)
    const {answer, isRedirected} = followed
    if (isRedirected || (answer.status !== 401 && answer.status !== 403)) return followed
    const challenges = parseChallenges(answer.headers['www-authenticate'])
    const isScope = challenges.some(({params}) => params.get('error') === 'insufficient_scope')
    if (answer.status === 403 && !(isScope && mayRenew)) return followed
    const said = await readErrorText(answer)
    if (!mayRenew) throw login.refused({said, attempt})
    onRenewal()
    await login.answer({challenges, sent, said, attempt, signal})
    const again = await exchange(request, login.header())
    if (again.answer.status !== 401 || again.isRedirected) return again
    throw login.refused({said: await readErrorText(again.answer), attempt})
  }

  return {
    async get(request, take) {
      let mayRenew = true
      const once = async () => {
        const followed = await exchangeAuthorized(request, mayRenew, () => (mayRenew = false))
        const {answer, url} = followed
        if (answer.status !== 200) throw await toRefusal(followed, request, timing)
        const {headers, body} = answer
        requirePlain(answer, request)
        return await take({headers, body: readBody(body, error => toFailure(error, url, request))})
      }
      return await withRetries(once, {...request, timing})
    },
  }
}

async function toRefusal(followed: FollowedAnswer, {attempt}: RegistryRequest, timing: Timing): Promise<Error> {
  const {answer, url, isRedirected} = followed
  const error = isRedirected ? toStorageError(answer, url.origin, attempt) : await toAnswerError(answer, attempt)
  if (!isTemporary(answer.status)) return error
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
