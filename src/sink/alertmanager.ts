import {createHash} from 'node:crypto'

import type {AlertReceiver} from '../model/alert.ts'
import type {SendPolicy} from '../send.ts'
import type {Http} from '../http.ts'
import {toPostableAlerts, type AlertOptions, type PostableAlert} from './alertmanager-alerts.ts'
import {postJson} from './post-json.ts'
import {below, type ReceiverAddress} from './receiver-access.ts'
import type {Sink} from './sink.ts'

export type AlertmanagerOptions = ReceiverAddress &
  Omit<AlertOptions, 'id'> & {
    readonly name: string
    readonly http: Http
    readonly sendPolicy?: Omit<SendPolicy, 'signal'>
  }

/**
 * One Alertmanager: every run, also a failed one, sends all alerts that are open as far as is known, so that they live on
 * until the next one, and those that ended until they are delivered. Of a cluster each gets them by itself.
 * https://prometheus.io/docs/alerting/latest/alerts_api/
 */
export function alertmanagerSink(options: AlertmanagerOptions): Sink<readonly PostableAlert[]> {
  const {name, url, redact, failuresBeforeNotice} = options
  const alertReceiver: AlertReceiver = {id: receiverId(url), failuresBeforeNotice}
  const path = '/api/v2/alerts'
  const post = postJson({...options, path, receiver: 'the Alertmanager', isTaken: status => status === 200, keyOf})
  return {
    name,
    type: 'alertmanager',
    alertReceiver,
    render(report, lastKnown) {
      const alerts = toPostableAlerts(report, lastKnown, {...options, id: alertReceiver.id})
      return alerts.length === 0 ? null : alerts
    },
    show: alerts => redactTexts(alerts, redact),
    send: post,
  }
}

/** By its address, so that the order in the config says nothing; a hash, since it is kept where others can read it. */
function receiverId(url: string): string {
  const parsed = URL.parse(url)
  const address = parsed === null ? url : below(parsed, '')
  return createHash('sha256').update(address).digest('hex').slice(0, 12)
}

function keyOf(status: number): string | null {
  if (status === 401 || status === 403) return 'alertmanager.basicAuth'
  return status < 400 || status === 404 || status === 405 ? 'alertmanager.urls' : null
}

function redactTexts(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map(item => redactTexts(item, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactTexts(item, redact)]))
}
