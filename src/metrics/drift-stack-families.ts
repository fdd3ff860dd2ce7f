import type {Report, ReportManifest, ReportSummary} from '../model/report.ts'
import type {Family} from './exposition.ts'
import {gauge, toSeconds} from './gauge.ts'
import {presentManifests, withinLimit} from './manifest-families.ts'

/** Of the `drift_stack` set, what any run tells that got tazuna to print something; nothing of one that did not. */
export function driftStackRunFamilies({outcome, run}: Report): Family[] {
  if (outcome === 'failed') return []
  return [gauge('drift_detection_last_run_timestamp', [[{}, toSeconds(run.finishedAt)]])]
}

/** Of the `drift_stack` set, what a run found that checked every Manifest. Without a memory nothing is known of ages. */
export function driftStackFamilies(report: Report, {manifests}: ReportSummary): Family[] {
  const shown = withinLimit(presentManifests(report))
  const finishedAt = toSeconds(report.run.finishedAt)
  const since = shown
    .filter(({outcome}) => outcome === 'drift')
    .flatMap(({name, firstSeenAt: at}) => (at === null ? [] : [{stack: name, seconds: toSeconds(at)}]))
  return [
    gauge(
      'drift_stack_state',
      shown.map(({name, outcome}) => [{stack: name}, stateOf(outcome)]),
    ),
    gauge(
      'drift_stack_first_seen',
      since.map(({stack, seconds}) => [{stack}, seconds]),
    ),
    gauge(
      'drift_stack_age_hours',
      since.map(({stack, seconds}) => [{stack}, Math.max(0, finishedAt - seconds) / 3600]),
    ),
    gauge('drift_stack_count', [[{}, manifests.drift]]),
    gauge('drift_error_count', [[{}, manifests.error + manifests.notChecked]]),
    gauge('drift_clean_count', [[{}, manifests.clean]]),
  ]
}

function stateOf(outcome: ReportManifest['outcome']): 0 | 1 | 2 {
  if (outcome === 'clean') return 0
  return outcome === 'drift' ? 1 : 2
}
