import type {OnEvent} from '../event.ts'
import type {LastKnown} from '../model/last-known.ts'
import type {Report, ReportNotification} from '../model/report.ts'
import {bugOutcome, toNotification, toOutcome} from '../notify/deliver.ts'
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
export function push(report: Report, lastKnown: LastKnown | null, options: PushOptions): Promise<ReportNotification[]> {
  return Promise.all(options.sinks.map(sink => pushOne(report, lastKnown, sink, options)))
}

async function pushOne(
  report: Report,
  lastKnown: LastKnown | null,
  sink: Sink,
  options: PushOptions,
): Promise<ReportNotification> {
  const {name, type} = sink
  const who = {name, type, role: 'sink', reasons: []} as const
  try {
    const payload = sink.render(report, lastKnown)
    if (payload === null) return toNotification({...who, reasons: []}, {delivery: 'nothing-due'})
    if (options.run.dryRun && sink.unavailable === undefined) {
      return toNotification({...who, reasons: []}, {delivery: 'dry-run'}, {payload: sink.show(payload)})
    }
    const delivery = await sink.send(payload, options.deliverySignal)
    options.onEvent({type: 'delivery', name, delivery})
    return toNotification({...who, reasons: []}, toOutcome(delivery))
  } catch (error) {
    return toNotification({...who, reasons: []}, bugOutcome(error, options.redact))
  }
}
