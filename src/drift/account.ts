import type {DiffEntry} from '../model/diff-entry.ts'
import {errorCodes, type ErrorCode} from '../model/error-code.ts'
import type {Ledger, LedgerManifest} from '../model/ledger.ts'
import type {ReportError, ReportWarning} from '../model/report.ts'
import type {DiffOutput, ListedManifest, StateReading} from '../model/state-reading.ts'

/**
 * From the outputs of tazuna to what is known of every Manifest. tazuna stops at the first Manifest that fails, after
 * printing the blocks before it: so what was printed was checked, and silence proves something only when it exited
 * with 0. The outputs are a list: each may be of a part of tazuna.yaml.
 */
export function account(reading: StateReading): Ledger {
  const facts = collect(reading)
  const manifests = [...facts.names].map(name => toManifest(name, facts))
  const warnings = [...unnamedWarning(facts), ...unattributedWarnings(facts), ...movedWarnings(facts)]
  const error = foremostError(manifests, facts)
  return {
    manifests,
    entries: manifests.flatMap(manifest => (manifest.state === 'checked' ? sortedEntries(manifest.name, facts) : [])),
    coverage: {
      expected: reading.list === null ? null : new Set(reading.list.map(({name}) => name)).size,
      unnamed: facts.unnamed,
    },
    checkedAny: manifests.some(({state}) => state === 'checked') || hasDoubtfulSilence(facts),
    complete: error === null,
    error,
    moved: reading.moved,
    warnings,
  }
}

type Facts = {
  readonly reading: StateReading
  readonly names: ReadonlySet<string>
  readonly listed: ReadonlyMap<string, ListedManifest>
  readonly printed: ReadonlyMap<string, readonly DiffEntry[]>
  readonly duplicates: ReadonlySet<string>
  readonly skipped: ReadonlySet<string>
  /** The first line of the error of each Manifest that an error text names. */
  readonly failed: ReadonlyMap<string, string>
  readonly completed: boolean
  readonly unnamed: number
  readonly unattributed: readonly string[]
}

function collect(reading: StateReading): Facts {
  const {list, outputs} = reading
  const blocks = outputs.flatMap(output => output.blocks)
  const listed = new Map((list ?? []).map(manifest => [manifest.name, manifest]))
  const failed = new Map(outputs.flatMap(({failure}) => (failure?.manifest ? [[failure.manifest, failure.line]] : [])))
  for (const name of failed.keys()) if (list !== null && !listed.has(name)) failed.delete(name)
  return {
    reading,
    names: new Set([...listed.keys(), ...blocks.map(({manifest}) => manifest), ...failed.keys()]),
    listed,
    printed: new Map(blocks.map(({manifest, entries}) => [manifest, entries])),
    duplicates: new Set([
      ...repeated((list ?? []).map(({name}) => name)),
      ...outputs.flatMap(output => repeated(output.blocks.map(({manifest}) => manifest))),
    ]),
    skipped: new Set(outputs.flatMap(({skipped}) => skipped.named)),
    failed,
    completed: outputs.every(({failure}) => failure === null),
    unnamed: outputs.reduce((sum, {skipped}) => sum + skipped.unnamed, 0),
    unattributed: outputs.flatMap(({skipped}) => skipped.unattributed),
  }
}

function toManifest(name: string, facts: Facts): LedgerManifest {
  const listed = facts.listed.get(name)
  return {
    name,
    ...toState(name, facts),
    resources: listed?.stored?.size ?? null,
    lastAppliedAt: listed?.lastAppliedAt ?? null,
    gitCommit: listed?.gitCommit ?? null,
  }
}

function toState(name: string, facts: Facts): Pick<LedgerManifest, 'state' | 'error'> {
  if (facts.duplicates.has(name)) return {state: 'error', error: 'two Manifests have this name and share one State'}
  const error = facts.failed.get(name)
  if (error !== undefined) return {state: 'error', error}
  if (facts.printed.has(name)) return {state: 'checked', error: null}
  if (facts.skipped.has(name)) return {state: 'not-checked', error: 'tazuna skipped it'}
  // what was skipped without a name may be this one
  const silenceProves = facts.completed && facts.listed.has(name) && facts.unattributed.length === 0
  return {state: silenceProves ? 'checked' : 'not-checked', error: null}
}

