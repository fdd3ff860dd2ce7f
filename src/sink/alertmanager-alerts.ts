import {alertsWithout, openAlerts, type Alert, type AlertReceiver} from '../model/alert.ts'
import type {LastKnown} from '../model/last-known.ts'
import type {Report} from '../model/report.ts'
import {toTimestamp} from '../model/time.ts'
import {alertText, endedText} from './alertmanager-text.ts'
import {toAlertFacts} from './alertmanager-facts.ts'

export type AlertOptions = AlertReceiver & {
  readonly cluster: string
  readonly watch: string
  /** How often there is a run, in milliseconds. */
  readonly interval: number
  /** More labels of every alert. */
  readonly labels: Readonly<Record<string, string>>
  readonly runbookUrl: string | null
  readonly reportUrl: string | null
}

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml, `postableAlert` */
export type PostableAlert = {
  /** They are its identity: nothing is among them that changes while it is open. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL?: string
}

/** An alert outlives two intervals by this, in milliseconds: a run may begin late and take a while. */
const grace = 10 * 60_000
/** Of an alert without a new run, in milliseconds: no interval is so long that this is not enough. */
const longestLife = 366 * 86_400_000
/**
 * An end that is in the future for an Alertmanager is taken for one more `endsAt`, of which the latest counts
 * (types/types.go, `Merge`): the alert would stay. So it is dated back by as much as clocks may differ.
 */
const clockTolerance = 5 * 60_000

/**
 * All alerts that are open as far as is known, each with a time at which it ends by itself if no run comes any more, and
 * those of which this receiver does not know yet that they ended. Without a memory: what this run saw.
 */
export function toPostableAlerts(
  report: Report,
  remembered: LastKnown | null,
  options: AlertOptions,
): readonly PostableAlert[] {
  const lastKnown = remembered?.isKept === true ? remembered : null
  const {id, interval} = options
  const now = Date.parse(report.run.finishedAt)
  const facts = toAlertFacts(report, lastKnown)
  const open = lastKnown === null ? alertsOfRun(report) : openAlerts(lastKnown, options)
  const ended = alertsWithout<Alert>(lastKnown?.endedAlerts.get(id) ?? [], open)
  const endsBySelf = toTimestamp(new Date(now + Math.min(2 * interval + grace, longestLife)))
  const endedAt = toTimestamp(new Date(now - clockTolerance))
  return [
    ...open.map(alert => toPostable(alert, endsBySelf, alertText(alert, facts), options)),
    ...ended.map(alert => toPostable(alert, endedAt, endedText(alert, facts), options)),
  ]
}

function toPostable(
  {name, manifest, startsAt}: Alert,
  endsAt: string,
  text: {readonly summary: string; readonly description: string},
  {cluster, watch, labels, runbookUrl, reportUrl}: AlertOptions,
): PostableAlert {
  return {
    labels: {...labels, alertname: name, cluster, watch, ...(manifest !== null && {manifest})},
    annotations: {...text, ...(runbookUrl !== null && {runbook_url: runbookUrl})},
    startsAt,
    // one that ends before it starts is refused, and all others with it
    endsAt: endsAt < startsAt ? startsAt : endsAt,
    ...(reportUrl !== null && {generatorURL: toUri(reportUrl)}),
  }
}

/** A URL as Go takes it, too: it refuses a lone percent sign. */
function toUri(url: string): string {
  return new URL(url).href.replaceAll(/%(?![0-9a-f]{2})/gi, '%25')
}

function alertsOfRun(report: Report): Alert[] {
  const {outcome, run, manifests, entries} = report
  const {startedAt} = run
  const drifted = new Set(entries.filter(({filteredBy}) => filteredBy === null).map(({manifest}) => manifest))
  const isIncomplete = outcome === 'failed' || outcome === 'incomplete'
  const own = manifests.flatMap(({name: manifest, outcome, firstSeenAt}): Alert[] => [
    ...(drifted.has(manifest) ? [{name: 'TazunaDrift', manifest, startsAt: firstSeenAt ?? startedAt} as const] : []),
    ...(outcome === 'error' ? [{name: 'TazunaWatchCheckFailed', manifest, startsAt: startedAt} as const] : []),
  ])
  return [
    ...(isIncomplete ? [{name: 'TazunaWatchCheckFailed', manifest: null, startsAt: startedAt} as const] : []),
    ...own,
  ]
}
