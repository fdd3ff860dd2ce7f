import {setTimeout as sleep} from 'node:timers/promises'

import {readText} from '../http.ts'
import {networkErrorText, parseRetryAfter} from '../send.ts'
import {KubeConfigError} from './kube-config-error.ts'
import type {Credential, KubeLogin} from './login.ts'
import {isBeforeSending, isTlsError} from './network-error.ts'
import type {KubeRequest, KubeTransport} from './transport.ts'

/** How one call ended, after its attempts. */
export type Called = {readonly attempts: number} & Outcome

type Outcome =
  /** `text` is null when it is longer than we take. */
  | {readonly kind: 'answer'; readonly status: number; readonly text: string | null}
  /** No answer, or half of one. `mayHaveArrived`: the server may have done what it was asked. */
  | {readonly kind: 'no-answer'; readonly reason: string; readonly mayHaveArrived: boolean}
  | {readonly kind: 'no-credential'; readonly reason: string; readonly isTemporary: boolean}

export type CallPolicy = {
  readonly attempts: number
  /** Milliseconds for one attempt. */
  readonly attemptTimeout: number
  /** Milliseconds for all attempts and waits. */
  readonly totalTimeout: number
  /** Milliseconds before the second attempt, doubled for each further one, with jitter. */
  readonly backoff: number
  /** Bytes of an answer. */
  readonly answerLimit: number
}

export const defaultPolicy: CallPolicy = {
  attempts: 4,
  attemptTimeout: 10_000,
  totalTimeout: 45_000,
  backoff: 500,
  answerLimit: 8 * 1024 * 1024,
}

export type CallOptions = {
  readonly transport: KubeTransport
  readonly login: KubeLogin
  readonly policy: CallPolicy
  readonly signal: AbortSignal
}

/**
 * One call; only bugs are thrown. Credentials that were refused (401) are renewed once. What another attempt may mend is
 * tried again while there is time: a GET after network errors, 408, 429 and 5xx; a PUT only when the server cannot have
 * done it (429, or no connection), since whoever calls knows better what a repetition means.
 */
export async function call(request: KubeRequest, options: CallOptions): Promise<Called> {
  const {login, policy, signal} = options
  const deadline = performance.now() + policy.totalTimeout
  const stop = AbortSignal.any([signal, AbortSignal.timeout(policy.totalTimeout)])
  let isRenewed = false
  for (let attempts = 1; ; attempts += 1) {
    const {outcome, credential, retry} = await callOnce(request, options, stop)
    const called = {...outcome, attempts}
    if (outcome.kind === 'answer' && outcome.status === 401 && credential !== null && !isRenewed) {
      isRenewed = true
      const renewal = await renew(login, credential, stop)
      if (renewal === 'renewed') continue
      return renewal === 'no-other' ? called : {...renewal, attempts}
    }
    const wait = retry?.after ?? policy.backoff * 2 ** (attempts - 1) * (0.5 + Math.random())
    const outOfTime = performance.now() + wait >= deadline
    if (retry === null || attempts >= policy.attempts || outOfTime) return called
    try {
      await sleep(wait, undefined, {signal: stop})
    } catch {
      return called
    }
  }
}

async function renew(
  login: KubeLogin,
  refused: Credential,
  signal: AbortSignal,
): Promise<'renewed' | 'no-other' | Outcome> {
  try {
    return (await login.renew(refused, signal)) ? 'renewed' : 'no-other'
  } catch (error) {
    return noCredential(error)
  }
}

type Once = {
  readonly outcome: Outcome
  readonly credential: Credential | null
  /** Null when another attempt is of no use; `after` is what the server said, in milliseconds. */
  readonly retry: {readonly after: number | null} | null
}

async function callOnce(request: KubeRequest, options: CallOptions, stop: AbortSignal): Promise<Once> {
  const {transport, login, policy} = options
  let credential: Credential | null = null
  let limit = stop
  let isAnswered = false
  try {
    stop.throwIfAborted()
    credential = await login.current(stop)
    limit = AbortSignal.any([stop, AbortSignal.timeout(policy.attemptTimeout)])
    const {status, headers, body} = await transport.request(request, credential, limit)
    isAnswered = true
    const text = await readText(body, policy.answerLimit + 1)
    const isWhole = Buffer.byteLength(text) <= policy.answerLimit
    const again = status === 429 || (request.method === 'GET' && (status === 408 || status >= 500))
    return {
      outcome: {kind: 'answer', status, text: isWhole ? text : null},
      credential,
      retry: again ? {after: parseRetryAfter(headers['retry-after'], Date.now())} : null,
    }
  } catch (error) {
    if (error instanceof KubeConfigError) return {outcome: noCredential(error), credential, retry: null}
    const isSent = credential !== null && (isAnswered || limit.aborted || !isBeforeSending(error))
    const mayHaveArrived = request.method !== 'GET' && isSent
    const reason = limit.aborted ? endReason(options) : networkErrorText(error)
    const again = !mayHaveArrived && !stop.aborted && !isTlsError(error)
    return {outcome: {kind: 'no-answer', reason, mayHaveArrived}, credential, retry: again ? {after: null} : null}
  }
}

function endReason({signal: {aborted, reason}, policy}: CallOptions): string {
  if (!aborted) return `no answer within ${policy.attemptTimeout / 1000} s`
  const isDeadline = reason instanceof Error && reason.name === 'TimeoutError'
  return isDeadline ? 'no time was left before the deadline' : 'interrupted'
}

/** A bug is thrown on. */
function noCredential(error: unknown): Outcome {
  if (!(error instanceof KubeConfigError)) throw error
  return {kind: 'no-credential', reason: error.message, isTemporary: error.isTemporary}
}
