import type {LastKnown} from '../model/last-known.ts'
import type {Report} from '../model/report.ts'
import type {Family} from './exposition.ts'
import {gauge, toSeconds} from './gauge.ts'
import type {Standing} from './standing.ts'
import {withinLimit} from './within-limit.ts'

/** Of the `drift_stack` set, what any run tells: when tazuna was last read. A failed run did not read it. */
export function driftStackRunFamilies({outcome, run}: Report, lastKnown: LastKnown | null): Family[] {
  const at = outcome === 'failed' ? lastChecked(lastKnown) : run.finishedAt
  return [gauge('drift_detection_last_run_timestamp', at === null ? [] : [[{}, toSeconds(at)]])]
}

/** A run that did not fail checked one Manifest at least. Times of this form sort as texts. */
function lastChecked(lastKnown: LastKnown | null): string | null {
  const times = lastKnown?.manifests.flatMap(({lastCheckedAt: at}) => (at === null ? [] : [at])) ?? []
  return times.toSorted().at(-1) ?? null
}

/**
 * Of the `drift_stack` set, how the Manifests stand. One that was not checked counts as drift, too, if it was drifted
 * before, and keeps its age. Without a memory nothing is known of ages.
 */
export function driftStackFamilies(standings: readonly Standing[], {run}: Report): Family[] {
  const shown = withinLimit(standings)
  const finishedAt = toSeconds(run.finishedAt)
  const since = shown.flatMap(({name, firstSeenAt: at}) => (at === null ? [] : [{stack: name, seconds: toSeconds(at)}]))
  const states = standings.map(stateOf)
  return [
    gauge(
      'drift_stack_state',
      shown.map(standing => [{stack: standing.name}, stateOf(standing)]),
    ),
    gauge(
      'drift_stack_first_seen',
      since.map(({stack, seconds}) => [{stack}, seconds]),
    ),
    gauge(
      'drift_stack_age_hours',
      since.map(({stack, seconds}) => [{stack}, Math.max(0, finishedAt - seconds) / 3600]),
    ),
    gauge('drift_stack_count', [[{}, standings.filter(({isDrifted}) => isDrifted).length]]),
    gauge('drift_error_count', [[{}, states.filter(state => state === 2).length]]),
    gauge('drift_clean_count', [[{}, states.filter(state => state === 0).length]]),
  ]
}

function stateOf({outcome}: Standing): 0 | 1 | 2 {
  if (outcome === 'clean') return 0
  return outcome === 'drift' ? 1 : 2
}
