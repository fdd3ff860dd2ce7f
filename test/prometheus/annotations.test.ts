import {describe, expect, it} from 'vitest'

import {promtoolPath} from '../support/promtool.ts'
import {testRules} from './promtool-rules.ts'
import {drift, seriesOf, type SimulatedWatch} from './simulated-watch.ts'

const tokyo = {cluster: 'tokyo'}
const batch = {cluster: 'osaka', scope: 'batch'}
const never = Number.POSITIVE_INFINITY

type Told = {
  readonly alert: string
  readonly watch: SimulatedWatch
  readonly at: string
  readonly about?: Readonly<Record<string, string>>
  readonly summary: string
  readonly description: string
}

const stack = {
  drift_detection_last_run_timestamp: (run: number) => run * 60,
  'drift_stack_first_seen{stack="web"}': () => 0,
  'drift_stack_state{stack="web"}': () => 1,
  drift_stack_count: () => 11,
}

/** What people read, once for each alert; the URL of the runbook is tested elsewhere. */
const cases: readonly Told[] = [
  {
    alert: 'TazunaWatchStale',
    watch: {...tokyo, diesAt: 61},
    at: '4h',
    summary: 'A tazuna-watch does not run any more.',
    description:
      'The last run of tokyo ended 3h 0m 0s ago. Nobody looks for drift there, and all other alerts of this watch are silent until it runs again. See whether its schedule is suspended, its Jobs fail to start, or it cannot reach the Pushgateway.',
  },
  {
    alert: 'TazunaWatchMissing',
    watch: {...batch, diesAt: 61, lostAt: 70},
    at: '4h',
    summary: 'The gauges of a tazuna-watch are gone.',
    description:
      'The last run that Prometheus knows of osaka (watch batch) ended 3h 0m 0s ago, and its gauges are gone since: the Pushgateway lost them and no run brought them back, or they were deleted. Nobody looks for drift there. If the watch was retired, silence this for three days.',
  },
  {
    alert: 'TazunaWatchNeverSucceeded',
    watch: {...batch, outcome: () => 'failed'},
    at: '2h5m',
    summary: 'A tazuna-watch runs, but never completed a check.',
    description:
      'osaka (watch batch) runs, the last time 5m 0s ago, but no run ever checked every Manifest. Whether there is drift is not known. Look at the report of its last run: it says what failed, and what to do.',
  },
  {
    alert: 'TazunaWatchRunFailing',
    watch: {...tokyo, outcome: run => (run < 60 ? 'drift' : 'failed')},
    at: '4h',
    summary: 'The runs of a tazuna-watch fail.',
    description:
      'The last run of tokyo failed, and none completed for 4h 0m 0s. No Manifest is checked; other alerts stand as last known. Look at the report of its last run: config, source, tazuna, or a cluster that does not answer.',
  },
  {
    alert: 'TazunaWatchRunIncomplete',
    watch: {
      ...batch,
      outcome: run => (run < 60 ? 'drift' : 'incomplete'),
      gauges: Object.fromEntries(
        Array.from('lkjihgfedcba', name => [`tazuna_watch_manifest_error{manifest="${name}"}`, () => 1]),
      ),
    },
    at: '4h',
    summary: 'The runs of a tazuna-watch do not check every Manifest.',
    description:
      'The last run of osaka (watch batch) did not check every Manifest, and none did for 4h 0m 0s. tazuna fails on a, b, c, d, e, f, g, h, i, j and more. What was not checked stands as last known. `tazuna plan` there tells what breaks it.',
  },
  {
    alert: 'TazunaWatchRunIncomplete',
    watch: {
      ...tokyo,
      outcome: run => (run < 60 ? 'drift' : 'incomplete'),
      gauges: {
        'tazuna_watch_manifest_error{manifest="web"}': () => 1,
        'tazuna_watch_manifest_error{manifest="api"}': () => 1,
      },
    },
    at: '4h',
    summary: 'The runs of a tazuna-watch do not check every Manifest.',
    description:
      'The last run of tokyo did not check every Manifest, and none did for 4h 0m 0s. tazuna fails on api, web. What was not checked stands as last known. `tazuna plan` there tells what breaks it.',
  },
  {
    alert: 'TazunaWatchRunIncomplete',
    watch: {cluster: 'kyoto', outcome: run => (run < 60 ? 'drift' : 'incomplete')},
    at: '4h',
    summary: 'The runs of a tazuna-watch do not check every Manifest.',
    description:
      'The last run of kyoto did not check every Manifest, and none did for 4h 0m 0s. What was not checked stands as last known. `tazuna plan` there tells what breaks it.',
  },
  {
    alert: 'TazunaWatchPushRefused',
    watch: {...batch, refusedFrom: 1},
    at: '2h10m',
    summary: 'The Pushgateway refuses the gauges of a tazuna-watch.',
    description:
      'osaka (watch batch) runs, but the Pushgateway refused its gauges 10m 0s ago and took none since. All other alerts of this watch stand as before or are silent. The report of its last run has the answer of the gateway: mostly another group uses one of its names.',
  },
  {
    alert: 'TazunaWatchDriftUnaddressed',
    watch: {...batch, gauges: drift('web', 0, never)},
    at: '73h',
    about: {manifest: 'web'},
    summary: 'A Manifest has been drifted for more than three days.',
    description:
      'web in osaka (watch batch) has been drifted for at least 3d 1h 0m 0s. Decide: apply what is declared (see what would happen with `tazuna plan`), or change the declaration. No plain `tazuna apply` while it has removed entries.',
  },
  {
    alert: 'TazunaWatchManyDrifted',
    watch: {...tokyo, gauges: {'tazuna_watch_manifests{outcome="drift"}': () => 11}},
    at: '1h',
    summary: 'More than ten Manifests have drifted.',
    description:
      '11 Manifests in tokyo have drifted. Mostly that has one cause: a new source that nobody applied, the wrong cluster or environment, or State that is lost. Find that before anything is applied.',
  },
  {
    alert: 'TazunaWatchEntriesRemoved',
    watch: {...batch, gauges: drift('web', 0, never, 2)},
    at: '1h',
    about: {manifest: 'web'},
    summary: 'Resources are no longer declared, but still in the cluster.',
    description:
      'web in osaka (watch batch) does not render 2 resources any more that tazuna once applied. Put them back into the source, or delete them with `tazuna apply --sync --prune`. A plain `tazuna apply` would forget them and leave them behind.',
  },
  {
    alert: 'TazunaWatchNotifierFailing',
    watch: {...tokyo, gauges: {'tazuna_watch_notifications{notifier="slack",result="failed"}': () => 1}},
    at: '2h',
    about: {notifier: 'slack'},
    summary: 'A tazuna-watch cannot deliver its messages.',
    description:
      'The last run of tokyo could not deliver to its notifier slack. Nothing is lost, it stays due, but nobody hears of it. `tazuna-watch notify test` tells why.',
  },
  {
    alert: 'TazunaWatchMemoryFailing',
    watch: {...batch, gauges: {tazuna_watch_memory_ok: () => 0}},
    at: '2h',
    summary: 'A tazuna-watch cannot read or save its memory.',
    description:
      'The last run of osaka (watch batch) could not read or save what it remembers. It keeps still or repeats itself, and ages of drift may be wrong. `tazuna-watch memory show` tells why.',
  },
  {
    alert: 'TazunaWatchDriftStackStale',
    watch: {...batch, only: true, diesAt: 1, gauges: stack},
    at: '27h',
    summary: 'tazuna has not been read for more than 26 hours.',
    description:
      'The last run of osaka (watch batch) that could read tazuna ended 1d 3h 0m 0s ago: the watch does not run, or fails. Nobody looks for drift there, and the other alerts of this watch are silent.',
  },
  {
    alert: 'TazunaWatchDriftStackUnaddressed',
    watch: {...tokyo, only: true, gauges: stack},
    at: '73h',
    about: {stack: 'web'},
    summary: 'A Manifest has been drifted for more than three days.',
    description:
      'web in tokyo has been drifted for 3d 1h 0m 0s. Decide: apply what is declared (see what would happen with `tazuna plan`), or change the declaration. No plain `tazuna apply` while it has removed entries.',
  },
  {
    alert: 'TazunaWatchDriftStackMany',
    watch: {...batch, only: true, gauges: stack},
    at: '1h',
    summary: 'More than ten Manifests have drifted.',
    description:
      '11 Manifests in osaka (watch batch) have drifted. Mostly that has one cause: a new source that nobody applied, the wrong cluster or environment, or State that is lost. Find that before anything is applied.',
  },
]

