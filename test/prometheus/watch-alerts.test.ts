import {readFile} from 'node:fs/promises'

import {describe, expect, it} from 'vitest'

import {promtoolPath} from '../support/promtool.ts'
import {tempDir} from '../support/temp-dir.ts'
import {complaints, type FiringAt} from './firing.ts'
import {checkRules, rulesFile} from './promtool-rules.ts'
import type {SimulatedWatch} from './simulated-watch.ts'

const tokyo = {cluster: 'tokyo'}
const batch = {cluster: 'osaka', scope: 'batch'}
const day = 24 * 60

/** What can be wrong with a watch itself. The runs of an hourly watch are at 0m, 1h, 2h, … */
const cases: Readonly<Record<string, {watches: readonly SimulatedWatch[]; firing: FiringAt}>> = {
  'Nothing fires while all is well, with and without a scope.': {
    watches: [tokyo, batch, {cluster: 'osaka'}],
    firing: {'1m': [], '1h': [], '7h59m': []},
  },

  'A watch is stale 2 h 15 min after its last run if it runs every hour, told 15 minutes later, until 15 minutes after it runs again.':
    {
      watches: [{...tokyo, diesAt: 61, revivesAt: 300}, {cluster: 'osaka'}, batch],
      firing: {'3h30m': [], '3h31m': ['TazunaWatchStale tokyo'], '5h14m': ['TazunaWatchStale tokyo'], '5h15m': []},
    },
  'Of two watches of one cluster only the dead one is told.': {
    watches: [{cluster: 'osaka'}, {...batch, diesAt: 1}],
    firing: {'2h30m': [], '2h31m': ['TazunaWatchStale osaka/batch'], '6h': ['TazunaWatchStale osaka/batch']},
  },
  'A daily watch has two days.': {
    watches: [{...tokyo, interval: day, diesAt: 1}],
    firing: {'48h30m': [], '48h35m': ['TazunaWatchStale tokyo']},
  },
  'One that tells no interval has 26 hours.': {
    watches: [
      {...tokyo, interval: day, tellsInterval: false},
      {...batch, tellsInterval: false, diesAt: 1},
    ],
    firing: {
      '25h': [],
      '26h15m': [],
      '26h20m': ['TazunaWatchStale osaka/batch'],
      '30h': ['TazunaWatchStale osaka/batch'],
    },
  },
  'Watches in text files of node_exporter are told apart by their hosts, too.': {
    watches: [
      {...tokyo, host: 'vm-1', diesAt: 1, gauges: {tazuna_watch_memory_ok: () => 0}},
      {...tokyo, host: 'vm-2'},
      {...batch, host: 'vm-1', gauges: {tazuna_watch_memory_ok: () => 0}},
    ],
    firing: {
      '2h29m': ['TazunaWatchMemoryFailing tokyo@vm-1', 'TazunaWatchMemoryFailing osaka/batch@vm-1'],
      '2h31m': ['TazunaWatchStale tokyo@vm-1', 'TazunaWatchMemoryFailing osaka/batch@vm-1'],
    },
  },

  'A watch that the gateway lost comes back with its next run, and nothing is told.': {
    watches: [{...tokyo, lostAt: 70}, batch],
    firing: {'1h20m': [], '1h59m': [], '4h': []},
  },
  'A dead watch whose gauges the gateway lost is missing, until Prometheus has not seen it for three days.': {
    watches: [
      {...tokyo, diesAt: 61, lostAt: 70},
      {...tokyo, scope: 'batch'},
    ],
    firing: {
      '3h30m': [],
      '3h35m': ['TazunaWatchMissing tokyo'],
      '73h': ['TazunaWatchMissing tokyo'],
      '73h30m': [],
    },
  },
  'A stale watch whose gauges the gateway loses is missing from then on.': {
    watches: [{...tokyo, diesAt: 61, lostAt: 260}, batch],
    firing: {'4h19m': ['TazunaWatchStale tokyo'], '5h': ['TazunaWatchMissing tokyo']},
  },
  'Where no watch is left at all, one alert tells it, not one for each.': {
    watches: [
      {...tokyo, lostAt: 70, diesAt: 61},
      {...batch, lostAt: 70, diesAt: 61},
    ],
    firing: {'3h9m': [], '3h10m': ['TazunaWatchAbsent'], '6h': ['TazunaWatchAbsent']},
  },
  'No watch ever.': {
    watches: [],
    firing: {'1h59m': [], '2h': ['TazunaWatchAbsent']},
  },

  'A watch that never completed a check is told after its second run, once.': {
    watches: [
      {...tokyo, outcome: () => 'failed'},
      {...batch, outcome: run => (run < 240 ? 'incomplete' : 'drift')},
      {cluster: 'osaka'},
      {cluster: 'nara', scope: 'batch'},
    ],
    firing: {
      '1h14m': [],
      '1h15m': ['TazunaWatchNeverSucceeded tokyo', 'TazunaWatchNeverSucceeded osaka/batch'],
      '4h14m': ['TazunaWatchNeverSucceeded tokyo', 'TazunaWatchNeverSucceeded osaka/batch'],
      '4h15m': ['TazunaWatchNeverSucceeded tokyo'],
    },
  },
  'A watch whose first run fails and whose second does not is not told.': {
    watches: [{...tokyo, outcome: run => (run === 0 ? 'failed' : 'clean')}],
    firing: {'1h16m': [], '3h': []},
  },

  'One run that fails is no alert.': {
    watches: [{...tokyo, outcome: run => (run === 120 ? 'failed' : 'clean')}],
    firing: {'2h59m': [], '3h59m': []},
  },
  'Two runs that fail are one, until a run completes.': {
    watches: [{...tokyo, outcome: run => (run >= 120 && run < 300 ? 'failed' : 'drift')}, batch],
    firing: {
      '3h30m': [],
      '3h31m': ['TazunaWatchRunFailing tokyo'],
      '5h14m': ['TazunaWatchRunFailing tokyo'],
      '5h15m': [],
    },
  },
  'Two runs that do not check every Manifest are one, too.': {
    watches: [{...batch, outcome: run => (run >= 120 && run < 300 ? 'incomplete' : 'clean')}, tokyo],
    firing: {'3h30m': [], '3h31m': ['TazunaWatchRunIncomplete osaka/batch'], '5h15m': []},
  },
  'A watch that failed and then died is stale and nothing else.': {
    watches: [
      {...tokyo, outcome: run => (run >= 120 ? 'failed' : 'clean'), diesAt: 241},
      {...batch, outcome: run => (run >= 120 ? 'incomplete' : 'clean'), diesAt: 241},
      {cluster: 'nara', outcome: () => 'failed', diesAt: 241},
    ],
    firing: {
      '6h29m': [
        'TazunaWatchRunFailing tokyo',
        'TazunaWatchRunIncomplete osaka/batch',
        'TazunaWatchNeverSucceeded nara',
      ],
      '6h31m': ['TazunaWatchStale tokyo', 'TazunaWatchStale osaka/batch', 'TazunaWatchStale nara'],
    },
  },

  'A watch whose pushes are refused is told after the first, never as stale, until the gateway takes one.': {
    watches: [{...tokyo, refusedFrom: 61}, batch],
    firing: {'2h14m': [], '2h15m': ['TazunaWatchPushRefused tokyo'], '9h': ['TazunaWatchPushRefused tokyo']},
  },
  'When nobody pushes any more, the watch is stale.': {
    watches: [{...tokyo, refusedFrom: 61, diesAt: 181}],
    firing: {
      '5h': ['TazunaWatchPushRefused tokyo'],
      '5h29m': ['TazunaWatchPushRefused tokyo'],
      '5h31m': ['TazunaWatchStale tokyo'],
    },
  },
  'A watch that never pushed anything the gateway could take is told, too.': {
    watches: [{...batch, only: true, refusedFrom: 0}, tokyo],
    firing: {'1h15m': ['TazunaWatchPushRefused osaka/batch'], '9h': ['TazunaWatchPushRefused osaka/batch']},
  },

  'A notifier that one run could not reach and the next could is no alert.': {
    watches: [
      {...tokyo, gauges: {'tazuna_watch_notifications{notifier="slack",result="failed"}': run => Number(run === 60)}},
    ],
    firing: {'1h59m': [], '3h': []},
  },
  'A notifier that fails and fails again is one.': {
    watches: [
      {
        ...batch,
        gauges: {'tazuna_watch_notifications{notifier="ops",result="failed"}': run => Number(run >= 60 && run < 240)},
      },
      tokyo,
    ],
    firing: {
      '2h14m': [],
      '2h15m': ['TazunaWatchNotifierFailing osaka/batch notifier=ops'],
      '4h14m': ['TazunaWatchNotifierFailing osaka/batch notifier=ops'],
      '4h15m': [],
    },
  },
  'A memory that two runs cannot use is one.': {
    watches: [{...batch, gauges: {tazuna_watch_memory_ok: run => Number(run < 60 || run >= 240)}}, tokyo],
    firing: {'2h14m': [], '2h15m': ['TazunaWatchMemoryFailing osaka/batch'], '4h15m': []},
  },
  'A dead watch with a broken notifier and memory makes one alert.': {
    watches: [
      {
        ...tokyo,
        diesAt: 61,
        gauges: {
          tazuna_watch_memory_ok: () => 0,
          'tazuna_watch_notifications{notifier="ops",result="failed"}': () => 1,
        },
      },
    ],
    firing: {
      '2h': ['TazunaWatchMemoryFailing tokyo', 'TazunaWatchNotifierFailing tokyo notifier=ops'],
      '3h31m': ['TazunaWatchStale tokyo'],
    },
  },
}

describe.skipIf(promtoolPath === null)('alerts on a watch', () => {
  it.each(Object.keys(cases))('%s', async title => {
    const {watches, firing} = cases[title]!
    expect(await complaints(watches, firing)).toBe('')
  })

  it('The rule for one watch that the comment proposes misses just that one.', async () => {
    await using dir = await tempDir()
    const rules = await readFile(rulesFile, 'utf8')
    const proposed = rules.match(/^ +# (?:- alert|  ).+$/gm)!.map(line => line.replace(/^ +# /, '    '))
    const file = await dir.write('rules.yaml', ['groups:', '- name: own', '  rules:', ...proposed, ''].join('\n'))
    expect(await checkRules(file)).toBe('')
    const absent = ['TazunaWatchAbsent prod-tokyo']
    const others = [batch, {cluster: 'prod-tokyo', scope: 'batch'}]
    expect(await complaints(others, {'1h59m': [], '2h': absent}, file)).toBe('')
    expect(await complaints([...others, {cluster: 'prod-tokyo'}], {'4h': []}, file)).toBe('')
  })
})
