import {errorText} from '../errors.ts'
import type {OnEvent} from '../event.ts'
import type {Reason, Report, ReportNotification} from '../model/report.ts'
import type {Redact} from '../secret.ts'
import type {EntryMatcher} from './match.ts'
import type {Delivery, Links, Notification, Notifier} from './notifier.ts'

/** A notifier with the entries that it wants to be told of. */
export type MatchedNotifier = {readonly notifier: Notifier; readonly matches: EntryMatcher}

export type DeliverOptions = {
  readonly notifiers: readonly MatchedNotifier[]
  readonly links: Links
  readonly run: {readonly dryRun: boolean}
  readonly onEvent: OnEvent
  readonly redact: Redact
  readonly deliverySignal: AbortSignal
}

type Decide = (report: Report) => Reason[]

/**
 * Tells each notifier once what concerns it, all at the same time: one that hangs or fails does not hold up another,
 * nor does a bug in one. Never throws. The result is in config order.
 */
export function deliver(report: Report, decide: Decide, options: DeliverOptions): Promise<ReportNotification[]> {
  return Promise.all(options.notifiers.map(matched => deliverOne(report, decide, matched, options)))
}

async function deliverOne(
  report: Report,
  decide: Decide,
  {notifier, matches}: MatchedNotifier,
  {links, run, onEvent, redact, deliverySignal}: DeliverOptions,
): Promise<ReportNotification> {
  const entries = report.entries.filter(entry => entry.filteredBy === null && matches.entry(entry))
  const view = {...report, entries}
  const reasons = decide(view)
  const {name, type} = notifier
  const told = (how: Outcome, rest: Rest = {}) => toNotification({name, type, role: 'notifier', reasons}, how, rest)
  if (reasons.length === 0) return told({delivery: 'nothing-due'})
  const notification: Notification = {reasons, report: view, links}
  const pending = new Set(entries.map(({manifest}) => manifest)).size
  try {
    const payload = notifier.render(notification)
    if (run.dryRun && notifier.unavailable === undefined) return told({delivery: 'dry-run'}, {payload})
    const delivery = await notifier.send(payload, deliverySignal)
    onEvent({type: 'delivery', name, delivery})
    return told(toOutcome(delivery), {pending: delivery.ok ? 0 : pending})
  } catch (error) {
    return told(bugOutcome(error, redact), {pending})
  }
}

type Outcome = Pick<ReportNotification, 'delivery'> & Partial<Pick<ReportNotification, 'attempts' | 'detail'>>
type Rest = Partial<Pick<ReportNotification, 'pending' | 'payload'>>

/** An item of the report, with its keys in the order of the schema. */
export function toNotification(
  who: Pick<ReportNotification, 'name' | 'type' | 'role' | 'reasons'>,
  {delivery, attempts = 0, detail = null}: Outcome,
  {pending = 0, ...rest}: Rest = {},
): ReportNotification {
  const {name, type, role, reasons} = who
  return {name, type, role, delivery, reasons, pending, attempts, detail, ...rest}
}

/** How a delivery stands in the report. */
export function toOutcome(delivery: Delivery): Pick<ReportNotification, 'delivery' | 'attempts' | 'detail'> {
  const {ok, attempts, detail = null} = delivery
  return {delivery: ok ? 'delivered' : 'failed', attempts, detail}
}

/** How a bug in a notifier or sink stands in the report: a stack trace would cost the others theirs. */
export function bugOutcome(error: unknown, redact: Redact): Pick<ReportNotification, 'delivery' | 'detail'> {
  return {delivery: 'failed', detail: redact(`this is a bug in tazuna-watch: ${errorText(error)}`)}
}
