import {driftTypes, type DiffType, type DriftType} from '../../model/diff-entry.ts'
import type {Folded} from '../../model/memory.ts'
import type {ManifestNotice, OpenEntry, ResolvedEntry} from '../../model/notice.ts'
import type {ReportEntry, ReportManifest} from '../../model/report.ts'
import {toResource} from '../../model/state-key.ts'
import {addCounts, countDriftRows, type DriftCounts} from '../../report/drifted-manifests.ts'
import {hashText, objectName} from '../../report/row-text.ts'
import type {Notification} from '../notifier.ts'

/** What a message states, in its order. A Manifest is in one of the three; a failing one perhaps in none. */
export type Stated = {
  /** With open drift: those with `removed` rows first, in each half those that made the message due. */
  readonly drifted: readonly StatedManifest[]
  /** All that there is to say of them is what was resolved. */
  readonly settled: readonly StatedManifest[]
  /** No longer in tazuna.yaml. */
  readonly gone: readonly StatedManifest[]
}

export type StatedManifest = {
  readonly name: string
  readonly notice: ManifestNotice
  /** Null if the report does not list it. */
  readonly manifest: ReportManifest | null
  /** Open drift: `removed` first, then new before changed before open. */
  readonly rows: readonly StatedRow[]
  readonly resolved: readonly ResolvedRow[]
  /** Set where there are no rows, as these were too many to remember. */
  readonly folded: Folded | null
  /** Of the open drift, also where it is folded. */
  readonly counts: DriftCounts
  /** The earliest first-seen of the open drift. */
  readonly firstSeenAt: string | null
}

/** `object` as people name it; `hashes` only of a row of this run. */
export type StatedRow = OpenEntry & {
  readonly diffType: DriftType
  readonly object: string
  readonly hashes: string | null
}

export type ResolvedRow = ResolvedEntry & {readonly diffType: DriftType; readonly object: string}

/** All that one notification states. While a mass drift holds, that is nothing per Manifest. */
export function toStated({manifests, massDrift, report}: Notification): Stated {
  if (massDrift !== null) return {drifted: [], settled: [], gone: []}
  const listed = new Map(report.manifests.map(manifest => [manifest.name, manifest]))
  const rows = new Map<string, Map<string, ReportEntry>>()
  for (const row of report.entries) {
    const known = rows.get(row.manifest)
    if (known === undefined) rows.set(row.manifest, new Map([[row.stateKey, row]]))
    else known.set(row.stateKey, row)
  }
  const all = manifests.map(notice => toManifest(notice, listed.get(notice.name) ?? null, rows.get(notice.name)))
  const gone = all.filter(isGone)
  const present = all.filter(one => !isGone(one))
  return {
    drifted: present.filter(isDrifted).toSorted((a, b) => rankOf(a) - rankOf(b)),
    settled: present.filter(one => !isDrifted(one) && one.resolved.length > 0),
    gone,
  }
}

function toManifest(
  notice: ManifestNotice,
  manifest: ReportManifest | null,
  found: ReadonlyMap<string, ReportEntry> | undefined,
): StatedManifest {
  const {name} = notice
  const open = notice.open.filter(isDrift)
  const folded = open.length === 0 ? notice.folded : null
  const rows = open.map(entry => {
    const row = notice.checked ? found?.get(entry.stateKey) : undefined
    return {...entry, object: objectOf(name, entry.stateKey), hashes: row === undefined ? null : hashText(row)}
  })
  return {
    name,
    notice,
    manifest,
    rows: rows.toSorted((a, b) => rowRank(a) - rowRank(b)),
    resolved: notice.resolved
      .filter(isDrift)
      .map(entry => ({...entry, object: objectOf(name, entry.stateKey)}))
      .toSorted((a, b) => driftTypes.indexOf(a.diffType) - driftTypes.indexOf(b.diffType)),
    folded,
    counts: folded === null ? countDriftRows(rows) : addCounts([folded.counts]),
    firstSeenAt: folded?.firstSeenAt ?? rows.map(row => row.firstSeenAt).toSorted()[0] ?? null,
  }
}

function isDrift<Entry extends {readonly diffType: DiffType}>(entry: Entry): entry is Entry & {diffType: DriftType} {
  return entry.diffType !== 'always-sync'
}

function objectOf(manifest: string, stateKey: string): string {
  return objectName({stateKey, resource: toResource(manifest, stateKey)})
}

const statuses = ['new', 'changed', 'open'] as const

function rowRank({diffType, status}: StatedRow): number {
  const type = driftTypes.indexOf(diffType)
  return (diffType === 'removed' ? 0 : 100) + 10 * statuses.indexOf(status) + type
}

function isDrifted({rows, folded}: StatedManifest): boolean {
  return rows.length > 0 || folded !== null
}

function isGone({notice}: StatedManifest): boolean {
  return notice.goneSince !== null || notice.reasons.includes('manifest-gone')
}

function rankOf({counts, notice}: StatedManifest): number {
  return (counts.removed > 0 ? 0 : 2) + (notice.reasons.length > 0 ? 0 : 1)
}
