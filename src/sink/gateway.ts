import {errorText} from '../errors.ts'
import type {Http} from '../http.ts'
import type {Delivery} from '../notify/notifier.ts'
import {send, type SendPolicy, type Sent} from '../send.ts'
import {receiverAccess, type ReceiverAddress} from './receiver-access.ts'

export type GatewayOptions = ReceiverAddress & {
  readonly http: Http
  readonly sendPolicy?: Omit<SendPolicy, 'signal'>
}

/**
 * `PUT` replaces the whole group, `POST` only the families in the body, `DELETE` (without a body) removes the group.
 * `path` is below the gateway's URL.
 */
export type GatewayRequest = {
  readonly method: 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  readonly body: string
}

/** Sends one request to a Pushgateway; never throws. */
export type Gateway = (request: GatewayRequest, signal: AbortSignal) => Promise<Delivery>

/** Characters of an answer that are repeated in a detail: the gateway says which metric it does not like. */
const answerShown = 300

/** https://github.com/prometheus/pushgateway#api */
export function openGateway({http, sendPolicy = {}, ...address}: GatewayOptions): Gateway {
  const access = receiverAccess(address)
  const headers = {'content-type': 'text/plain; version=0.0.4; charset=utf-8', ...access.headers}
  return async ({method, path, body}, signal) => {
    const sent = await send(http, {method, url: access.urlOf(path), headers, body}, {...sendPolicy, signal})
    return toDelivery(sent, access.redact(errorText(sent.text)))
  }
}

/** 200 is the gateway's answer, 202 that of one that does not check what it takes. */
function toDelivery(sent: Sent, text: string): Delivery {
  const {attempts, status} = sent
  if (status === 200 || status === 202) return {ok: true, attempts}
  return {ok: false, attempts, retryable: !sent.ok && sent.retryable, detail: toDetail(status, text)}
}

function toDetail(status: number | null, text: string): string {
  if (status === null) return `the Pushgateway was not reached: ${text}`
  const shown = text === '' ? '' : `: ${text.slice(0, answerShown).toWellFormed()}`
  return `the Pushgateway answered ${status}${shown}${adviceOf(status)}`
}

/** What to look at when the gateway answers like this. */
export function adviceOf(status: number): string {
  if (status === 401 || status === 403) return ' (check metrics.pushgateway.basicAuth)'
  return status < 400 || status === 404 || status === 405 ? ' (check metrics.pushgateway.url)' : ''
}
