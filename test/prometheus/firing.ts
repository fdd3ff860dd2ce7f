import {testRules} from './promtool-rules.ts'
import {seriesOf, type SimulatedWatch} from './simulated-watch.ts'

/**
 * The alerts that fire at these times, each with all that fire then: `TazunaWatchStale tokyo`, or with scope and what
 * it is about, `TazunaWatchEntriesRemoved tokyo/batch manifest=web`; of a text file with its
 * host, `TazunaWatchStale tokyo@vm-1`. Times are promtool's, like `3h29m`; beyond a day in
 * steps of 5 minutes.
 */
export type FiringAt = Readonly<Record<string, readonly string[]>>

/** What promtool says against it; `''` when exactly these alerts fire. */
export function complaints(watches: readonly SimulatedWatch[], firing: FiringAt, rules?: string): Promise<string> {
  const minutes = Math.max(...Object.keys(firing).map(toMinutes))
  const step = minutes > 24 * 60 ? 5 : 1
  const test = {
    step,
    series: watches.flatMap(watch => seriesOf(watch, {minutes, step})),
    expressions: Object.entries(firing).map(([time, alerts]) => ({
      expr: 'ALERTS{alertstate="firing"}',
      eval_time: time,
      exp_samples: alerts.map(alert => ({labels: toAlertSeries(alert), value: 1})),
    })),
  }
  return testRules(test, rules)
}

/** `1d2h3m` in minutes. */
function toMinutes(time: string): number {
  const units: Readonly<Record<string, number>> = {d: 1440, h: 60, m: 1}
  return [...time.matchAll(/(\d+)([dhm])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)
}

function toAlertSeries(alert: string): string {
  const labels = Object.entries({...toLabels(alert), alertstate: 'firing'})
  return `ALERTS{${labels.map(([name, value]) => `${name}="${value}"`).join(',')}}`
}

function toLabels(alert: string): Record<string, string> {
  const [alertname = '', exported = '', about] = alert.split(' ')
  const [watch = '', host] = exported.split('@')
  const [cluster = '', scope] = watch.split('/')
  return {
    alertname,
    severity: 'warning',
    ...(cluster !== '' && {cluster}),
    ...(cluster !== '' && alertname !== 'TazunaWatchAbsent' && {job: host === undefined ? 'tazuna-watch' : 'node'}),
    ...(host !== undefined && {instance: host}),
    ...(scope !== undefined && {scope}),
    ...(about !== undefined && Object.fromEntries([about.split('=') as [string, string]])),
  }
}
