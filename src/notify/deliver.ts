import {errorText} from '../errors.ts'
import type {OnEvent} from '../event.ts'
import type {Notice} from '../model/notice.ts'
import type {Report, ReportNotification} from '../model/report.ts'
import type {Redact} from '../secret.ts'
import type {Delivery, Links, Notifier} from './notifier.ts'

/** A notifier with what it is to be told in this run. */
export type Addressed = {readonly notifier: Notifier; readonly notice: Notice}

export type DeliverOptions = {
  readonly links: Links
  readonly run: {readonly dryRun: boolean}
  readonly onEvent: OnEvent
  readonly redact: Redact
  readonly deliverySignal: AbortSignal
  /** Milliseconds until the end of the run. */
  readonly timeLeft: () => number
  /**
   * Records how a delivery went before the next notifier is called. False: it could not be recorded, so nobody else is
   * told in this run, as that would be repeated.
   */
  readonly record: (told: Addressed, delivery: Delivery) => Promise<boolean>
}

/** Of the time that is left, what belongs to saving and to the sinks, in milliseconds. */
const reserve = 25_000
const shortestShare = 5_000

/**
 * Tells each notifier once what is due, one after the other, each with its share of the time that is left: one that
 * hangs cannot starve the others or the saving. Never throws for a notifier. The result is in config order.
 */
export async function deliver(
  report: Report,
  addressed: readonly Addressed[],
  options: DeliverOptions,
): Promise<ReportNotification[]> {
  const items: ReportNotification[] = []
  let stopped: string | null = null
  for (const [index, one] of addressed.entries()) {
    if (options.deliverySignal.aborted) stopped ??= 'not sent: the run was interrupted, or its time was over'
    const due = addressed.slice(index).filter(({notice}) => notice.reasons.length > 0).length
    const share = Math.max(shortestShare, (options.timeLeft() - reserve) / Math.max(1, due))
    const {item, delivery}: Told = await deliverOne(report, one, {...options, share, stopped})
    items.push(item)
    if (delivery === null) continue
    const isRecorded = await options.record(one, delivery)
    if (!isRecorded) stopped = 'not sent: the memory could not be written, or another run took over'
  }
  return items
}

/** `delivery` is null where nothing was sent. */
type Told = {readonly item: ReportNotification; readonly delivery: Delivery | null}

async function deliverOne(
  report: Report,
  {notifier, notice}: Addressed,
  {
    links,
    run,
    onEvent,
    redact,
    deliverySignal,
    share,
    stopped,
  }: DeliverOptions & {share: number; stopped: string | null},
): Promise<Told> {
  const {name, type} = notifier
  const {reasons} = notice
  const who = {name, type, role: 'notifier', reasons: [...reasons]} as const
  const told = (how: Outcome, rest: Rest = {}, delivery: Delivery | null = null): Told => ({
    item: toNotification({...who, reasons: [...reasons]}, how, rest),
    delivery,
  })
  if (reasons.length === 0) return told({delivery: 'nothing-due'})
  const pending = countDue(notice)
  if (stopped !== null) return told({delivery: 'failed', detail: stopped}, {pending})
  try {
    const payload = notifier.render({...notice, report: viewOf(report, notice), links})
    if (run.dryRun && notifier.unavailable === undefined) {
      const preview = notifier.preview?.(payload)
      return told({delivery: 'dry-run'}, {...(preview !== undefined && {preview: redact(preview)}), payload})
    }
    const delivery = await notifier.send(
      payload,
      AbortSignal.any([deliverySignal, AbortSignal.timeout(Math.round(share))]),
    )
    onEvent({type: 'delivery', name, delivery})
    return told(toOutcome(delivery), {pending: delivery.ok ? 0 : pending}, delivery)
  } catch (error) {
    const outcome = bugOutcome(error, redact)
    return told(outcome, {pending}, {ok: false, attempts: 0, retryable: false, detail: outcome.detail ?? ''})
  }
}

/** The report with only the rows that this notice is about. */
function viewOf(report: Report, {manifests}: Notice): Report {
  const keys = new Map(manifests.map(({name, open}) => [name, new Set(open.map(({stateKey}) => stateKey))]))
  const isStated = ({manifest, stateKey}: Report['entries'][number]) => keys.get(manifest)?.has(stateKey) === true
  return {...report, entries: report.entries.filter(entry => entry.filteredBy === null && isStated(entry))}
}

/** Manifests that are due; what concerns the run as a whole counts by the Manifests it is about. */
function countDue({manifests, massDrift}: Notice): number {
  return massDrift?.affected ?? manifests.filter(({reasons}) => reasons.length > 0).length
}

type Outcome = Pick<ReportNotification, 'delivery'> & Partial<Pick<ReportNotification, 'attempts' | 'detail'>>
type Rest = Partial<Pick<ReportNotification, 'pending' | 'preview' | 'payload'>>

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
