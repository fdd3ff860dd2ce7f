import {account} from './drift/account.ts'
import {decide} from './drift/decide.ts'
import {filterEntries, type IgnoreRule} from './drift/filter.ts'
import {toFindings} from './drift/to-findings.ts'
import {WatchError} from './errors.ts'
import {errorCodes} from './model/error-code.ts'
import {finishReport, newReport, redactReport, withNotifications, type RunIdentity} from './model/new-report.ts'
import type {Report, ReportWarning} from './model/report.ts'
import type {StateReading} from './model/state-reading.ts'
import {toTimestamp} from './model/time.ts'
import {deliver, type DeliverOptions} from './notify/deliver.ts'
import {push, type PushOptions} from './sink/push.ts'
import type {Source} from './source.ts'

export type WatchOptions = DeliverOptions &
  PushOptions & {
    readonly run: RunIdentity & {readonly cluster: string}
    readonly openSource: (signal: AbortSignal) => Promise<Source>
    readonly readState: (source: Source, signal: AbortSignal) => Promise<StateReading>
    readonly ignore: readonly IgnoreRule[]
    /** What was found before the run, e.g. a secret that is missing. */
    readonly warnings: readonly ReportWarning[]
    readonly clock: () => Date
    /** Aborted by TERM and INT: nothing is sent after it. */
    readonly interrupt: AbortSignal
    /** Ends the reading: an interrupt, or the deadline less the time that belongs to delivering. */
    readonly readingSignal: AbortSignal
    /** Ends the delivering: an interrupt, or the deadline. `send` gives what is in flight a little longer. */
    readonly deliverySignal: AbortSignal
  }

/**
 * One run: source → tazuna → ledger → filter → decide → deliver → sinks. Start reading here. A `WatchError` on the way
 * to the findings makes a failed run, which is told and pushed like any other: that the watch is broken is news too.
 */
export async function watch(options: WatchOptions): Promise<Report> {
  const {clock, onEvent, run} = options
  const finish = (report: Report) => finishReport(report, run.startedAt, clock())

  const observed = finish(await observe(options))
  if (options.interrupt.aborted) return cancelled(observed)

  onEvent({type: 'stage', stage: 'notify', detail: 'telling the notifiers'})
  const told = withNotifications(observed, await deliver(observed, decide, options))
  if (options.interrupt.aborted) return finish(cancelled(told))
  onEvent({type: 'stage', stage: 'sinks', detail: 'filling the sinks'})
  const pushed = withNotifications(told, await push(told, options))
  return finish(options.interrupt.aborted ? cancelled(pushed) : pushed)
}

/** An interrupted run says nothing of what it saw, only who was told. */
function cancelled(report: Report): Report {
  const error = {code: 'CANCELLED', message: 'running the watch: interrupted', hint: errorCodes.CANCELLED.hint}
  return {...report, outcome: 'failed', summary: null, manifests: [], entries: [], error}
}

/** What is there to be seen: everything before the first message. */
async function observe(options: WatchOptions): Promise<Report> {
  const {clock, ignore, onEvent, readingSignal, redact, run} = options
  let report: Report = {...newReport(run), warnings: [...options.warnings]}
  try {
    await using source = await options.openSource(readingSignal)
    report = {...report, source: source.report}
    onEvent({type: 'stage', stage: 'tazuna', detail: 'tazuna state diff'})
    const reading = await options.readState(source, readingSignal)
    report = {...report, tazuna: {version: reading.version, exitCode: reading.outputs.at(-1)?.exitCode ?? null}}
    const ledger = account(reading)
    const now = clock()
    const {entries, warnings} = filterEntries(ledger.entries, ignore, now, ledger.complete)
    const findings = toFindings(ledger, entries, run, toTimestamp(now))
    const found = {...report, ...findings, warnings: [...report.warnings, ...ledger.warnings, ...warnings]}
    // tazuna names files by where the source lies in this run: that is another folder in each
    return redactReport(found, text => redact(text.replaceAll(`${source.folder}/`, '')))
  } catch (error) {
    if (!(error instanceof WatchError)) throw error
    const {code, message, hint} = error
    return redactReport({...report, error: {code, message, hint}}, redact)
  }
}
