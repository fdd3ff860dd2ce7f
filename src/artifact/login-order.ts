import {WatchError} from '../errors.ts'
import {toStatusError} from './answer-error.ts'
import type {Attempt} from './attempt.ts'
import {identityOf} from './credential.ts'
import type {Credentials, KnownLogin} from './credentials.ts'
import {requiredError, type Refusal} from './refusal.ts'
import type {Reference} from './reference.ts'

/** One of the logins known for a repository, or nobody where there is none. */
export type Login = KnownLogin | {readonly credential: null; readonly origin: null}

type RefusedLogin = {readonly origin: string | null; readonly error: WatchError}

type Step = {readonly attempt: Attempt; readonly signal: AbortSignal}

export type Logins = {
  /** Null before the registry has asked. */
  current(): Login | null
  first(step: Step): Promise<Login>
  /** The one to try when the current one was refused by `error`, which is thrown when there is none. Never nobody. */
  after(error: WatchError, step: Step): Promise<Login>
  /** What it means that the registry does not take the current one. */
  refusedError(refusal: Refusal, attempt: Attempt): WatchError
}

/**
 * Goes through the logins in their order, as the kubelet does with several image pull secrets: each is tried until the
 * registry takes one. After the last the places are read again, once, for what is new there.
 */
export function openLogins(credentials: Credentials, {host, repository}: Reference): Logins {
  const tried = new Set<string>()
  const refused: RefusedLogin[] = []
  let queue: readonly KnownLogin[] = []
  let note: string | null = null
  let current: Login | null = null
  let hasReadAgain = false

  async function read(isAgain: boolean, step: Step): Promise<void> {
    const found = await credentials.lookup({host, repository, isAgain, ...step})
    queue = found.logins.filter(({credential}) => !tried.has(identityOf(credential)))
    note = found.note
  }

  /** A secret that is gone by now is no better reason than the refusal. */
  async function readAgain(step: Step): Promise<void> {
    try {
      await read(true, step)
    } catch {
      queue = []
    }
  }

  function take(): Login | null {
    const [next, ...rest] = queue
    if (next === undefined) return null
    queue = rest
    tried.add(identityOf(next.credential))
    return (current = next)
  }

  return {
    current: () => current,
    async first(step) {
      await read(false, step)
      return take() ?? (current = {credential: null, origin: null})
    },
    async after(error, step) {
      refused.push({origin: current?.origin ?? null, error})
      const next = take()
      if (next !== null) return next
      if (!hasReadAgain) {
        hasReadAgain = true
        await readAgain(step)
        const found = take()
        if (found !== null) return found
      }
      throw ofAll(error, refused, current?.origin === null ? note : null)
    },
    refusedError(refusal, attempt) {
      const origin = current?.origin ?? null
      if (refusal.status !== 401) {
        return toStatusError(refusal, attempt, {more: origin === null ? '' : `with the login of ${origin}`})
      }
      if (origin === null) return requiredError(refusal, attempt, 'there are no credentials for it')
      if (refusal.challenge?.scheme === 'basic' && current?.credential?.kind === 'identity') {
        return requiredError(refusal, attempt, `it asks for Basic, and ${origin} has a token`)
      }
      return toStatusError(refusal, attempt, {more: `it does not take the login of ${origin}`})
    },
  }
}

/** The last refusal, with those before it, and with why there may be no login. */
function ofAll(last: WatchError, refused: readonly RefusedLogin[], note: string | null): WatchError {
  const before = refused.slice(0, -1)
  const isFailed = refused.some(({error}) => error.code === 'ARTIFACT_AUTH_FAILED')
  const code = isFailed ? 'ARTIFACT_AUTH_FAILED' : last.code
  const more = [
    ...(note === null ? [] : [note]),
    ...(before.length === 0
      ? []
      : [`before that it refused the login of ${before.map(({origin}) => origin).join(', ')}`]),
  ]
  if (more.length === 0) return last
  const {hint} = refused.find(({error}) => error.code === code)?.error ?? last
  return new WatchError(code, [last.message, ...more].join('; '), {cause: last.cause, hint})
}
