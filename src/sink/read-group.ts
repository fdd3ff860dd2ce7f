import {setTimeout as sleep} from 'node:timers/promises'

import {errorText} from '../errors.ts'
import {readText, type Http} from '../http.ts'
import {parseGatewayGroup, type GatewayGroup} from '../metrics/gateway-group.ts'
import type {GroupKey} from '../metrics/group-path.ts'
import {networkErrorText, parseRetryAfter, type SendPolicy} from '../send.ts'
import {receiverAccess, type ReceiverAccess, type ReceiverAddress} from './receiver-access.ts'
import {adviceOf} from './gateway.ts'

export type ReadGroupOptions = ReceiverAddress &
  GroupKey & {
    readonly http: Http
    readonly sendPolicy?: Pick<SendPolicy, 'attempts' | 'attemptTimeout' | 'totalTimeout' | 'backoff'>
  }

/** `absent`: the gateway has no such group. That is not `failed`, where nobody knows. */
export type GroupRead =
  | {readonly state: 'absent'}
  | {readonly state: 'read'; readonly group: GatewayGroup}
  | {readonly state: 'failed'; readonly message: string}

/** The gateway gives all groups or none: that of a large company may hold much. */
const largest = 16 * 1024 * 1024

/**
 * Reads the group of a watch back from its Pushgateway; never throws. Retries as `send` does, whose answers are short.
 * https://github.com/prometheus/pushgateway#query-api
 */
export async function readGroup(options: ReadGroupOptions, signal: AbortSignal): Promise<GroupRead> {
  const {attempts = 4, totalTimeout = 45_000, backoff = 500} = options.sendPolicy ?? {}
  const access = receiverAccess(options)
  const deadline = performance.now() + totalTimeout
  const stop = AbortSignal.any([signal, AbortSignal.timeout(totalTimeout)])
  for (let attempt = 1; ; attempt += 1) {
    const {read, retry} = await readOnce(options, access, stop)
    const wait = retry?.after ?? backoff * 2 ** (attempt - 1) * (0.5 + Math.random())
    const outOfTime = performance.now() + wait >= deadline
    if (retry === null || attempt >= attempts || outOfTime || stop.aborted) return read
    try {
      await sleep(wait, undefined, {signal: stop})
    } catch {
      return read
    }
  }
}

type Once = {
  readonly read: GroupRead
  /** Null when another attempt is of no use; `after` is what the gateway said, in milliseconds. */
  readonly retry: {readonly after: number | null} | null
}

async function readOnce(options: ReadGroupOptions, access: ReceiverAccess, stop: AbortSignal): Promise<Once> {
  const {http, sendPolicy: {attemptTimeout = 10_000} = {}} = options
  const signal = AbortSignal.any([stop, AbortSignal.timeout(attemptTimeout)])
  try {
    const request = {method: 'GET', url: access.urlOf('/api/v1/metrics'), headers: {...access.headers}, signal} as const
    const {status, headers, body} = await http.request(request)
    const text = await readText(body, largest + 1)
    if (status === 200) return {read: parse(text, options), retry: null}
    const again = status === 408 || status === 429 || status >= 500
    const read = failed(`the Pushgateway answered ${status}${adviceOf(status)}`)
    return {read, retry: again ? {after: parseRetryAfter(headers['retry-after'], Date.now())} : null}
  } catch (error) {
    const why = signal.aborted ? 'no answer in time' : networkErrorText(error)
    return {read: failed(`the Pushgateway was not reached: ${access.redact(why)}`), retry: {after: null}}
  }
}

function parse(text: string, key: GroupKey): GroupRead {
  if (Buffer.byteLength(text) > largest) return failed(`the Pushgateway holds more than ${largest / 1024 ** 2} MiB`)
  try {
    const group = parseGatewayGroup(text, key)
    return group === null ? {state: 'absent'} : {state: 'read', group}
  } catch (error) {
    return failed(`the Pushgateway gave no groups: ${errorText(error)} (check metrics.pushgateway.url)`)
  }
}

function failed(what: string): GroupRead {
  return {state: 'failed', message: `reading what was pushed before: ${what}`}
}
