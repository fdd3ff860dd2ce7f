import type {LastKnown} from '../model/last-known.ts'
import type {Report, RunOutcome} from '../model/report.ts'
import type {Family} from './exposition.ts'
import {gauge, toSeconds} from './gauge.ts'

const outcomes = ['clean', 'drift', 'incomplete', 'failed'] as const satisfies readonly RunOutcome[]

/** The gauges about the run itself: they are there however it ended. */
export function runFamilies(report: Report, lastKnown: LastKnown | null, intervalSeconds: number | null): Family[] {
  const {outcome, run, source} = report
  const finishedAt = toSeconds(run.finishedAt)
  return [
    gauge('tazuna_watch_build_info', [[{version: run.version}, 1]]),
    gauge('tazuna_watch_last_run_timestamp_seconds', [[{}, finishedAt]]),
    successFamily(report, lastKnown),
    gauge('tazuna_watch_run_duration_seconds', [[{}, run.durationSeconds]]),
    gauge('tazuna_watch_interval_seconds', intervalSeconds === null ? [] : [[{}, intervalSeconds]]),
    gauge(
      'tazuna_watch_run_outcome',
      outcomes.map(one => [{outcome: one}, one === outcome]),
    ),
    notificationsFamily(report),
    gauge('tazuna_watch_memory_ok', [[{}, !hasMemoryTrouble(report)]]),
    sourceFamily(source),
  ]
}

/** Not there where no success is known: one that was exported before then stays. */
function successFamily({outcome, run}: Report, lastKnown: LastKnown | null): Family {
  const at = outcome === 'clean' || outcome === 'drift' ? run.finishedAt : (lastKnown?.lastSuccessAt ?? null)
  return gauge('tazuna_watch_last_success_timestamp_seconds', at === null ? [] : [[{}, toSeconds(at)]])
}

/** Of notifiers only: sinks get the run at the same time as the gateway. */
function notificationsFamily({notifications}: Report): Family {
  return gauge(
    'tazuna_watch_notifications',
    notifications
      .filter(({role}) => role === 'notifier')
      .flatMap(
        ({name: notifier, delivery, pending}) =>
          [
            [{notifier, result: 'delivered'}, delivery === 'delivered'],
            [{notifier, result: 'failed'}, delivery === 'failed'],
            [{notifier, result: 'pending'}, pending],
          ] as const,
      ),
  )
}

function hasMemoryTrouble({warnings, error}: Report): boolean {
  return [...warnings, ...(error === null ? [] : [error])].some(({code}) => code.startsWith('MEMORY_'))
}

/** A folder has no digest. */
function sourceFamily(source: Report['source']): Family {
  if (source === null || source.digest === null) return gauge('tazuna_watch_source_info', [])
  const {ref, digest, revision, url, createdAt} = source
  const labels = {ref, digest, revision: revision ?? '', source: url ?? '', created: createdAt ?? ''}
  return gauge('tazuna_watch_source_info', [[labels, 1]])
}
