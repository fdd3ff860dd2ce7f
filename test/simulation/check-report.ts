import type {LastKnown} from '../../src/model/last-known.ts'
import type {Report, RunOutcome} from '../../src/model/report.ts'
import {checkAge} from './check-message.ts'
import type {RunFacts} from './run-facts.ts'
import type {Seen, Shadow} from './shadow.ts'
import {isDoubtful, isDrift} from './truth.ts'
import {isIgnored} from './world.ts'

/** What is wrong with the report of a run that went through. `shadow` is null without a memory: then there are no ages. */
export function checkReport(report: Report, shadow: Shadow | null, run: RunFacts, hasAges: boolean): string[] {
  const {truth, now} = run
  const wrong: string[] = []
  const outcome = outcomeOf(run)
  if (report.outcome !== outcome) wrong.push(`(a) the run is called ${report.outcome}, it is ${outcome}`)
  if (truth.kind === 'failed') return wrong
  const printed = [...truth.checked.values()].flat()
  if (report.entries.length !== printed.length) wrong.push(`(a) ${report.entries.length} of ${printed.length} rows`)
  for (const entry of hasAges ? report.entries : []) {
    const seen = shadow?.manifests.get(entry.manifest)?.entries.get(entry.stateKey)
    if (seen === undefined || entry.firstSeenAt === null) {
      if (shadow !== null) wrong.push(`(e) ${entry.stateKey} has no age in the report`)
    } else wrong.push(...checkAge(`${entry.stateKey} in the report`, entry.firstSeenAt, seen, now))
  }
  for (const {name, outcome} of report.manifests) {
    const expected = manifestOutcome(name, run)
    // the memory could be read, and not be written: what was gone before may be known
    if (shadow === null && outcome === 'gone' && truth.listed?.has(name) !== true) continue
    const isGone = (shadow?.manifests.get(name)?.goneAt ?? null) !== null
    if (outcome !== (isGone ? 'gone' : expected)) wrong.push(`(a) ${name} is called ${outcome}, it is ${expected}`)
  }
  for (const name of truth.listed?.keys() ?? []) {
    if (!report.manifests.some(one => one.name === name)) wrong.push(`(a) ${name} is not in the report`)
  }
  return wrong
}

function outcomeOf({truth, ignore, now}: RunFacts): RunOutcome {
  if (truth.kind !== 'complete') return truth.kind
  if (isDoubtful({truth, ignore, now})) return 'incomplete'
  const hasDrift = [...truth.checked.values()].some(rows => rows.some(row => isDrift(row, ignore, now)))
  return hasDrift ? 'drift' : 'clean'
}

function manifestOutcome(name: string, {truth, ignore, now}: RunFacts): string {
  const rows = truth.checked.get(name)
  if (rows) {
    // without proof of absence, silence is not in sync
    const isProven = truth.listed !== null && !truth.moved.has(name)
    return rows.some(row => isDrift(row, ignore, now)) ? 'drift' : isProven ? 'clean' : 'not-checked'
  }
  return truth.failures.get(name) ?? (truth.listed === null ? 'not-checked' : 'error or not-checked')
}

/** Sinks are told of the last known drift of what was not checked, and of what was found in what was. */
export function checkLastKnown(lastKnown: LastKnown, shadow: Shadow, run: RunFacts): string[] {
  const wrong: string[] = []
  const known = new Map(lastKnown.manifests.map(manifest => [manifest.name, manifest]))
  for (const [name, manifest] of shadow.manifests) {
    if (manifest.goneAt !== null) {
      if (known.has(name) && shadow.mass === null) wrong.push(`(j) ${name} is gone, and last known`)
      continue
    }
    if (manifest.lastCheckedAt === null) continue
    const told = known.get(name)
    if (told === undefined) {
      wrong.push(`(j) ${name} is not among the last known`)
      continue
    }
    const entries = [...manifest.entries]
    for (const type of ['added', 'modified', 'removed'] as const) {
      const [least, most] = bounds(name, entries, type, run)
      const count = told.counts[type]
      if (count < least || count > most) {
        wrong.push(`(j) ${name} has ${count} ${type} last known, expected ${least} to ${most}`)
      }
    }
    const drift = entries.filter(([key, seen]) => isOpen(name, key, seen, run) === 2).map(([, seen]) => seen)
    const firstHigh = Math.min(...drift.map(seen => seen.firstHigh))
    const firstLow = Math.min(...entries.map(([, seen]) => seen.firstLow))
    if (drift.length > 0 && told.firstSeenAt === null) wrong.push(`(j) ${name} has no age last known`)
    else if (drift.length > 0) {
      wrong.push(...checkAge(`${name}, last known`, told.firstSeenAt!, {firstLow, firstHigh}, run.now))
    }
  }
  return wrong
}

/** Whether a Manifest surely has open drift. */
export function hasDrift(
  name: string,
  {entries}: {readonly entries: ReadonlyMap<string, Seen>},
  run: RunFacts,
): boolean {
  return [...entries].some(([key, seen]) => isOpen(name, key, seen, run) === 2)
}

function bounds(name: string, entries: readonly [string, Seen][], type: string, run: RunFacts): [number, number] {
  const open = entries.filter(([, seen]) => seen.type === type).map(([key, seen]) => isOpen(name, key, seen, run))
  return [open.filter(tri => tri === 2).length, open.filter(tri => tri > 0).length]
}

function isOpen(manifest: string, stateKey: string, seen: Seen, {truth, ignore, now}: RunFacts): number {
  if (seen.type === 'always-sync') return 0
  const isIgnoredNow = isIgnored({manifest, stateKey, diffType: seen.type, oldHash: null, newHash: null}, ignore, now)
  if (truth.checked.has(manifest) && !truth.moved.has(manifest)) return seen.filtered ? 0 : seen.present
  return seen.filtered && isIgnoredNow ? 0 : seen.filtered || isIgnoredNow ? Math.min(1, seen.present) : seen.present
}
