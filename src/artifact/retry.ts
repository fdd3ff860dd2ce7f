import {WatchError} from '../errors.ts'
import type {Attempt} from './attempt.ts'
import {abortError} from './network-error.ts'
import type {Timing} from './timing.ts'

/** A failure that another try may mend. */
export class TemporaryFailure extends Error {
  override readonly name = 'TemporaryFailure'
  /** What is thrown when no try is left. */
  readonly error: WatchError
  /** What the server said of when to come back, in milliseconds from now. */
  readonly retryAfter: number | null

  constructor(error: WatchError, retryAfter: number | null) {
    super(error.message)
    this.error = error
    this.retryAfter = retryAfter
  }
}

export type RetryOptions = {readonly attempt: Attempt; readonly signal: AbortSignal; readonly timing: Timing}

const tries = 5
const firstWait = 250
const longestWait = 5_000
const longestRetryAfter = 60_000

/**
 * Tries `work` up to five times while it throws a `TemporaryFailure`; waits longer each time, with jitter, and at least as
 * long as the server says. A server that wants more than a minute gets no further try: `ARTIFACT_RATE_LIMITED`.
 */
export async function withRetries<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work()
    } catch (failure) {
      if (!(failure instanceof TemporaryFailure)) throw failure
      await waitAfter(failure, failures, options)
    }
  }
}

async function waitAfter({error, retryAfter}: TemporaryFailure, failures: number, options: RetryOptions) {
  const {attempt, signal, timing} = options
  if (retryAfter !== null && retryAfter > longestRetryAfter) throw tooLong(error, retryAfter, options)
  if (failures === tries) throw error
  const backoff = Math.min(longestWait, firstWait * 2 ** (failures - 1)) * (0.5 + timing.random() / 2)
  try {
    await timing.sleep(Math.max(backoff, retryAfter ?? 0), signal)
  } catch {
    const stopped = abortError(signal, attempt)
    // out of time: why it failed says more than that
    throw stopped.code === 'CANCELLED' ? stopped : error
  }
}

function tooLong({message, cause}: WatchError, retryAfter: number, {timing}: RetryOptions): WatchError {
  const farthest = 8_640_000_000_000_000
  const until = new Date(Math.min(farthest, timing.now() + retryAfter)).toISOString().replace(/\.\d+Z$/, 'Z')
  return new WatchError('ARTIFACT_RATE_LIMITED', `${message}; it asks to wait until ${until}`, {cause})
}
