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
 * Every Manifest that this run or the memory knows, in the order of the memory. What the run did not check, and what it
 * saw without proof that the rest is gone, is as last known: never in sync for want of proof.
 */
export function toStandings(report: Report, lastKnown: LastKnown | null): Standing[] {
  const counts = countDrift(report)
  const found = new Map(report.manifests.map(manifest => [manifest.name, manifest]))
  const known = new Map(lastKnown?.manifests.map(manifest => [manifest.name, manifest]))
  const isListKnown = (report.summary?.coverage.expected ?? null) !== null
  return [...new Set([...known.keys(), ...found.keys()])].flatMap((name): Standing[] => {
    const [now, before] = [found.get(name), known.get(name)]
    const {outcome = 'not-checked', lastAppliedAt = null, firstSeenAt = null} = now ?? {}
    if (outcome === 'gone' && before === undefined) return []
    const applied = {lastAppliedAt: lastAppliedAt ?? (isListKnown ? null : (before?.lastAppliedAt ?? null))}
    if (outcome !== 'drift' && outcome !== 'clean') {
      return [
        {
          name,
          outcome: outcome === 'error' ? outcome : 'not-checked',
          ...asBefore(before, outcome === 'error'),
          ...applied,
        },
      ]
    }
    // the memory holds what this run saw, and what it did not prove to be gone
    const open = atLeast(counts.get(name) ?? none, before?.counts ?? none)
    const isDrifted = open.removed + open.modified + open.added > 0
    const since = isDrifted ? (firstSeenAt ?? before?.firstSeenAt ?? null) : null
    return [{name, outcome, isDrifted, counts: open, hasFailed: false, firstSeenAt: since, ...applied}]
  })
}

/** Of one that this run did not check. */
function asBefore(
  before: LastKnownManifest | undefined,
  failedNow: boolean,
): Pick<Standing, 'isDrifted' | 'counts' | 'hasFailed' | 'firstSeenAt'> {
  const failed = failedNow || before?.failing?.code === 'error'
  if (before === undefined || before.lastCheckedAt === null) {
    return {isDrifted: null, counts: none, hasFailed: failed || null, firstSeenAt: null}
  }
  const {counts} = before
  const isDrifted = counts.removed + counts.modified + counts.added > 0
  return {isDrifted, counts, hasFailed: failed, firstSeenAt: isDrifted ? before.firstSeenAt : null}
}

function atLeast(a: DriftCounts, b: DriftCounts): DriftCounts {
  return {
    removed: Math.max(a.removed, b.removed),
    modified: Math.max(a.modified, b.modified),
    added: Math.max(a.added, b.added),
  }
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
