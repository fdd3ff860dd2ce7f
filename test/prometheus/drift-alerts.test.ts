import {describe, expect, it} from 'vitest'

import {promtoolPath} from '../support/promtool.ts'
import {complaints, type FiringAt} from './firing.ts'
import {drift, type AtRun, type Gauges, type SimulatedWatch} from './simulated-watch.ts'

const tokyo = {cluster: 'tokyo'}
const batch = {cluster: 'osaka', scope: 'batch'}
const never = Number.POSITIVE_INFINITY
const hour = 60

/** As `metrics.families: [drift_stack]` alone exports it: a Manifest drifted from one minute to another. */
function driftStack(from: number, to: number, count = 1, state = 1): Gauges {
  const whileOpen = (value: number, otherwise: number | null) => (run: number) =>
    run >= from && run < to ? value : otherwise
  return {
    drift_detection_last_run_timestamp: run => run * 60,
    'drift_stack_state{stack="web"}': whileOpen(state, 0),
    'drift_stack_first_seen{stack="web"}': whileOpen(from * 60, null),
    drift_stack_count: whileOpen(count, 0),
  }
}

const drifted = (count: AtRun) => ({'tazuna_watch_manifests{outcome="drift"}': count})

/** What can be wrong with a cluster. The runs of an hourly watch are at 0m, 1h, 2h, … */
const cases: Readonly<Record<string, {watches: readonly SimulatedWatch[]; firing: FiringAt}>> = {
  'Removed entries are told at once, of each Manifest, until they are gone.': {
    watches: [
      {...tokyo, gauges: drift('web', hour, 4 * hour, 2)},
      {...batch, gauges: {...drift('web', hour, never, 1), ...drift('api', 2 * hour, never, 1)}},
      {cluster: 'osaka', gauges: drift('web', hour, never)},
    ],
    firing: {
      '1h14m': [],
      '1h15m': ['TazunaWatchEntriesRemoved tokyo manifest=web', 'TazunaWatchEntriesRemoved osaka/batch manifest=web'],
      '4h14m': [
        'TazunaWatchEntriesRemoved tokyo manifest=web',
        'TazunaWatchEntriesRemoved osaka/batch manifest=web',
        'TazunaWatchEntriesRemoved osaka/batch manifest=api',
      ],
      '4h15m': [
        'TazunaWatchEntriesRemoved osaka/batch manifest=web',
        'TazunaWatchEntriesRemoved osaka/batch manifest=api',
      ],
    },
  },
  'Ten drifted Manifests are not many, eleven are, until they are not.': {
    watches: [
      {...tokyo, gauges: drifted(run => (run < 3 * hour ? 11 : 10))},
      {...batch, gauges: drifted(run => (run < hour ? 10 : 200))},
    ],
    firing: {
      '0h14m': [],
      '0h15m': ['TazunaWatchManyDrifted tokyo'],
      '1h15m': ['TazunaWatchManyDrifted tokyo', 'TazunaWatchManyDrifted osaka/batch'],
      '3h15m': ['TazunaWatchManyDrifted osaka/batch'],
    },
  },
  'Drift is unaddressed after 72 hours, until it is gone, with and without a scope.': {
    watches: [
      {...tokyo, gauges: {...drift('web', 0, 74 * hour), ...drift('api', hour, never)}},
      {...batch, gauges: drift('web', 0, never)},
    ],
    firing: {
      '72h15m': [],
      '72h20m': [
        'TazunaWatchDriftUnaddressed tokyo manifest=web',
        'TazunaWatchDriftUnaddressed osaka/batch manifest=web',
      ],
      '74h10m': [
        'TazunaWatchDriftUnaddressed tokyo manifest=web',
        'TazunaWatchDriftUnaddressed tokyo manifest=api',
        'TazunaWatchDriftUnaddressed osaka/batch manifest=web',
      ],
      '74h15m': [
        'TazunaWatchDriftUnaddressed tokyo manifest=api',
        'TazunaWatchDriftUnaddressed osaka/batch manifest=web',
      ],
    },
  },
  'What a failing watch knew last stays told.': {
    watches: [
      {
        ...tokyo,
        outcome: run => (run < 70 * hour ? 'drift' : 'failed'),
        gauges: {...drift('web', 0, never, 1), ...drifted(() => 11)},
      },
    ],
    firing: {
      '73h': [
        'TazunaWatchRunFailing tokyo',
        'TazunaWatchDriftUnaddressed tokyo manifest=web',
        'TazunaWatchEntriesRemoved tokyo manifest=web',
        'TazunaWatchManyDrifted tokyo',
      ],
    },
  },
  'An age that stayed in the gateway after the drift went tells nothing.': {
    watches: [
      {...tokyo, gauges: {'tazuna_watch_manifest_first_seen_timestamp_seconds{manifest="web"}': () => 0}},
      {...batch, only: true, gauges: {...driftStack(never, never), 'drift_stack_first_seen{stack="web"}': () => 0}},
    ],
    firing: {'73h': []},
  },
  'Without a memory what Prometheus saw for 72 hours counts, whether or not the gateway was away for a while.': {
    watches: [
      {...tokyo, lostAt: 30 * hour + 5, gauges: {'tazuna_watch_manifest_drift{manifest="web"}': () => 1}},
      {...batch, gauges: {'tazuna_watch_manifest_drift{manifest="web"}': run => Number(run >= hour)}},
      {cluster: 'osaka', gauges: {'tazuna_watch_manifest_drift{manifest="web"}': run => Number(run !== 40 * hour)}},
    ],
    firing: {'72h10m': [], '72h15m': ['TazunaWatchDriftUnaddressed tokyo manifest=web']},
  },
  'A dead watch makes one alert and not one for everything that it found.': {
    watches: [
      {
        ...tokyo,
        diesAt: 73 * hour + 1,
        gauges: {...drift('web', 0, never, 2), ...drift('api', 0, never, 2), ...drifted(() => 12)},
      },
      {...batch, gauges: drift('web', 0, never, 1)},
    ],
    firing: {
      '75h30m': [
        'TazunaWatchDriftUnaddressed tokyo manifest=web',
        'TazunaWatchDriftUnaddressed tokyo manifest=api',
        'TazunaWatchEntriesRemoved tokyo manifest=web',
        'TazunaWatchEntriesRemoved tokyo manifest=api',
        'TazunaWatchManyDrifted tokyo',
        'TazunaWatchDriftUnaddressed osaka/batch manifest=web',
        'TazunaWatchEntriesRemoved osaka/batch manifest=web',
      ],
      '75h35m': [
        'TazunaWatchStale tokyo',
        'TazunaWatchDriftUnaddressed osaka/batch manifest=web',
        'TazunaWatchEntriesRemoved osaka/batch manifest=web',
      ],
    },
  },
  'When it runs again, what it finds is told in the minute in which the watch is no longer stale.': {
    watches: [{...tokyo, diesAt: 1, revivesAt: 5 * hour, gauges: drift('web', 0, never, 1)}],
    firing: {
      '2h29m': ['TazunaWatchEntriesRemoved tokyo manifest=web'],
      '2h31m': ['TazunaWatchStale tokyo'],
      '5h14m': ['TazunaWatchStale tokyo'],
      '5h15m': ['TazunaWatchEntriesRemoved tokyo manifest=web'],
    },
  },

  'Of the drift_stack gauges alone the same is told, but for removed entries.': {
    watches: [
      {...tokyo, only: true, gauges: driftStack(0, 74 * hour, 11)},
      {...batch, only: true, gauges: driftStack(0, never, 1, 2)},
      {cluster: 'osaka'},
    ],
    firing: {
      '72h15m': ['TazunaWatchDriftStackMany tokyo'],
      '73h': [
        'TazunaWatchDriftStackMany tokyo',
        'TazunaWatchDriftStackUnaddressed tokyo stack=web',
        'TazunaWatchDriftStackUnaddressed osaka/batch stack=web',
      ],
      '74h15m': ['TazunaWatchDriftStackUnaddressed osaka/batch stack=web'],
    },
  },
  'A watch with those gauges is stale after 26 hours, and nothing else.': {
    watches: [
      {...batch, only: true, diesAt: 73 * hour + 1, gauges: driftStack(0, never, 11)},
      {...tokyo, only: true, gauges: driftStack(0, never)},
      {cluster: 'osaka'},
    ],
    firing: {
      '99h15m': [
        'TazunaWatchDriftStackMany osaka/batch',
        'TazunaWatchDriftStackUnaddressed osaka/batch stack=web',
        'TazunaWatchDriftStackUnaddressed tokyo stack=web',
      ],
      '99h20m': ['TazunaWatchDriftStackStale osaka/batch', 'TazunaWatchDriftStackUnaddressed tokyo stack=web'],
    },
  },
  'Where both sets of gauges are exported, each thing is told once.': {
    watches: [
      {...tokyo, gauges: {...driftStack(0, never, 11), ...drift('web', 0, never), ...drifted(() => 11)}},
      {...batch, diesAt: 1, gauges: driftStack(0, never, 11)},
    ],
    firing: {
      '73h': [
        'TazunaWatchDriftUnaddressed tokyo manifest=web',
        'TazunaWatchManyDrifted tokyo',
        'TazunaWatchStale osaka/batch',
      ],
    },
  },
}

describe.skipIf(promtoolPath === null)('alerts on drift', () => {
  it.each(Object.keys(cases))('%s', async title => {
    const {watches, firing} = cases[title]!
    expect(await complaints(watches, firing)).toBe('')
  })
})
