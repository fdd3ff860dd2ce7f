import {WatchError} from '../../errors.ts'
import type {ErrorCode} from '../../model/error-code.ts'
import {attemptOf, type Attempt} from '../attempt.ts'
import type {Limits} from '../limits.ts'
import type {Registry} from '../registry.ts'
import type {SignatureKey} from './keys.ts'
import {invalid, type Verdict} from './verdict.ts'

/** What looking for signatures needs. */
export type VerifyContext = {
  readonly registry: Registry
  /** `https://HOST/v2/REPOSITORY` */
  readonly repositoryUrl: string
  readonly keys: readonly SignatureKey[]
  readonly limits: Limits
  /** The beginning of every error. */
  readonly what: string
  readonly signal: AbortSignal
}

export function attempting(step: string, {what}: VerifyContext): Attempt {
  return attemptOf(what).step(step)
}

/** How something that was stored wrongly shows. */
const codes: ReadonlySet<ErrorCode> = new Set([
  'ARTIFACT_NOT_FOUND',
  'ARTIFACT_REDIRECT_REJECTED',
  'ARTIFACT_DIGEST_MISMATCH',
  'ARTIFACT_SIZE_MISMATCH',
  'ARTIFACT_LIMIT_EXCEEDED',
  'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
  'ARTIFACT_UNSUPPORTED_DIGEST',
  'ARTIFACT_LAYOUT_INVALID',
])

/**
 * An error about the one thing that was asked for, which another signature can make up for; else null. Trouble that may
 * pass, a login that is refused and an interrupt say nothing of signatures: let them through.
 */
export function storedWrongly(error: unknown): WatchError | null {
  return error instanceof WatchError && codes.has(error.code) ? error : null
}

/** The verdict of `check`; what is stored wrongly is no valid signature. */
export async function judge(check: () => Promise<Verdict | null>, context: VerifyContext): Promise<Verdict[]> {
  try {
    const verdict = await check()
    return verdict === null ? [] : [verdict]
  } catch (error) {
    const wrong = storedWrongly(error)
    if (wrong === null) throw error
    return [invalid(reasonOf(wrong, context))]
  }
}

/** What happened, without the beginning that all errors have. */
export function reasonOf({message}: WatchError, {what}: VerifyContext): string {
  return message.replace(`${what}: `, '')
}
