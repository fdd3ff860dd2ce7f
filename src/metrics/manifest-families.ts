import {driftTypes, type DriftType} from '../model/diff-entry.ts'
import type {Report, ReportManifest, ReportSummary} from '../model/report.ts'
import type {Family} from './exposition.ts'
import {gauge, toSeconds} from './gauge.ts'

/** More Manifests than this get no gauges of their own: at every push the gateway checks all that it holds. */
const maxManifests = 2000

/**
 * What a run found that checked every Manifest. A Manifest that is gone has no gauges of its own. What the report does
 * not carry is absent: ages without a memory, and the drift of a Manifest that was not checked, which is never 0.
 */
export function manifestFamilies(report: Report, summary: ReportSummary): Family[] {
  const present = presentManifests(report)
  const shown = withinLimit(present)
  return [
    ...summaryFamilies(summary),
    mutedFamily(report),
    driftFamily(shown),
    gauge(
      'tazuna_watch_manifest_error',
      shown.map(({name, outcome}) => [{manifest: name}, outcome === 'error']),
    ),
    entriesFamily(report, shown),
    firstSeenFamily(shown),
    lastAppliedFamily(shown),
    oldestFamily(present),
    gauge('tazuna_watch_manifests_omitted', [[{}, present.length - shown.length]]),
  ]
}

/** Those that are not gone. */
export function presentManifests({manifests}: Report): readonly ReportManifest[] {
  return manifests.filter(({outcome}) => outcome !== 'gone')
}

/** Clean ones are dropped first, then the last ones. The order stays. */
export function withinLimit(manifests: readonly ReportManifest[]): readonly ReportManifest[] {
  if (manifests.length <= maxManifests) return manifests
  const clean = manifests.filter(({outcome}) => outcome === 'clean')
  const others = manifests.filter(({outcome}) => outcome !== 'clean')
  const kept = new Set([...others, ...clean].slice(0, maxManifests))
  return manifests.filter(manifest => kept.has(manifest))
}

function summaryFamilies({manifests, entries}: ReportSummary): Family[] {
  return [
    gauge('tazuna_watch_manifests', [
      [{outcome: 'clean'}, manifests.clean],
      [{outcome: 'drift'}, manifests.drift],
      [{outcome: 'error'}, manifests.error],
      [{outcome: 'not_checked'}, manifests.notChecked],
      [{outcome: 'gone'}, manifests.gone],
    ]),
    gauge(
      'tazuna_watch_entries',
      driftTypes.map(type => [{diff_type: type}, entries[type]]),
    ),
    gauge('tazuna_watch_entries_filtered', [
      [{by: 'always_sync'}, entries.alwaysSync],
      [{by: 'ignore_rule'}, entries.ignored],
    ]),
  ]
}

function mutedFamily({entries}: Report): Family {
  const muted = entries.filter(({filteredBy, mutedUntil}) => filteredBy === null && mutedUntil !== null).length
  return gauge('tazuna_watch_entries_muted', muted === 0 ? [] : [[{}, muted]])
}

function driftFamily(manifests: readonly ReportManifest[]): Family {
  const checked = manifests.filter(({outcome}) => outcome === 'drift' || outcome === 'clean')
  return gauge(
    'tazuna_watch_manifest_drift',
    checked.map(({name, outcome}) => [{manifest: name}, outcome === 'drift']),
  )
}

function entriesFamily({entries}: Report, manifests: readonly ReportManifest[]): Family {
  const counts = new Map(manifests.filter(isDrifted).map(({name}) => [name, {removed: 0, modified: 0, added: 0}]))
  for (const {manifest, diffType, filteredBy} of entries) {
    const count = counts.get(manifest)
    if (count !== undefined && filteredBy === null) count[diffType as DriftType] += 1
  }
  return gauge(
    'tazuna_watch_manifest_entries',
    [...counts].flatMap(([manifest, count]) =>
      driftTypes.map(type => [{manifest, diff_type: type}, count[type]] as const),
    ),
  )
}

function firstSeenFamily(manifests: readonly ReportManifest[]): Family {
  return gauge(
    'tazuna_watch_manifest_first_seen_timestamp_seconds',
    manifests
      .filter(isDrifted)
      .flatMap(({name, firstSeenAt: at}) => (at === null ? [] : [[{manifest: name}, toSeconds(at)] as const])),
  )
}

function lastAppliedFamily(manifests: readonly ReportManifest[]): Family {
  return gauge(
    'tazuna_watch_manifest_last_applied_timestamp_seconds',
    manifests.flatMap(({name, lastAppliedAt: at}) => (at === null ? [] : [[{manifest: name}, toSeconds(at)] as const])),
  )
}

/** Of all Manifests, also of those that have no gauges of their own. */
function oldestFamily(manifests: readonly ReportManifest[]): Family {
  const times = manifests.filter(isDrifted).flatMap(({firstSeenAt: at}) => (at === null ? [] : [toSeconds(at)]))
  const oldest = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return gauge('tazuna_watch_oldest_drift_timestamp_seconds', times.length === 0 ? [] : [[{}, oldest]])
}

function isDrifted({outcome}: ReportManifest): boolean {
  return outcome === 'drift'
}
