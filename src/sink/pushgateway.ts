import {renderExposition} from '../metrics/exposition.ts'
import {toFamilies, type FamiliesOptions} from '../metrics/families.ts'
import {groupPath, type GroupKey} from '../metrics/group-path.ts'
import {openGateway, type GatewayOptions, type GatewayRequest} from './gateway.ts'
import type {Sink} from './sink.ts'

export type PushgatewayOptions = GatewayOptions &
  GroupKey &
  FamiliesOptions & {
    /** `changes`: a clean run is pushed only where the group does not say so already. Default `always`. */
    readonly when?: 'always' | 'changes'
  }

type PushgatewayPayload = GatewayRequest & {readonly onlyChanges: boolean}

/**
 * Prometheus' Pushgateway: one group per watch, gauges only, every run. Where neither the run nor a memory can tell how
 * every Manifest stands, it replaces only the gauges about the run; where none of those is asked for, it pushes nothing.
 */
export function pushgatewaySink(options: PushgatewayOptions): Sink<PushgatewayPayload> {
  const {redact, when = 'always'} = options
  const path = groupPath(options)
  const send = openGateway(options)
  return {
    name: 'pushgateway',
    type: 'pushgateway',
    render(report, lastKnown) {
      const {run, manifests, replaces} = toFamilies(report, lastKnown, options)
      const body = renderExposition([...run, ...(manifests ?? [])])
      const onlyChanges = when === 'changes' && report.outcome === 'clean'
      return body === '' ? null : {method: replaces ? 'PUT' : 'POST', path, body, onlyChanges}
    },
    show: ({method, path, body, onlyChanges}) =>
      redact(`# ${method} ${path}${onlyChanges ? ', unless it says so already' : ''}\n${body}`),
    async send({onlyChanges, ...request}, signal) {
      if (onlyChanges) {
        const {isAlreadyClean} = await import('./already-clean.ts')
        if (await isAlreadyClean(options, signal)) return {ok: true, attempts: 1}
      }
      return send(request, signal)
    },
  }
}
