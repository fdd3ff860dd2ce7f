import {driftTypes, type DriftType} from '../model/diff-entry.ts'
import type {Report, ReportEntry, ReportManifest} from '../model/report.ts'

/** One Manifest with its rows of drift: `removed` first, since that may be lost first. */
export type DriftedManifest = {
  readonly name: string
  /** Null if the report does not list it. */
  readonly manifest: ReportManifest | null
  readonly rows: readonly DriftRow[]
}

export type DriftRow = ReportEntry & {readonly diffType: DriftType}

export type DriftCounts = Readonly<Record<DriftType, number>>

/** The Manifests with drift among a report's entries: those with `removed` rows first, each half in the order of the report. */
export function driftedManifests(report: Report): DriftedManifest[] {
  const manifests = new Map(report.manifests.map(manifest => [manifest.name, manifest]))
  const rows = Map.groupBy(report.entries.filter(isDriftRow), row => row.manifest)
  const drifted = [...rows].map(([name, rows]) => ({
    name,
    manifest: manifests.get(name) ?? null,
    rows: driftTypes.flatMap(type => rows.filter(({diffType}) => diffType === type)),
  }))
  return [...drifted.filter(hasRemoved), ...drifted.filter(one => !hasRemoved(one))]
}

export function countRows(drifted: readonly DriftedManifest[]): DriftCounts {
  return countDriftRows(drifted.flatMap(({rows}) => rows))
}

export function countDriftRows(rows: readonly Pick<DriftRow, 'diffType'>[]): DriftCounts {
  const counts = {removed: 0, modified: 0, added: 0}
  for (const {diffType} of rows) counts[diffType] += 1
  return counts
}

export function addCounts(counts: readonly DriftCounts[]): DriftCounts {
  const sum = {removed: 0, modified: 0, added: 0}
  for (const one of counts) for (const type of driftTypes) sum[type] += one[type]
  return sum
}

export function totalOf(counts: DriftCounts): number {
  return counts.removed + counts.modified + counts.added
}

function isDriftRow(entry: ReportEntry): entry is DriftRow {
  return entry.filteredBy === null && entry.diffType !== 'always-sync'
}

function hasRemoved({rows}: DriftedManifest): boolean {
  return rows[0]?.diffType === 'removed'
}
