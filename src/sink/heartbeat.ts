import {errorText} from '../errors.ts'
import type {Http} from '../http.ts'
import {redactor, type Redact, type Secret} from '../secret.ts'
import {send, type SendPolicy, type Sent} from '../send.ts'
import {basicToken, credentialsOf} from '../basic-auth.ts'
import type {Delivery} from '../notify/notifier.ts'
import type {Sink} from './sink.ts'

export type HeartbeatOptions = {
  /** The whole URL is a secret: who knows it can keep the watch looking alive. */
  readonly url: Secret
  readonly http: Http
  readonly redact: Redact
  readonly sendPolicy?: Omit<SendPolicy, 'signal'>
}

/** What is put behind the path of the URL. */
type HeartbeatPayload = {readonly suffix: '' | '/fail'}

/** Characters of an answer that are repeated in a detail. */
const answerShown = 100

/**
 * A monitor that raises an alarm when nothing comes: one GET after each run, of the URL itself when the check
 * completed, with drift or without, and of `/fail` below it otherwise.
 * https://healthchecks.io/docs/http_api/
 */
export function heartbeatSink({url, http, redact, sendPolicy = {}}: HeartbeatOptions): Sink<HeartbeatPayload> {
  return {
    name: 'heartbeat',
    type: 'heartbeat',
    render: ({outcome}) => ({suffix: outcome === 'clean' || outcome === 'drift' ? '' : '/fail'}),
    show: ({suffix}) => ({method: 'GET', url: `${url.toString()}${suffix}`}),
    async send({suffix}, signal) {
      const target = URL.parse(url.reveal())
      if (target === null || !/^https?:$/.test(target.protocol)) {
        return {ok: false, attempts: 0, retryable: false, detail: 'what heartbeat.url names is no http or https URL'}
      }
      const auth = credentialsOf(target)
      const token = basicToken(auth)
      const hide = redactor([url, auth.password, token])
      const headers: Record<string, string> = auth.username === '' ? {} : {authorization: `Basic ${token.reveal()}`}
      target.pathname = target.pathname.replace(/\/+$/, '') + suffix
      const sent = await send(http, {method: 'GET', url: target.href, headers}, {...sendPolicy, signal})
      return toDelivery(sent, redact(hide(errorText(sent.text))))
    },
  }
}

function toDelivery(sent: Sent, text: string): Delivery {
  const {attempts, status} = sent
  if (sent.ok) return {ok: true, attempts}
  return {ok: false, attempts, retryable: sent.retryable, detail: toDetail(status, text)}
}

function toDetail(status: number | null, text: string): string {
  if (status === null) return `the heartbeat was not sent: ${text}`
  const shown = text === '' ? '' : `: ${text.slice(0, answerShown).toWellFormed()}`
  return `the heartbeat was answered with ${status}${shown}${status < 500 ? ' (check heartbeat.url)' : ''}`
}
