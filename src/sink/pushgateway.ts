import {renderExposition} from '../metrics/exposition.ts'
import {toFamilies, type FamiliesOptions} from '../metrics/families.ts'
import {groupPath, type GroupKey} from '../metrics/group-path.ts'
import {openGateway, type GatewayOptions, type GatewayRequest} from './gateway.ts'
import type {Sink} from './sink.ts'

export type PushgatewayOptions = GatewayOptions & GroupKey & FamiliesOptions

/**
 * Prometheus' Pushgateway: one group per watch, gauges only, every run. A run that cannot tell how every Manifest
 * stands replaces only the gauges about the run; where none of those is asked for, it pushes nothing.
 */
export function pushgatewaySink(options: PushgatewayOptions): Sink<GatewayRequest> {
  const {redact} = options
  const path = groupPath(options)
  return {
    type: 'pushgateway',
    render(report) {
      const {run, manifests} = toFamilies(report, options)
      if (manifests !== null) return {method: 'PUT', path, body: renderExposition([...run, ...manifests])}
      const body = renderExposition(run)
      return body === '' ? null : {method: 'POST', path, body}
    },
    show: ({method, path, body}) => redact(`# ${method} ${path}\n${body}`),
    send: openGateway(options),
  }
}
