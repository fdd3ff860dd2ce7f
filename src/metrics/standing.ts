import type {DriftType} from '../model/diff-entry.ts'
import type {LastKnown, LastKnownManifest} from '../model/last-known.ts'
import type {Report, ReportManifest} from '../model/report.ts'

/** Drifted resources by diff type. */
export type DriftCounts = Readonly<Record<DriftType, number>>

/** How one Manifest stands: by this run, and where it did not check the Manifest, by the last that did. */
export type Standing = {
  readonly name: string
  /** How this run found it. One that is gone has no standing. */
  readonly outcome: Exclude<ReportManifest['outcome'], 'gone'>
  /** Null: no run ever checked it. */
  readonly isDrifted: boolean | null
  /** All zero where it is not known to be drifted. */
  readonly counts: DriftCounts
  /** tazuna failed on it; null: no run ever got to it. */
  readonly hasFailed: boolean | null
  /** Since when it is drifted; null where it is not, and where that is not known. */
  readonly firstSeenAt: string | null
  readonly lastAppliedAt: string | null
}

const none: DriftCounts = {removed: 0, modified: 0, added: 0}

/**
 * Every Manifest that this run or the memory knows, in the order of the memory. What the run checked is as it says,
 * what it did not check as last known: never in sync for want of proof.
 */
export function toStandings(report: Report, lastKnown: LastKnown | null): Standing[] {
  const counts = countDrift(report)
  const found = new Map(report.manifests.map(manifest => [manifest.name, manifest]))
  const known = new Map(lastKnown?.manifests.map(manifest => [manifest.name, manifest]))
  const isListKnown = (report.summary?.coverage.expected ?? null) !== null
  return [...new Set([...known.keys(), ...found.keys()])].flatMap((name): Standing[] => {
    const [now, before] = [found.get(name), known.get(name)]
    const {outcome = 'not-checked', lastAppliedAt = null, firstSeenAt = null} = now ?? {}
    if (outcome === 'gone') return []
    const applied = {lastAppliedAt: lastAppliedAt ?? (isListKnown ? null : (before?.lastAppliedAt ?? null))}
    if (outcome === 'error' || outcome === 'not-checked') {
      return [{name, outcome, ...asBefore(before, outcome === 'error'), ...applied}]
    }
    const isDrifted = outcome === 'drift'
    const since = isDrifted ? (firstSeenAt ?? before?.firstSeenAt ?? null) : null
    const checked = {isDrifted, counts: counts.get(name) ?? none, hasFailed: false, firstSeenAt: since}
    return [{name, outcome, ...checked, ...applied}]
  })
}

/** Of one that this run did not check. */
function asBefore(
  before: LastKnownManifest | undefined,
  failedNow: boolean,
): Pick<Standing, 'isDrifted' | 'counts' | 'hasFailed' | 'firstSeenAt'> {
  const failed = failedNow || before?.failed === true
  if (before === undefined || before.lastCheckedAt === null) {
    return {isDrifted: null, counts: none, hasFailed: failed || null, firstSeenAt: null}
  }
  const {counts} = before
  const isDrifted = counts.removed + counts.modified + counts.added > 0
  return {isDrifted, counts, hasFailed: failed, firstSeenAt: isDrifted ? before.firstSeenAt : null}
}

function countDrift({entries}: Report): Map<string, DriftCounts> {
  const counts = new Map<string, Record<DriftType, number>>()
  for (const {manifest, diffType, filteredBy} of entries) {
    if (filteredBy !== null || diffType === 'always-sync') continue
    const count = counts.get(manifest) ?? {...none}
    count[diffType] += 1
    counts.set(manifest, count)
  }
  return counts
}
