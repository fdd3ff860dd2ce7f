import type {WatchError} from '../errors.ts'
import type {Http, HttpAnswer} from '../http.ts'
import {readErrorText, toAnswerError} from './answer-error.ts'
import type {Attempt} from './attempt.ts'
import {authorize} from './authorize.ts'
import {parseChallenges} from './challenge.ts'
import type {Credentials} from './credentials.ts'
import {toNetworkError} from './network-error.ts'
import {toOrigin} from './origin.ts'
import {printable} from './printable.ts'
import type {Reference} from './reference.ts'

/** One repository of a registry, read only. https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md */
export type Registry = {
  /** Gives the answer only when it is 200 and its bytes are as stored; else throws `ARTIFACT_…`, `CANCELLED`. */
  get(request: RegistryRequest): Promise<RegistryAnswer>
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
  /** Throws `ARTIFACT_NETWORK` and the like when the connection breaks. */
  readonly body: AsyncIterable<Buffer>
}

export type RegistryOptions = {
  readonly http: Http
  readonly reference: Reference
  readonly plainHttp: boolean
  readonly credentials: Credentials
}

/** Milliseconds until the headers, and between two pieces of a body. */
const patience = 30_000

/** Logs in when it is asked to, once a request, and stays so for the requests after it. */
export function openRegistry({http, reference, plainHttp, credentials}: RegistryOptions): Registry {
  const origin = toOrigin(reference.host, plainHttp)
  let authorization: string | null = null

  /** One exchange; the place for trying again. */
  async function exchange({path, accept, attempt, signal}: RegistryRequest): Promise<HttpAnswer> {
    try {
      return await http.request({
        method: 'GET',
        url: `${origin.url}/v2/${reference.repository}/${path}`,
        headers: {...(accept !== undefined && {accept}), ...(authorization !== null && {authorization})},
        signal,
        headersTimeout: patience,
        bodyTimeout: patience,
      })
    } catch (error) {
      throw toNetworkError(error, origin, attempt, signal)
    }
  }

  async function exchangeAuthorized(request: RegistryRequest): Promise<HttpAnswer> {
    const sent = authorization
    const answer = await exchange(request)
    if (answer.status !== 401) return answer
    const next = await authorize({
      challenges: parseChallenges(answer.headers['www-authenticate']),
      found: credentials.lookup(reference.host),
      origin,
      said: await readErrorText(answer),
      attempt: request.attempt,
    })
    if (next === sent) throw request.attempt.error('ARTIFACT_AUTH_FAILED', 'the registry answered 401 to a login')
    authorization = next
    return await exchange(request)
  }

  return {
    async get(request) {
      const answer = await exchangeAuthorized(request)
      const {status, headers, body} = answer
      if (status >= 300 && status < 400) throw redirected(answer, request)
      if (status !== 200) throw await toAnswerError(answer, request.attempt)
      const encoding = String(headers['content-encoding'] || 'identity').toLowerCase()
      if (encoding !== 'identity') {
        discard(body)
        throw request.attempt.error(
          'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
          `the registry, or a proxy, sends it encoded as ${printable(encoding, 40)}: a digest is of plain bytes`,
        )
      }
      return {headers, body: readBody(body, error => toNetworkError(error, origin, request.attempt, request.signal))}
    },
  }
}

/** Redirects are not followed: the error names only where to, as the rest of such a URL is often a credential. */
function redirected({status, headers, body}: HttpAnswer, {attempt}: RegistryRequest): WatchError {
  discard(body)
  const location = typeof headers['location'] === 'string' ? URL.parse(headers['location']) : null
  const where = location === null ? 'another place' : location.origin
  return attempt.error('ARTIFACT_REDIRECT_REJECTED', `the registry answered ${status} and redirects to ${where}`)
}

/** Leaves a body unread, which undici reports as an error. */
function discard(body: HttpAnswer['body']): void {
  body.on('error', () => undefined).destroy()
}

async function* readBody(body: AsyncIterable<Buffer>, toError: (error: unknown) => unknown): AsyncGenerator<Buffer> {
  try {
    yield* body
  } catch (error) {
    throw toError(error)
  }
}
