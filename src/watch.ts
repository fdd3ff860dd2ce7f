import {toLastKnown} from './drift/last-known.ts'
import type {NotifierRules} from './drift/notifier-rules.ts'
import {withAges} from './drift/with-ages.ts'
import type {LastKnown} from './model/last-known.ts'
import {finishReport, newReport, toFailure, withNotifications} from './model/new-report.ts'
import type {Report, ReportWarning} from './model/report.ts'
import {openNotificationLog, type NotificationLogWriter} from './notification-log.ts'
import {deliver, type DeliverOptions} from './notify/deliver.ts'
import type {Notifier} from './notify/notifier.ts'
import {observe, type ObserveOptions} from './observe.ts'
import {plan, type NoPlan, type Plan, type PlanOptions} from './plan.ts'
import {askForAges, memoryWarning, recall, recoverAges, type RecallOptions} from './recall.ts'
import {push, type PushOptions} from './sink/push.ts'
import type {Sink} from './sink/sink.ts'

export type WatchOptions = RecallOptions &
  ObserveOptions &
  Omit<PlanOptions, 'rules' | 'alertReceivers' | 'dryRun'> &
  Omit<DeliverOptions, 'record'> &
  PushOptions & {
    readonly notifiers: readonly {readonly notifier: Notifier; readonly rules: NotifierRules}[]
    /** What was found before the run, e.g. a secret that is missing. */
    readonly warnings: readonly ReportWarning[]
    /** Aborted by TERM and INT: nothing is sent after it. */
    readonly interrupt: AbortSignal
  }

/**
 * One run: memory → source → tazuna → ledger → filter → compare → decide → deliver → remember → sinks. Start reading
 * here. The memory is loaded before tazuna is read, so that the newer of two readings is known.
 */
export async function watch(options: WatchOptions): Promise<Report> {
  const {clock, interrupt, onEvent, run} = options
  const finish = (report: Report) => finishReport(report, run.startedAt, clock())
  const fillSinks = async (report: Report, lastKnown: LastKnown | null) => {
    onEvent({type: 'stage', stage: 'sinks', detail: 'filling the sinks'})
    const pushed = withNotifications(report, await push(report, lastKnown, options))
    return finish(interrupt.aborted ? cancelled(pushed) : pushed)
  }

  const recalled = await recall(options)
  const known = recalled.state === 'recalled' ? recalled.warnings : []
  const begun = {...newReport(run), warnings: [...options.warnings, ...known]}
  if (interrupt.aborted) return finish(cancelled(begun))
  if (recalled.state !== 'recalled') return await fillSinks(finish(unplanned(begun, recalled)), null)

  const asked = askForAges(recalled, options)
  const observed = await recoverAges(await observe(begun, options), recalled, asked)
  if (interrupt.aborted) return finish(cancelled(observed.report))
  const rules = options.notifiers.map(notifier => notifier.rules)
  const alertReceivers = options.sinks.flatMap(({alertReceiver}) => alertReceiver ?? [])
  const planned = await plan(recalled, observed.seen, {...options, rules, alertReceivers, dryRun: run.dryRun})
  if (planned.state === 'busy') return finish(unplanned(observed.report, planned))
  if (planned.state !== 'planned') return await fillSinks(finish(unplanned(observed.report, planned)), null)

  onEvent({type: 'stage', stage: 'notify', detail: 'telling the notifiers'})
  const log = openNotificationLog(planned, clock)
  const told = await tellNotifiers(finish(withMemory(observed.report, planned)), planned, log, options)
  if (interrupt.aborted) return finish(cancelled(told))
  const lastKnown = toLastKnown(log.memory(), {agesKnown: observed.agesKnown, isKept: planned.store !== null})
  const filled = await fillSinks(told, lastKnown)
  await log.alertsDelivered(deliveredAlerts(filled, lastKnown, options))
  return interrupt.aborted ? finish(cancelled(filled)) : filled
}

function withMemory(report: Report, {store, loaded, memory, warnings}: Plan): Report {
  const warned = {...report, warnings: [...report.warnings, ...warnings]}
  return store === null && loaded.lastRun === null ? warned : withAges(warned, memory, loaded)
}

/** Each is told what is due, and each success is written down before the next is called. */
async function tellNotifiers(
  report: Report,
  planned: Plan,
  log: NotificationLogWriter,
  options: WatchOptions,
): Promise<Report> {
  const addressed = planned.notices.map((notice, index) => ({notice, notifier: options.notifiers[index]!.notifier}))
  const items = await deliver(report, addressed, {...options, record: (one, delivery) => log.record(one, delivery)})
  if (!options.run.dryRun) await log.close()
  const trouble = log.trouble()
  const warnings = trouble === null ? report.warnings : [...report.warnings, memoryWarning(trouble)]
  return withNotifications({...report, warnings}, items)
}

/** The alerts of which a sink got to know that they ended, by the id of its receiver. */
function deliveredAlerts(
  {notifications}: Report,
  {endedAlerts}: LastKnown,
  {sinks}: WatchOptions,
): LastKnown['endedAlerts'] {
  const isDelivered = (sink: Sink) =>
    notifications.some(({role, name, delivery}) => role === 'sink' && name === sink.name && delivery === 'delivered')
  const ids = sinks.filter(isDelivered).flatMap(({alertReceiver}) => alertReceiver?.id ?? [])
  return new Map(ids.map(id => [id, endedAlerts.get(id) ?? []]))
}

/** Nobody was told: another run is at work, or the memory cannot be asked what was told already. */
function unplanned(report: Report, trouble: NoPlan): Report {
  if (trouble.state !== 'busy') return toFailure(report, 'MEMORY_UNREACHABLE', trouble.message, trouble.hint)
  return toFailure(report, 'MEMORY_BUSY', `telling the notifiers: ${trouble.message}`)
}

/** An interrupted run says nothing of what it saw, only who was told. */
function cancelled(report: Report): Report {
  return toFailure(report, 'CANCELLED', 'running the watch: interrupted')
}
