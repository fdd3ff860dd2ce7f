import type {Report, RunOutcome} from '../model/report.ts'
import {driftStackFamilies, driftStackRunFamilies} from './drift-stack-families.ts'
import type {Family} from './exposition.ts'
import {gauge, toSeconds} from './gauge.ts'
import type {GaugeSet} from './gauges.ts'
import {manifestFamilies} from './manifest-families.ts'

const outcomes = ['clean', 'drift', 'incomplete', 'failed'] as const satisfies readonly RunOutcome[]

export type FamiliesOptions = {
  /** How often a run is scheduled; null when that is not configured. */
  readonly intervalSeconds: number | null
  readonly sets: readonly GaugeSet[]
}

/**
 * The gauges of one run. `run` is about the run and always there. `manifests` is about what was checked, null when the
 * run cannot tell how every Manifest stands: then what was exported before must stay, since a registry that is down
 * must not end an alert.
 */
export type RunFamilies = {readonly run: readonly Family[]; readonly manifests: readonly Family[] | null}

export function toFamilies(report: Report, {intervalSeconds, sets}: FamiliesOptions): RunFamilies {
  const {outcome, summary} = report
  const own = sets.includes('tazuna_watch')
  const driftStack = sets.includes('drift_stack')
  const isComplete = (outcome === 'clean' || outcome === 'drift') && summary !== null
  return {
    run: [
      ...(own ? ownRunFamilies(report, intervalSeconds) : []),
      ...(driftStack ? driftStackRunFamilies(report) : []),
    ],
    manifests: isComplete
      ? [...(own ? manifestFamilies(report, summary) : []), ...(driftStack ? driftStackFamilies(report, summary) : [])]
      : null,
  }
}

function ownRunFamilies(report: Report, intervalSeconds: number | null): Family[] {
  const {outcome, run, source} = report
  const finishedAt = toSeconds(run.finishedAt)
  const succeeded = outcome === 'clean' || outcome === 'drift'
  return [
    gauge('tazuna_watch_build_info', [[{version: run.version}, 1]]),
    gauge('tazuna_watch_last_run_timestamp_seconds', [[{}, finishedAt]]),
    gauge('tazuna_watch_last_success_timestamp_seconds', succeeded ? [[{}, finishedAt]] : []),
    gauge('tazuna_watch_run_duration_seconds', [[{}, run.durationSeconds]]),
    gauge('tazuna_watch_interval_seconds', intervalSeconds === null ? [] : [[{}, intervalSeconds]]),
    gauge(
      'tazuna_watch_run_outcome',
      outcomes.map(one => [{outcome: one}, one === outcome]),
    ),
    notificationsFamily(report),
    sourceFamily(source),
  ]
}

/** Of notifiers only: sinks get the run at the same time as the gateway. */
function notificationsFamily({notifications}: Report): Family {
  const results = ['delivered', 'failed'] as const
  return gauge(
    'tazuna_watch_notifications',
    notifications
      .filter(({role}) => role === 'notifier')
      .flatMap(({name, delivery}) => results.map(result => [{notifier: name, result}, delivery === result] as const)),
  )
}

/** A folder has no digest. */
function sourceFamily(source: Report['source']): Family {
  if (source === null || source.digest === null) return gauge('tazuna_watch_source_info', [])
  const {ref, digest, revision} = source
  return gauge('tazuna_watch_source_info', [[{ref, digest, revision: revision ?? ''}, 1]])
}