/** tazuna ran to its end, and it is not known which Manifests its silence is about. */
function hasDoubtfulSilence({completed, reading, unattributed}: Facts): boolean {
  return completed && (reading.list === null || unattributed.length > 0)
}

function sortedEntries(name: string, {printed, listed, reading}: Facts): DiffEntry[] {
  const stored = listed.get(name)?.stored
  const isMoved = reading.moved.has(name)
  const entries = (printed.get(name) ?? []).map(entry => {
    if (isMoved) return {...entry, oldHash: null}
    const oldHash = entry.diffType === 'modified' ? stored?.get(entry.stateKey) : undefined
    return oldHash === undefined ? entry : {...entry, oldHash}
  })
  return sortByStateKey(entries)
}

export function sortByStateKey(entries: readonly DiffEntry[]): DiffEntry[] {
  return entries.toSorted((a, b) => (a.stateKey < b.stateKey ? -1 : a.stateKey > b.stateKey ? 1 : 0))
}

/** The one error that the report shows when the reading is not complete, or null. */
function foremostError(manifests: readonly LedgerManifest[], facts: Facts): ReportError | null {
  const failure = facts.reading.outputs.map((output: DiffOutput) => output.failure).find(failure => failure !== null)
  if (failure)
    return {code: failure.code, message: failure.message, hint: failure.hint ?? errorCodes[failure.code].hint}
  if (facts.reading.list === null) {
    const {message = 'tazuna state list cannot be used', hint = null} = facts.reading.listFailure ?? {}
    const error = toError('COVERAGE_UNKNOWN', `what is expected is not known, tried twice: ${message}`)
    return {...error, hint: hint ?? error.hint}
  }
  if (manifests.length === 0) {
    return toError(
      'NOTHING_CHECKED',
      `running tazuna state diff: there is no named Manifest${facts.unnamed > 0 ? `, and ${facts.unnamed} without a name` : ''}`,
    )
  }
  const duplicates = [...facts.duplicates]
  if (duplicates.length > 0) {
    return toError('DUPLICATE_MANIFEST', `reading tazuna.yaml: two Manifests are called ${quoteNames(duplicates)}`)
  }
  if (facts.unattributed.length > 0) {
    return toError('MANIFEST_SKIPPED', 'running tazuna state diff: it skipped something without saying which Manifest')
  }
  const notChecked = manifests.filter(({state}) => state !== 'checked').map(({name}) => name)
  if (notChecked.length > 0) {
    return toError('MANIFEST_SKIPPED', `running tazuna state diff: it skipped ${quoteNames(notChecked)}`)
  }
  return null
}

function toError(code: ErrorCode, message: string): ReportError {
  return {code, message, hint: errorCodes[code].hint}
}

function unnamedWarning({unnamed}: Facts): ReportWarning[] {
  if (unnamed === 0) return []
  const message = `${unnamed} ${unnamed === 1 ? 'Manifest has' : 'Manifests have'} no name and cannot be watched: tazuna keeps no State for it`
  return [{code: 'UNNAMED_MANIFEST', message}]
}

function unattributedWarnings({unattributed}: Facts): ReportWarning[] {
  return unattributed.map(line => ({code: 'MANIFEST_SKIPPED', message: `tazuna skipped something: ${line}`}))
}

function movedWarnings({reading}: Facts): ReportWarning[] {
  if (reading.moved.size === 0) return []
  const message = `the State of ${quoteNames([...reading.moved])} changed while it was read, twice: was an apply running? What was printed is shown, and nothing of it counts as resolved`
  return [{code: 'STATE_MOVED', message}]
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.filter(name => seen.size === seen.add(name).size)
}

/** At most five names. */
function quoteNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(name => `"${name}"`)
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ')
}
