import {z} from 'zod'

import {parseRetryAfter} from '../send.ts'
import {readText, type Http, type HttpAnswer, type HttpRequest} from '../http.ts'
import {Secret} from '../secret.ts'
import {isTemporary, toAnswerError} from './answer-error.ts'
import type {Attempt} from './attempt.ts'
import {basicUser, basicValue, type Credential} from './credential.ts'
import {isTemporaryError, toNetworkError} from './network-error.ts'
import {isLoopback} from './origin.ts'
import {TemporaryFailure, withRetries} from './retry.ts'
import type {Timing} from './timing.ts'

export type TokenRequest = {
  readonly http: Http
  /** Checked (realm.ts). */
  readonly realm: URL
  readonly service: string | null
  /** Space-separated. */
  readonly scope: string
  /** Null asks as nobody, for what is open to all. */
  readonly credential: Exclude<Credential, {kind: 'registry'}> | null
  readonly attempt: Attempt
  readonly signal: AbortSignal
  readonly timing: Timing
}

export type BearerToken = {
  readonly token: Secret
  /** Milliseconds since 1970, a little early. */
  readonly expiresAt: number
}

const longestAnswer = 128 * 1024
const patience = 30_000
/** A token that ends while a request is on its way is of no use, in milliseconds. */
const margin = 10_000
const text = z.string().nullish()
const answerSchema = z.object({token: text, access_token: text, expires_in: z.number().nullish()})

/**
 * Gets a bearer token: with an identity token by POST, else by GET. Throws `ARTIFACT_AUTH_REQUIRED`,
 * `ARTIFACT_AUTH_FAILED` and what the network may do.
 * https://distribution.github.io/distribution/spec/auth/token/ and …/oauth/
 */
export async function fetchToken(request: TokenRequest): Promise<BearerToken> {
  const {credential} = request
  if (credential?.kind === 'identity') {
    const token = await withRetries(() => refresh(request, credential.token), request)
    if (token !== null) return token
  }
  const call = getRequest(request)
  return await withRetries(async () => readToken(await exchange(call, request), call, request), request)
}

/** Null from a server without the newer way. */
async function refresh(request: TokenRequest, token: Secret): Promise<BearerToken | null> {
  const call = refreshRequest(request, token)
  const answer = await exchange(call, request)
  if (answer.status !== 404 && answer.status !== 405) return await readToken(answer, call, request)
  answer.body.on('error', () => undefined).destroy()
  return null
}

function refreshRequest({realm, service, scope}: TokenRequest, token: Secret): HttpRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    ...(service !== null && {service}),
    client_id: 'tazuna-watch',
    scope,
    refresh_token: token.reveal(),
  })
  const headers = {'content-type': 'application/x-www-form-urlencoded'}
  return {method: 'POST', url: realm.href, headers, body: form.toString()}
}

function getRequest({realm, service, scope, credential}: TokenRequest): HttpRequest {
  const url = new URL(realm)
  if (service !== null) url.searchParams.append('service', service)
  for (const one of scope.split(' ').filter(part => part !== '')) url.searchParams.append('scope', one)
  if (credential === null) return {method: 'GET', url: url.href}
  const value =
    credential.kind === 'password'
      ? basicValue(credential.username, credential.password)
      : basicValue(basicUser(credential), credential.token)
  return {method: 'GET', url: url.href, headers: {authorization: `Basic ${value}`}}
}

async function exchange(call: HttpRequest, request: TokenRequest): Promise<HttpAnswer> {
  const {http, signal} = request
  try {
    const isDirect = isLoopback(new URL(call.url))
    return await http.request({...call, signal, isDirect, headersTimeout: patience, bodyTimeout: patience})
  } catch (error) {
    throw toFailure(error, call, request)
  }
}

/** What a POST did is not known when its answer is lost: it is not repeated. */
function toFailure(error: unknown, {method}: HttpRequest, {realm, attempt, signal}: TokenRequest): unknown {
  const server = {url: realm.origin, isPlainHttp: realm.protocol === 'http:'}
  const known = toNetworkError(error, server, attempt, signal)
  const mayHelp = method === 'GET' && !signal.aborted && isTemporaryError(known)
  return mayHelp ? new TemporaryFailure(known, null) : known
}

async function readToken(answer: HttpAnswer, call: HttpRequest, request: TokenRequest): Promise<BearerToken> {
  const {realm, attempt, timing} = request
  if (isTemporary(answer.status)) {
    const retryAfter = parseRetryAfter(answer.headers['retry-after'], timing.now())
    throw new TemporaryFailure(await refusal(answer, request), retryAfter)
  }
  if (answer.status !== 200) throw await refusal(answer, request)
  let body: string
  try {
    body = await readText(answer.body, longestAnswer + 1)
  } catch (error) {
    throw toFailure(error, call, request)
  }
  if (body.length > longestAnswer) {
    throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `${realm.origin} answered with more than ${longestAnswer} bytes`)
  }
  const parsed = answerSchema.safeParse(parseJson(body), {jitless: true})
  const token = parsed.data?.token || parsed.data?.access_token
  // what no header can carry is no token
  if (!token || !/^[\x21-\x7e]+$/.test(token)) {
    throw attempt.error('ARTIFACT_SERVER_ERROR', `${realm.origin} gave no token that can be used`)
  }
  const lifetime = Math.max(60, parsed.data?.expires_in ?? 60) * 1000
  return {token: new Secret(token), expiresAt: timing.now() + lifetime - margin}
}

/** Registries refuse unknown users here, not where the artifact is. */
async function refusal(answer: HttpAnswer, {realm, credential, attempt}: TokenRequest) {
  const code = credential === null ? 'ARTIFACT_AUTH_REQUIRED' : 'ARTIFACT_AUTH_FAILED'
  const codes = {400: code, 401: code, 403: code} as const
  return await toAnswerError(answer, attempt, {who: realm.origin, codes})
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}
