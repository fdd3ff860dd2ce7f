import type {Called} from './call.ts'
import {isTooLarge, parseStatus, wordsOf} from './status.ts'

/** Why a call has no result. */
export type KubeFailureKind =
  /** The API server has no such object. */
  | 'not-found'
  /** Who we are may not do it (403). */
  | 'forbidden'
  /** Who we are is not known, also with renewed credentials (401); or there are none. */
  | 'unauthorized'
  /** It was changed, or replaced by another of its name, since it was read (409). */
  | 'conflict'
  /** It is larger than the API server takes. */
  | 'too-large'
  /** Refused for another reason, or the answer is not one of a Kubernetes API. */
  | 'invalid'
  /** Nobody answered, too late, or with 429 or 5xx, also after retries: it may work later. */
  | 'unavailable'

/** Results are values: what a call came to. `message` holds no secret. */
export type KubeResult<T> = {readonly ok: true; readonly value: T} | KubeFailure

export type KubeFailure = {
  readonly ok: false
  readonly kind: KubeFailureKind
  /** Of the last answer; null without one. */
  readonly status: number | null
  /** What was attempted, on what, as whom, and what happened. */
  readonly message: string
  /** Of a write: it may have been done all the same. */
  readonly mayHaveArrived: boolean
}

/**
 * What a call came to. `parse` gives null for an answer of success that is not what was asked for; `attempt` is the
 * beginning of every message.
 */
export function toResult<T>(
  called: Called,
  {attempt, isWrite, parse}: {attempt: string; isWrite: boolean; parse: (text: string) => T | null},
): KubeResult<T> {
  const fail = (kind: KubeFailureKind, happened: string, mayHaveArrived = false): KubeFailure => ({
    ok: false,
    kind,
    status: called.kind === 'answer' ? called.status : null,
    message: `${attempt}: ${happened}${called.attempts > 1 ? ` (${called.attempts} attempts)` : ''}`,
    mayHaveArrived: isWrite && mayHaveArrived,
  })
  if (called.kind === 'no-answer') return fail('unavailable', called.reason, called.mayHaveArrived)
  if (called.kind === 'no-credential') return fail(called.isTemporary ? 'unavailable' : 'unauthorized', called.reason)
  const {status, text} = called
  const isSuccess = status >= 200 && status < 300
  if (text === null) return fail('invalid', `the API server answered ${status} with more than we take`, isSuccess)
  if (isSuccess) {
    const value = parse(text)
    if (value !== null) return {ok: true, value}
    return fail('invalid', `the API server answered ${status} with something else than was asked for`, true)
  }
  const words = wordsOf(text)
  const happened = `the API server answered ${status}${words === '' ? '' : `: ${words}`}`
  const kind = kindOf(status, text)
  return fail(kind, happened, status >= 500 && kind === 'unavailable')
}

function kindOf(status: number, text: string): KubeFailureKind {
  if (isTooLarge(status, text)) return 'too-large'
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      // without its `Status` somebody else says so, e.g. a gateway that does not know the path
      return parseStatus(text)?.reason === 'NotFound' ? 'not-found' : 'invalid'
    case 409:
      return 'conflict'
    case 408:
    case 429:
      return 'unavailable'
    default:
      return status >= 500 ? 'unavailable' : 'invalid'
  }
}
