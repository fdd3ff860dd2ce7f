import type {WatchError} from '../errors.ts'
import type {HttpAnswer} from '../http.ts'
import {readErrorText} from './answer-error.ts'
import type {Attempt} from './attempt.ts'
import {parseChallenges, type Challenge} from './challenge.ts'

/** A 401 or 403 of a registry, read. */
export type Refusal = {
  readonly status: number
  /** The one to answer: the first of Basic, or of any other scheme that says where; null when there is none. */
  readonly challenge: Challenge | null
  /** What it asks for, for messages. */
  readonly schemes: string
  /** It knows us, and wants a token for more. */
  readonly isScope: boolean
  /** The header of the request that was refused. */
  readonly sent: string | null
  /** What the registry said, or empty. */
  readonly said: string
}

/** Reads the body. */
export async function readRefusal(answer: HttpAnswer, sent: string | null): Promise<Refusal> {
  const challenges = parseChallenges(answer.headers['www-authenticate'])
  return {
    status: answer.status,
    challenge: challenges.find(({scheme, params}) => scheme === 'basic' || params.has('realm')) ?? null,
    schemes: challenges.map(({scheme}) => scheme).join(', ') || 'nothing that could be answered',
    isScope: challenges.some(({params}) => params.get('error') === 'insufficient_scope'),
    sent,
    said: await readErrorText(answer),
  }
}

/** Whether another login, or a new token of the same one, may do. icr.io says 403 where others say 401. */
export function isAsking({status, isScope}: Pick<Refusal, 'status' | 'isScope'>): boolean {
  return status === 401 || isScope
}

/** The error for a registry that wants a login which we cannot give. */
export function requiredError({status, said}: Refusal, attempt: Attempt, what: string, hint?: string): WatchError {
  const message = [`the registry answered ${status}`, said, what].filter(part => part !== '').join(': ')
  return attempt.error('ARTIFACT_AUTH_REQUIRED', message, hint === undefined ? {} : {hint})
}
