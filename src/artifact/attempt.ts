import {WatchError} from '../errors.ts'
import type {ErrorCode} from '../model/error-code.ts'

/** What is being attempted, on which reference: the beginning of every error that comes of it. */
export type Attempt = {
  error(code: ErrorCode, happened: string, options?: {cause?: unknown; hint?: string}): WatchError
  /** A part of this attempt. */
  step(what: string): Attempt
}

export function attemptOf(what: string): Attempt {
  return {
    error: (code, happened, options) => new WatchError(code, `${what}: ${happened}`, options),
    step: part => attemptOf(`${what}: ${part}`),
  }
}
