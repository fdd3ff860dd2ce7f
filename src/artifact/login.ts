import {WatchError} from '../errors.ts'
import type {Http} from '../http.ts'
import type {Secret} from '../secret.ts'
import type {ErrorCode} from '../model/error-code.ts'
import type {Attempt} from './attempt.ts'
import type {Challenge} from './challenge.ts'
import {basicValue, identityOf} from './credential.ts'
import type {Credentials} from './credentials.ts'
import {openLogins, type Login} from './login-order.ts'
import type {Origin} from './origin.ts'
import {checkRealm} from './realm.ts'
import type {Reference} from './reference.ts'
import {isAsking, requiredError, type Refusal} from './refusal.ts'
import type {Timing} from './timing.ts'
import {fetchToken, type BearerToken} from './token.ts'

/** Our login at one repository for the time of a pull. */
export type RegistryLogin = {
  /** For one request, however often it is tried: each login may be renewed once for it. */
  forRequest(step: Step): RequestLogin
}

export type RequestLogin = {
  /** The value of `Authorization` now; null before the registry has asked. A token that is about to end is renewed. */
  header(): Promise<string | null>
  /** Answers a registry that wants a login, or another one: the next `header()` is another. Throws when there is none. */
  answer(refusal: Refusal): Promise<void>
}

export type Step = {readonly attempt: Attempt; readonly signal: AbortSignal}

export type LoginOptions = {
  readonly http: Http
  readonly origin: Origin
  readonly reference: Reference
  readonly credentials: Credentials
  readonly onSecret: (secret: Secret) => void
  readonly timing: Timing
}

type Header = {readonly value: string; readonly expiresAt: number}

const never = Number.POSITIVE_INFINITY
/** What a token service says to a login that it does not take. */
const refusedByService = new Set<ErrorCode>(['ARTIFACT_AUTH_FAILED', 'ARTIFACT_AUTH_REQUIRED'])

/**
 * A credential is never sent readable over the network, and where there is one, nobody asks without it. Each login that is
 * known for the repository is tried once; then the places where they are kept are read again, once.
 */
export function openLogin({http, origin, reference, credentials, onSecret, timing}: LoginOptions): RegistryLogin {
  const tokens = new Map<string, BearerToken>()
  const logins = openLogins(credentials, reference)
  let header: Header | null = null
  /** The last refusal that said how to log in. */
  let asked: Refusal | null = null

  /** One token a service and scope. The one that was refused is not taken again. */
  async function toToken(login: Login, challenge: Challenge, refusal: Refusal, step: Step): Promise<BearerToken> {
    const {params} = challenge
    const {signal} = step
    const attempt = step.attempt.step('logging in')
    const credential = login.credential?.kind === 'registry' ? null : login.credential
    const realm = checkRealm({realm: params.get('realm')!, origin, isKnown: credential !== null, attempt})
    const service = params.get('service') ?? null
    const scope = params.get('scope') || `repository:${reference.repository}:pull`
    const key = JSON.stringify([origin.url, realm.href, service, scope, identityOf(credential)])
    const cached = tokens.get(key)
    if (cached && cached.expiresAt > timing.now() && toBearer(cached.token) !== refusal.sent) return cached
    const token = await fetchToken({http, realm, service, scope, credential, attempt, signal, timing})
    tokens.set(key, token)
    onSecret(token.token)
    return token
  }

  /** Throws when the registry cannot be answered at all, by no login. */
  async function toHeader(login: Login, refusal: Refusal, step: Step): Promise<Header | WatchError> {
    const {attempt} = step
    const {credential} = login
    const {challenge} = refusal
    if (challenge === null || !['basic', 'bearer'].includes(challenge.scheme)) {
      throw requiredError(refusal, attempt, `it asks for ${refusal.schemes}, and only Basic and Bearer are supported`)
    }
    if (credential !== null && origin.isPlainHttp && !origin.isLoopback) {
      const hint = 'give the registry TLS and leave out source.plainHttp'
      throw requiredError(refusal, attempt, 'credentials are not sent over plain HTTP', hint)
    }
    if (credential?.kind === 'registry') return {value: toBearer(credential.token), expiresAt: never}
    if (challenge.scheme === 'bearer') {
      try {
        const {token, expiresAt} = await toToken(login, challenge, refusal, step)
        return {value: toBearer(token), expiresAt}
      } catch (error) {
        if (error instanceof WatchError && refusedByService.has(error.code)) return error
        throw error
      }
    }
    if (credential?.kind === 'password') {
      return {value: `Basic ${basicValue(credential.username, credential.password)}`, expiresAt: never}
    }
    return logins.refusedError(refusal, attempt)
  }

  /** Goes on with one login, and with those after it for as long as they are refused. */
  async function logIn(first: Login, refusal: Refusal, step: Step, spent: Set<Login>): Promise<void> {
    for (let login = first; ;) {
      spent.add(login)
      const next = await toHeader(login, refusal, step)
      if (!(next instanceof WatchError) && next.value !== refusal.sent) {
        header = next
        return
      }
      const error = next instanceof WatchError ? next : logins.refusedError(refusal, step.attempt)
      login = await logins.after(error, step)
    }
  }

  async function answer(refusal: Refusal, step: Step, spent: Set<Login>): Promise<void> {
    const login = logins.current()
    // another request was faster
    if ((header?.value ?? null) !== refusal.sent) {
      if (login !== null) spent.add(login)
      return
    }
    if (refusal.challenge !== null) asked = refusal
    if (isAsking(refusal) && (login === null || !spent.has(login))) {
      await logIn(login ?? (await logins.first(step)), refusal, step, spent)
      return
    }
    const error = logins.refusedError(refusal, step.attempt)
    if (asked === null || login === null) throw error
    await logIn(await logins.after(error, step), {...asked, sent: refusal.sent}, step, spent)
  }

  const isEnding = () => header !== null && header.expiresAt <= timing.now()

  async function renew(step: Step): Promise<void> {
    const login = logins.current()
    if (login === null || asked === null || header === null || !isEnding()) return
    // nothing was refused: a service may give the same token again, for longer
    await logIn(login, {...asked, sent: null}, step, new Set())
  }

  const exclusive = oneAtATime()
  return {
    forRequest(step) {
      const spent = new Set<Login>()
      return {
        async header() {
          if (isEnding()) await exclusive(() => renew(step))
          return header?.value ?? null
        },
        answer: refusal => exclusive(() => answer(refusal, step, spent)),
      }
    },
  }
}

function toBearer(token: Secret): string {
  return `Bearer ${token.reveal()}`
}

/** Several requests may be refused at once: they are answered one after the other, most of them by what the first got. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}
