import {driftTypes} from '../model/diff-entry.ts'
import type {LastKnown} from '../model/last-known.ts'
import type {Report} from '../model/report.ts'
import type {Family} from './exposition.ts'
import {gauge, toSeconds} from './gauge.ts'
import type {Standing} from './standing.ts'
import {withinLimit} from './within-limit.ts'

/**
 * How the Manifests stand. What is not known of one is absent: ages without a memory, and the drift of a Manifest that
 * was never checked, which is never 0.
 */
export function manifestFamilies(
  standings: readonly Standing[],
  {summary}: Report,
  lastKnown: LastKnown | null,
): Family[] {
  const shown = withinLimit(standings)
  return [
    outcomesFamily(standings, summary?.manifests.gone ?? lastKnown?.gone ?? 0),
    gauge(
      'tazuna_watch_entries',
      driftTypes.map(type => [{diff_type: type}, standings.reduce((sum, {counts}) => sum + counts[type], 0)]),
    ),
    filteredFamily(summary),
    gauge('tazuna_watch_entries_muted', lastKnown === null ? [] : [[{}, lastKnown.muted]]),
    gauge(
      'tazuna_watch_manifest_drift',
      shown.flatMap(({name, isDrifted}) => (isDrifted === null ? [] : [[{manifest: name}, isDrifted] as const])),
    ),
    gauge(
      'tazuna_watch_manifest_error',
      shown.flatMap(({name, hasFailed}) => (hasFailed === null ? [] : [[{manifest: name}, hasFailed] as const])),
    ),
    entriesFamily(shown),
    gauge('tazuna_watch_manifest_first_seen_timestamp_seconds', timesOf(shown, 'firstSeenAt')),
    gauge('tazuna_watch_manifest_last_applied_timestamp_seconds', timesOf(shown, 'lastAppliedAt')),
    oldestFamily(standings),
    gauge('tazuna_watch_manifests_omitted', [[{}, standings.length - shown.length]]),
  ]
}

/** Drift is also what the run could not check: an alert on it must not end. */
function outcomesFamily(standings: readonly Standing[], gone: number): Family {
  const having = (outcome: Standing['outcome']) => standings.filter(standing => standing.outcome === outcome).length
  return gauge('tazuna_watch_manifests', [
    [{outcome: 'clean'}, having('clean')],
    [{outcome: 'drift'}, standings.filter(({isDrifted}) => isDrifted).length],
    [{outcome: 'error'}, having('error')],
    [{outcome: 'not_checked'}, having('not-checked')],
    [{outcome: 'gone'}, gone],
  ])
}

function filteredFamily(summary: Report['summary']): Family {
  if (summary === null) return gauge('tazuna_watch_entries_filtered', [])
  const {alwaysSync, ignored} = summary.entries
  return gauge('tazuna_watch_entries_filtered', [
    [{by: 'always_sync'}, alwaysSync],
    [{by: 'ignore_rule'}, ignored],
  ])
}

function entriesFamily(standings: readonly Standing[]): Family {
  return gauge(
    'tazuna_watch_manifest_entries',
    standings
      .filter(({isDrifted}) => isDrifted)
      .flatMap(({name, counts}) => driftTypes.map(type => [{manifest: name, diff_type: type}, counts[type]] as const)),
  )
}

function timesOf(standings: readonly Standing[], time: 'firstSeenAt' | 'lastAppliedAt') {
  return standings.flatMap(({name, [time]: at}) => (at === null ? [] : [[{manifest: name}, toSeconds(at)] as const]))
}

/** Of all Manifests, also of those that have no gauges of their own. */
function oldestFamily(standings: readonly Standing[]): Family {
  const times = standings.flatMap(({firstSeenAt: at}) => (at === null ? [] : [toSeconds(at)]))
  const oldest = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return gauge('tazuna_watch_oldest_drift_timestamp_seconds', times.length === 0 ? [] : [[{}, oldest]])
}
