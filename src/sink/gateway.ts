import {errorText} from '../errors.ts'
import type {Http} from '../http.ts'
import type {Delivery} from '../notify/notifier.ts'
import {redactor, type Redact} from '../secret.ts'
import {send, type SendPolicy, type Sent} from '../send.ts'
import {basicToken, credentialsOf, type BasicAuth} from './basic-auth.ts'

export type GatewayOptions = {
  /** Of the gateway, without `/metrics`; user and password in it are used as basic auth. */
  readonly url: string
  /** Wins over user and password of the URL. */
  readonly basicAuth: BasicAuth | null
  readonly http: Http
  readonly redact: Redact
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
export function openGateway({url, basicAuth, http, redact, sendPolicy = {}}: GatewayOptions): Gateway {
  const auth = basicAuth ?? credentialsOf(new URL(url))
  const token = basicToken(auth)
  const hide = redactor([auth.password, token])
  const headers = {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    ...(auth.username !== '' && {authorization: `Basic ${token.reveal()}`}),
  }
  return async ({method, path, body}, signal) => {
    const request = {method, url: toUrl(url, path), headers, body} as const
    const sent = await send(http, request, {...sendPolicy, signal})
    return toDelivery(sent, redact(hide(errorText(sent.text))))
  }
}

function toUrl(base: string, path: string): string {
  const url = new URL(base)
  url.username = ''
  url.password = ''
  url.hash = ''
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  return url.href
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

function adviceOf(status: number): string {
  if (status === 401 || status === 403) return ' (check metrics.pushgateway.basicAuth)'
  return status < 400 || status === 404 || status === 405 ? ' (check metrics.pushgateway.url)' : ''
}
