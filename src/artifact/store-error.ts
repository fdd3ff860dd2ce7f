import {WatchError, errorText} from '../errors.ts'
import type {Attempt} from './attempt.ts'

/** What a failed call of the file system means: no space, no right. Anything else is given back as it is. */
export function toStoreError(error: unknown, attempt: Attempt): unknown {
  if (error instanceof WatchError || !isSystemError(error)) return error
  return attempt.error('ARTIFACT_STORE_IO', errorText(error), {cause: error})
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException & {code: string} {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}
