import type {GaugeName} from '../../src/metrics/gauges.ts'
import type {RunOutcome} from '../../src/model/report.ts'
import type {InputSeries} from './promtool-rules.ts'

/** The value of a gauge as the run at this minute pushes it; null where that run does not have it. */
export type AtRun = (run: number) => number | null

/** A series without the labels of its watch: a gauge of ours, or of the gateway, and its labels as they are written. */
type SeriesName = `${GaugeName | `push_${string}`}${'' | `{${string}}`}`

export type Gauges = Readonly<Partial<Record<SeriesName, AtRun>>>

/** One watch on a Pushgateway or in a text file, in minutes since the epoch. It runs at minute 0 and then once an `interval`. */
export type SimulatedWatch = {
  readonly cluster: string
  /** Absent for the watch `default`. */
  readonly scope?: string
  /** Where node_exporter reads its text file; absent with a Pushgateway. */
  readonly host?: string
  /** Default 60. */
  readonly interval?: number
  /** Whether it exports `interval_seconds`. Default true. */
  readonly tellsInterval?: boolean
  /** From then on it does not run. */
  readonly diesAt?: number
  /** And from then on it does again. */
  readonly revivesAt?: number
  /** From then on the gateway refuses what it pushes. */
  readonly refusedFrom?: number
  /** Then the gateway forgets it, until its next run. */
  readonly lostAt?: number
  readonly outcome?: (run: number) => RunOutcome
  /** Added to those of a run that is fine, or instead of them. */
  readonly gauges?: Gauges
  /** Only these gauges, and those of the gateway. */
  readonly only?: boolean
}

const outcomes = ['clean', 'drift', 'incomplete', 'failed'] as const satisfies readonly RunOutcome[]

/** From minute 0 to `minutes`, with a scrape every `step` minutes. */
export type Span = {readonly minutes: number; readonly step: number}

/** What Prometheus sees of a watch: a value changes once a run. */
export function seriesOf(watch: SimulatedWatch, span: Span): InputSeries[] {
  const {cluster, scope, host, lostAt} = watch
  const exporter = host === undefined ? ['job="tazuna-watch"'] : ['job="node"', `instance="${host}"`]
  const own = [...exporter, `cluster="${cluster}"`, ...(scope === undefined ? [] : [`scope="${scope}"`])]
  const all: Readonly<Record<string, AtRun>> = {...(watch.only === true ? {} : gaugesOf(watch)), ...watch.gauges}
  const valueAt = (value: AtRun, minute: number) => {
    const run = lastPush(watch, minute)
    return lostAt !== undefined && minute >= lostAt && run <= lostAt ? null : value(run)
  }
  const series = Object.entries(all).map(([name, value]) => ({
    series: withLabels(name, own),
    values: toValues(span, minute => valueAt(value, minute)),
  }))
  const failedAt = (minute: number) => (watch.refusedFrom ?? minute) < minute && lastRun(watch, minute) * 60
  if (host !== undefined) return series
  return [
    ...series,
    {
      series: withLabels('push_time_seconds', own),
      values: toValues(span, minute => valueAt(run => run * 60, minute)),
    },
    {
      series: withLabels('push_failure_time_seconds', own),
      values: toValues(span, minute => valueAt(() => failedAt(minute) || 0, minute)),
    },
  ]
}

/** The gauges of runs that find nothing wrong, but for the outcome. */
function gaugesOf({interval = 60, tellsInterval = true, outcome = () => 'clean'}: SimulatedWatch) {
  const isComplete = (run: number) => ['clean', 'drift'].includes(outcome(run))
  const lastSuccess: AtRun = run => {
    for (let at = run; at >= 0; at -= interval) if (isComplete(at)) return at * 60
    return null
  }
  return {
    'tazuna_watch_build_info{version="0.1.0"}': () => 1,
    tazuna_watch_last_run_timestamp_seconds: (run: number) => run * 60,
    tazuna_watch_last_success_timestamp_seconds: lastSuccess,
    ...(tellsInterval && {tazuna_watch_interval_seconds: () => interval * 60}),
    ...Object.fromEntries(
      outcomes.map(one => [
        `tazuna_watch_run_outcome{outcome="${one}"}`,
        (run: number) => Number(outcome(run) === one),
      ]),
    ),
    'tazuna_watch_manifests{outcome="drift"}': () => 0,
    'tazuna_watch_manifest_drift{manifest="web"}': () => 0,
    'tazuna_watch_manifest_error{manifest="web"}': () => 0,
    'tazuna_watch_notifications{notifier="slack",result="delivered"}': () => 1,
    'tazuna_watch_notifications{notifier="slack",result="failed"}': () => 0,
    tazuna_watch_memory_ok: () => 1,
  } satisfies Record<string, AtRun>
}

/** A Manifest that is drifted from one minute to another, as a watch with a memory exports it. */
export function drift(manifest: string, from: number, to: number, removed = 0): Gauges {
  const whileOpen = (value: number, otherwise: number | null) => (run: number) =>
    run >= from && run < to ? value : otherwise
  return {
    [`tazuna_watch_manifest_drift{manifest="${manifest}"}`]: whileOpen(1, 0),
    [`tazuna_watch_manifest_first_seen_timestamp_seconds{manifest="${manifest}"}`]: whileOpen(from * 60, null),
    [`tazuna_watch_manifest_entries{manifest="${manifest}",diff_type="removed"}`]: whileOpen(removed, null),
    [`tazuna_watch_manifest_entries{manifest="${manifest}",diff_type="modified"}`]: whileOpen(1, null),
  }
}

/** The minute of the last run. */
function lastRun({interval = 60, diesAt, revivesAt}: SimulatedWatch, minute: number): number {
  const isDead = diesAt !== undefined && minute >= diesAt && (revivesAt === undefined || minute < revivesAt)
  const at = isDead ? diesAt - 1 : minute
  return at - (at % interval)
}

/** The minute of the last run that the gateway took; the first one where it took none. */
function lastPush(watch: SimulatedWatch, minute: number): number {
  return lastRun(watch, Math.max(0, Math.min(minute, (watch.refusedFrom ?? Number.POSITIVE_INFINITY) - 1)))
}

function withLabels(name: string, own: readonly string[]): string {
  const [metric, labels] = name.split(/[{}]/)
  return `${metric}{${[...own, ...(labels === undefined ? [] : [labels])].join(',')}}`
}

/** In promtool's notation: `1x9` for ten samples of 1, `_x9` for nine times none, which a scrape marks with `stale`. */
function toValues({minutes, step}: Span, valueAt: (minute: number) => number | null): string {
  const runs: {value: number | null; count: number}[] = []
  for (let minute = 0; minute <= minutes; minute += step) {
    const value = valueAt(minute)
    const last = runs.at(-1)
    if (last !== undefined && last.value === value) last.count += 1
    else runs.push({value, count: 1})
  }
  return runs.map(({value, count}) => (value === null ? `stale _x${count - 1}` : `${value}x${count - 1}`)).join(' ')
}
