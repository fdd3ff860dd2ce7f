import type {WatchError} from '../errors.ts'
import type {Http} from '../http.ts'
import type {Secret} from '../secret.ts'
import type {Attempt} from './attempt.ts'
import type {Challenge} from './challenge.ts'
import {basicValue, identityOf} from './credential.ts'
import type {Credentials, FoundCredential} from './credentials.ts'
import type {Origin} from './origin.ts'
import {checkRealm} from './realm.ts'
import type {Reference} from './reference.ts'
import type {Timing} from './timing.ts'
import {fetchToken, type BearerToken} from './token.ts'

/** Our login at one repository for the time of a pull. */
export type Login = {
  /** The value of `Authorization` now; null before the registry has asked. */
  header(): string | null
  /** Answers a registry that wants a login, or another one. Throws when it cannot. */
  answer(refusal: Refusal): Promise<void>
  /** The error for a registry that still says 401 after that. */
  refused(refusal: Pick<Refusal, 'said' | 'attempt'>): WatchError
}

export type Refusal = {
  readonly challenges: readonly Challenge[]
  /** The header of the request that was refused. */
  readonly sent: string | null
  /** What the registry said, or empty. */
  readonly said: string
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

export type LoginOptions = {
  readonly http: Http
  readonly origin: Origin
  readonly reference: Reference
  readonly credentials: Credentials
  readonly onSecret: (secret: Secret) => void
  readonly timing: Timing
}

/** A credential is never sent readable over the network, and where there is one, nobody asks without it. */
export function openLogin({http, origin, reference, credentials, onSecret, timing}: LoginOptions): Login {
  const tokens = new Map<string, Promise<BearerToken>>()
  let looking: Promise<FoundCredential> | null = null
  let found: FoundCredential = {credential: null, origin: null}
  let header: string | null = null

  function required({said, attempt}: Pick<Refusal, 'said' | 'attempt'>, what: string, hint?: string): WatchError {
    const parts = ['the registry answered 401', said, what, found.credential === null ? found.origin : null]
    const message = parts.filter(part => !!part).join(': ')
    return attempt.error('ARTIFACT_AUTH_REQUIRED', message, hint === undefined ? {} : {hint})
  }

  async function toHeader(refusal: Refusal): Promise<string> {
    const {credential} = found
    const challenge = refusal.challenges.find(({scheme, params}) => scheme === 'basic' || params.has('realm'))
    if (challenge === undefined || !['basic', 'bearer'].includes(challenge.scheme)) {
      const asked = refusal.challenges.map(({scheme}) => scheme).join(', ') || 'nothing that could be answered'
      throw required(refusal, `it asks for ${asked}, and only Basic and Bearer are supported`)
    }
    if (credential !== null && origin.isPlainHttp && !origin.isLoopback) {
      const hint = 'give the registry TLS and leave out source.plainHttp'
      throw required(refusal, 'credentials are not sent over plain HTTP', hint)
    }
    if (credential?.kind === 'registry') return `Bearer ${credential.token.reveal()}`
    if (challenge.scheme === 'bearer') return `Bearer ${(await toToken(challenge, refusal)).reveal()}`
    if (credential === null) throw required(refusal, 'there are no credentials for it')
    if (credential.kind === 'password') return `Basic ${basicValue(credential.username, credential.password)}`
    throw required(refusal, `it asks for Basic, and ${found.origin} has a token`)
  }

  /** One token a service and scope; of several requests that are refused at once, one asks for it. */
  async function toToken(challenge: Challenge, refusal: Refusal): Promise<Secret> {
    const {params} = challenge
    const {sent, attempt, signal} = refusal
    const credential = found.credential?.kind === 'registry' ? null : found.credential
    const step = attempt.step('logging in')
    const realm = checkRealm({realm: params.get('realm')!, origin, isKnown: credential !== null, attempt: step})
    const service = params.get('service') ?? null
    const scope = params.get('scope') || `repository:${reference.repository}:pull`
    const key = JSON.stringify([origin.url, realm.href, service, scope, identityOf(credential)])
    const known = tokens.get(key)
    const cached = await known?.catch(() => null)
    if (cached && cached.expiresAt > timing.now() && `Bearer ${cached.token.reveal()}` !== sent) return cached.token
    // another request was faster
    if (tokens.get(key) !== known) return await toToken(challenge, refusal)
    const asking = fetchToken({http, realm, service, scope, credential, attempt: step, signal, timing})
    tokens.set(key, asking)
    const {token} = await asking
    onSecret(token)
    return token
  }

  function refused(refusal: Pick<Refusal, 'said' | 'attempt'>): WatchError {
    if (found.credential === null) return required(refusal, 'there are no credentials for it')
    const parts = ['the registry answered 401', refusal.said, `it does not take the login of ${found.origin}`]
    return refusal.attempt.error('ARTIFACT_AUTH_FAILED', parts.filter(part => part !== '').join(': '))
  }

  return {
    header: () => header,
    async answer(refusal) {
      const {attempt, signal} = refusal
      const {host, repository} = reference
      looking ??= credentials.lookup({host, repository, attempt, signal})
      found = await looking
      const next = await toHeader(refusal)
      if (next === refusal.sent) throw refused(refusal)
      header = next
    },
    refused,
  }
}
