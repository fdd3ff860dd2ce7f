import type {Http} from '../http.ts'
import {renderExposition} from '../metrics/exposition.ts'
import {toFamilies} from '../metrics/families.ts'
import {groupPath} from '../metrics/group-path.ts'
import {Secret, redactor, type Redact} from '../secret.ts'
import {send, type SendPolicy, type Sent} from '../send.ts'
import type {Delivery} from '../notify/notifier.ts'
import type {Sink} from './sink.ts'

export type PushgatewayOptions = {
  /** Of the gateway, without `/metrics`; user and password in it are used as basic auth. */
  readonly url: string
  readonly job: string
  readonly cluster: string
  readonly watch: string
  /** Wins over user and password of the URL. */
  readonly basicAuth: {readonly username: string; readonly password: Secret} | null
  readonly intervalSeconds: number | null
  readonly http: Http
  readonly redact: Redact
  readonly sendPolicy?: Omit<SendPolicy, 'signal'>
}

/** `PUT` replaces the whole group, `POST` only the families in the body. `path` is below the gateway's URL. */
export type GatewayRequest = {readonly method: 'PUT' | 'POST'; readonly path: string; readonly body: string}

/** Characters of the gateway's answer that are repeated in a detail: it says which line it does not like. */
const answerShown = 300

/**
 * Prometheus' Pushgateway: one group per watch, gauges only, every run. A run that does not know how every Manifest
 * stands replaces only the gauges about the run.
 * https://github.com/prometheus/pushgateway#api
 */
export function pushgatewaySink(options: PushgatewayOptions): Sink<GatewayRequest> {
  const {intervalSeconds, http, sendPolicy = {}} = options
  const {url, authorization, redact} = toTarget(options)
  const path = groupPath(options)
  return {
    type: 'pushgateway',
    render(report) {
      const {run, manifests} = toFamilies(report, {intervalSeconds})
      if (manifests === null) return {method: 'POST', path, body: renderExposition(run)}
      return {method: 'PUT', path, body: renderExposition([...run, ...manifests])}
    },
    show: ({method, path, body}) => redact(`# ${method} ${path}\n${body}`),
    async send({method, path, body}, signal) {
      const headers = {'content-type': 'text/plain; version=0.0.4; charset=utf-8', ...authorization}
      return toDelivery(await send(http, {method, url: url(path), headers, body}, {...sendPolicy, signal}), redact)
    },
  }
}
