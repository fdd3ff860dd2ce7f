import {errorCodes, type ErrorCode} from './model/error-code.ts'

/**
 * The run cannot go on. Made where the foreign error is met; everything else that is thrown is a bug.
 * `message` says what was attempted, on what, and what happened; `hint` what to do. Neither holds a secret.
 */
export class WatchError extends Error {
  override readonly name = 'WatchError'
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, options: {cause?: unknown; hint?: string} = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.code = code
    this.hint = options.hint ?? errorCodes[code].hint
  }
}

/** The command line asks for what cannot be: exit code 64, no report. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** The text of anything thrown, on one line. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text.replaceAll(/\s+/g, ' ').trim()
}
