import {account} from './drift/account.ts'
import {filterEntries, type IgnoreRule} from './drift/filter.ts'
import type {Observation} from './drift/observation.ts'
import {toFindings} from './drift/to-findings.ts'
import {WatchError} from './errors.ts'
import type {OnEvent} from './event.ts'
import {redactReport, type RunIdentity} from './model/new-report.ts'
import type {Report} from './model/report.ts'
import type {StateReading} from './model/state-reading.ts'
import {toTimestamp} from './model/time.ts'
import type {Redact} from './secret.ts'
import type {Source} from './source.ts'

export type ObserveOptions = {
  readonly run: RunIdentity & {readonly cluster: string}
  readonly openSource: (signal: AbortSignal) => Promise<Source>
  readonly readState: (source: Source, signal: AbortSignal) => Promise<StateReading>
  readonly ignore: readonly IgnoreRule[]
  readonly clock: () => Date
  readonly onEvent: OnEvent
  readonly redact: Redact
  /** Ends the reading: an interrupt, or the deadline less the time that belongs to delivering. */
  readonly readingSignal: AbortSignal
}

/** What a run saw: for people and machines, and for the memory. */
export type Observed = {readonly report: Report; readonly seen: Observation}

/**
 * What is there to be seen: source → tazuna → ledger → filter. A `WatchError` on the way makes a failed run: that the
 * watch is broken is news too.
 */
export async function observe(begun: Report, options: ObserveOptions): Promise<Observed> {
  const {clock, ignore, onEvent, readingSignal, redact, run} = options
  const unseen: Omit<Observation, 'now' | 'outcome' | 'errorCode' | 'source'> = {
    run,
    readAt: clock(),
    manifests: [],
    entries: [],
    moved: new Set(),
    listKnown: false,
    recovered: new Map(),
    agesLost: false,
  }
  let report = begun
  try {
    await using source = await options.openSource(readingSignal)
    report = {...report, source: source.report, warnings: [...report.warnings, ...(source.warnings ?? [])]}
    onEvent({type: 'stage', stage: 'tazuna', detail: 'tazuna state diff'})
    const reading = await options.readState(source, readingSignal)
    report = {...report, tazuna: {version: reading.version, exitCode: reading.outputs.at(-1)?.exitCode ?? null}}
    const ledger = account(reading)
    const now = clock()
    const {entries, warnings} = filterEntries(ledger.entries, ignore, now, ledger.complete)
    const findings = toFindings(ledger, entries, run, toTimestamp(now))
    const found = {...report, ...findings, warnings: [...report.warnings, ...ledger.warnings, ...warnings]}
    const {outcome} = findings
    return {
      // tazuna names files by where the source lies in this run: that is another folder in each
      report: redactReport(found, text => redact(text.replaceAll(`${source.folder}/`, ''))),
      seen: {
        ...unseen,
        now,
        outcome,
        // that State moved is said in a warning; it fails neither the run nor a Manifest
        errorCode: ledger.error?.code ?? null,
        // a run that checked nothing says so as a whole
        ...(outcome !== 'failed' && {manifests: ledger.manifests, entries}),
        moved: ledger.moved,
        listKnown: ledger.coverage.expected !== null && outcome !== 'failed',
        source: source.report,
      },
    }
  } catch (error) {
    if (!(error instanceof WatchError)) throw error
    const {code, message, hint} = error
    return {
      report: redactReport({...report, error: {code, message, hint}}, redact),
      seen: {...unseen, now: clock(), outcome: 'failed', errorCode: code, source: report.source},
    }
  }
}