const base = 'https://wiki.example.com/tazuna-watch/runbook.md#'

describe.skipIf(promtoolPath === null)('what people read', () => {
  it.each(cases)('of $alert in $watch.cluster', async ({alert, watch, at, about = {}, summary, description}) => {
    const hours = Number(/^\d+/.exec(at)?.[0]) + 1
    const span = {minutes: hours * 60, step: hours > 24 ? 5 : 1}
    const {cluster, scope} = watch
    const labels = {severity: 'warning', job: 'tazuna-watch', cluster, ...(scope !== undefined && {scope}), ...about}
    const told = {
      eval_time: at,
      alertname: alert,
      exp_alerts: [
        {exp_labels: labels, exp_annotations: {summary, description, runbook_url: base + alert.toLowerCase()}},
      ],
    }
    const other = {cluster: 'nara'}
    const series = [...seriesOf(watch, span), ...seriesOf(other, span)]
    expect(await testRules({step: span.step, series, alerts: [told]})).toBe('')
  })

  it('of TazunaWatchAbsent', async () => {
    const exp_annotations = {
      summary: 'There are no gauges of any tazuna-watch.',
      description:
        'Prometheus has no gauge of any watch: none ever ran, none can push, or the Pushgateway is not scraped. Nobody knows whether there is drift.',
      runbook_url: `${base}tazunawatchabsent`,
    }
    const told = {
      eval_time: '3h',
      alertname: 'TazunaWatchAbsent',
      exp_alerts: [{exp_labels: {severity: 'warning'}, exp_annotations}],
    }
    expect(await testRules({step: 1, series: [], alerts: [told]})).toBe('')
  })
})
