import {setTimeout as sleep} from 'node:timers/promises'

import {errorText} from './errors.ts'
import {readText, type Http, type HttpRequest} from './http.ts'

/** What became of one request to a receiver, after its retries. `text` is the answer, or what its policy reads of it. */
export type Sent =
  | {ok: true; status: number; text: string; attempts: number}
  | {ok: false; status: number | null; text: string; attempts: number; retryable: boolean}

export type SendPolicy = {
  /**
   * After it there is no further attempt. The one in flight ends with a deadline (a reason that is a `TimeoutError`), and
   * 3 s after an interrupt: what was sent may have arrived, and the answer tells.
   */
  signal: AbortSignal
  /** Default 4. */
  attempts?: number
  /** Milliseconds for one attempt; default 10,000. */
  attemptTimeout?: number
  /** Milliseconds for all attempts and waits; default 45,000. */
  totalTimeout?: number
  /**
   * Further attempts after one that ended without an answer in time; default as many as there are. It may have arrived:
   * a receiver that cannot tell a repetition from something new shows it twice.
   */
  timeoutRetries?: number
  /** Milliseconds before the second attempt, doubled for each further one, with jitter; default 500. */
  backoff?: number
  /** What an answer means, of a receiver that says it in the body; default by status. */
  verdict?: (status: number, text: string) => Verdict
  /** Bytes that are read of an answer; default 16 KiB. */
  answerLimit?: number
}

/** Of one answer: it is done, it may be done by another attempt, or it will not be done. */
export type Verdict = 'ok' | 'retry' | 'failed'

const longestRetryAfter = 60_000
const interruptGrace = 3_000
/** A URL that is none, and a file of authorities that cannot be read: time mends neither. */
const finalErrors = new Set(['ERR_INVALID_URL', 'UND_ERR_INVALID_ARG', 'ENOENT', 'EACCES', 'EISDIR'])

/** Another attempt may help after 408, 429 and 5xx; other statuses than 2xx are failures, also a redirect. */
export function verdictByStatus(status: number): Verdict {
  if (status >= 200 && status < 300) return 'ok'
  return status === 408 || status === 429 || status >= 500 ? 'retry' : 'failed'
}

/**
 * Sends one request; never throws. Retries network errors and what the verdict says; waits as long as `Retry-After`
 * says, up to 60 s and inside the deadline.
 */
export async function send(http: Http, request: Omit<HttpRequest, 'signal'>, policy: SendPolicy): Promise<Sent> {
  const {
    attempts = 4,
    attemptTimeout = 10_000,
    totalTimeout = 45_000,
    backoff = 500,
    timeoutRetries = attempts,
    verdict = verdictByStatus,
    answerLimit = 16 * 1024,
  } = policy
  const reading = {verdict, answerLimit}
  if (policy.signal.aborted) return {ok: false, status: null, text: 'it was not sent', attempts: 0, retryable: true}
  const deadline = performance.now() + totalTimeout
  const timeout = AbortSignal.timeout(totalTimeout)
  const signal = AbortSignal.any([policy.signal, timeout])
  const inFlight = AbortSignal.any([withGrace(policy.signal), timeout])
  let timeouts = 0
  for (let attempt = 1; ; attempt += 1) {
    const ending = AbortSignal.any([inFlight, AbortSignal.timeout(attemptTimeout)])
    const answer = await sendOnce(http, {...request, signal: ending}, reading)
    if (answer.status !== null && answer.verdict === 'ok') {
      return {ok: true, status: answer.status, text: answer.text, attempts: attempt}
    }
    const retryable = answer.verdict === 'retry'
    if (answer.timedOut) timeouts += 1
    const failure = {ok: false, status: answer.status, text: answer.text, attempts: attempt, retryable} as const
    const wait = answer.retryAfter ?? backoff * 2 ** (attempt - 1) * (0.5 + Math.random())
    const outOfTime = performance.now() + wait >= deadline || wait > longestRetryAfter
    const outOfAttempts = attempt >= attempts || timeouts > timeoutRetries
    if (!retryable || outOfAttempts || outOfTime || signal.aborted) return failure
    try {
      await sleep(wait, undefined, {signal})
    } catch {
      return failure
    }
  }
}

/** The signal, later where it is an interrupt. */
function withGrace(signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const end = () => controller.abort(signal.reason)
  signal.addEventListener('abort', () => (isTimeout(signal) ? end() : setTimeout(end, interruptGrace).unref()), {
    once: true,
  })
  return controller.signal
}

function isTimeout({reason}: {reason: unknown}): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

type Answer = {
  status: number | null
  text: string
  verdict: Verdict
  retryAfter: number | null
  /** It ended without an answer: whether the request arrived is not known. */
  timedOut: boolean
}

type Reading = Required<Pick<SendPolicy, 'verdict' | 'answerLimit'>>

async function sendOnce(
  http: Http,
  request: HttpRequest & {signal: AbortSignal},
  {verdict, answerLimit}: Reading,
): Promise<Answer> {
  try {
    const {status, headers, body} = await http.request(request)
    const text = await readText(body, answerLimit)
    const retryAfter = parseRetryAfter(headers['retry-after'], Date.now())
    return {status, text, verdict: verdict(status, text), retryAfter, timedOut: false}
  } catch (error) {
    const isFinal = finalErrors.has((error as NodeJS.ErrnoException).code ?? '')
    const timedOut = request.signal.aborted
    const text = timedOut ? 'no answer in time' : networkErrorText(error)
    return {status: null, text, verdict: isFinal ? 'failed' : 'retry', retryAfter: null, timedOut}
  }
}

/** `Retry-After` in milliseconds from `now`: seconds or an HTTP date (RFC 9110, 10.2.3); null when absent or unreadable. */
export function parseRetryAfter(value: string | string[] | undefined, now: number): number | null {
  if (typeof value !== 'string') return null
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

/** Says what a network error is in words; an aggregate (one error per address) by its first. */
export function networkErrorText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return networkErrorText(error.errors[0])
  return errorText(error)
}
