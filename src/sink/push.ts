import type {OnEvent} from '../event.ts'
import type {Report, ReportNotification} from '../model/report.ts'
import {bugOutcome, toOutcome} from '../notify/deliver.ts'
import type {Redact} from '../secret.ts'
import type {Sink} from './sink.ts'

export type PushOptions = {
  readonly sinks: readonly Sink[]
  readonly run: {readonly dryRun: boolean}
  readonly onEvent: OnEvent
  readonly redact: Redact
  readonly deliverySignal: AbortSignal
}

/** Gives every sink the run, all at the same time. Never throws. The result is in config order. */
export function push(report: Report, options: PushOptions): Promise<ReportNotification[]> {
  return Promise.all(options.sinks.map(sink => pushOne(report, sink, options)))
}

async function pushOne(report: Report, sink: Sink, options: PushOptions): Promise<ReportNotification> {
  const {type} = sink
  const item = {name: type, type, role: 'sink', reasons: [], pending: 0, attempts: 0, detail: null} as const
  try {
    const payload = sink.render(report)
    if (payload === null) return {...item, reasons: [], delivery: 'nothing-due'}
    if (options.run.dryRun) return {...item, reasons: [], delivery: 'dry-run', payload: sink.show(payload)}
    const delivery = await sink.send(payload, options.deliverySignal)
    options.onEvent({type: 'delivery', name: type, delivery})
    return {...item, reasons: [], ...toOutcome(delivery)}
  } catch (error) {
    return {...item, reasons: [], ...bugOutcome(error, options.redact)}
  }
}
