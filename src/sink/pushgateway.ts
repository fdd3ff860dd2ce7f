import {renderExposition} from '../metrics/exposition.ts'
import {toFamilies} from '../metrics/families.ts'
import {groupPath, type GroupKey} from '../metrics/group-path.ts'
import {openGateway, type GatewayOptions, type GatewayRequest} from './gateway.ts'
import type {Sink} from './sink.ts'

export type PushgatewayOptions = GatewayOptions & GroupKey & {readonly intervalSeconds: number | null}

/**
 * Prometheus' Pushgateway: one group per watch, gauges only, every run. A run that cannot tell how every Manifest
 * stands replaces only the gauges about the run.
 */
export function pushgatewaySink(options: PushgatewayOptions): Sink<GatewayRequest> {
  const {intervalSeconds, redact} = options
  const path = groupPath(options)
  return {
    type: 'pushgateway',
    render(report) {
      const {run, manifests} = toFamilies(report, {intervalSeconds})
      if (manifests === null) return {method: 'POST', path, body: renderExposition(run)}
      return {method: 'PUT', path, body: renderExposition([...run, ...manifests])}
    },
    show: ({method, path, body}) => redact(`# ${method} ${path}\n${body}`),
    send: openGateway(options),
  }
}
