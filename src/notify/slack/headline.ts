import type {Reason, Report} from '../../model/report.ts'
import type {Notification} from '../notifier.ts'
import {countRows, type DriftedManifest} from '../../report/drifted-manifests.ts'
import {limits} from './limits.ts'
import {code, plain} from './mrkdwn.ts'
import {counted, countsText, grouped} from '../../report/wording.ts'

/** The first line for each reason there is to tell, in the order they are told. */
const openings: Record<Reason, string> = {
  baseline: 'This is all the drift there is now. Nothing is remembered of earlier runs, so it may not be new.',
  'check-failed': 'The check did not complete: what was not checked is not known to be in sync.',
}

/** The title: the worst that is known, where, and a verdict of few words. */
export function title({report}: Notification, drifted: readonly DriftedManifest[]): string {
  const verdict = ` · ${verdictOf(report, drifted)}`
  const emoji = emojiOf(report, drifted)
  return `${emoji} ${plain(watchName(report), limits.headerText - emoji.length - 1 - verdict.length)}${verdict}`
}

/** One line for notifications, and all there is when Slack refuses the blocks: counts, no names but the cluster's. */
export function fallbackText({report}: Notification, drifted: readonly DriftedManifest[]): string {
  const facts = [
    verdictOf(report, drifted),
    drifted.length > 0 ? countsText(countRows(drifted)) : null,
    report.outcome === 'incomplete' ? checkedText(report) : null,
    report.error === null ? null : code(report.error.code, 60),
  ]
  return `${code(watchName(report), 300)} ${facts.filter(fact => fact !== null).join(' · ')}`
}

/** Why this message comes, and the counts. */
export function opening({reasons, report}: Notification, drifted: readonly DriftedManifest[]): string[] {
  const known = Object.keys(openings) as Reason[]
  return [
    ...known.filter(reason => reasons.includes(reason)).map(reason => openings[reason]),
    capitalised([rowsText(report, drifted), outcomesText(report)].filter(text => text !== '').join(' · ')),
  ].filter(line => line !== '')
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function watchName({cluster, watch}: Report): string {
  const name = cluster ?? 'unknown cluster'
  return watch === 'default' ? name : `${name} / ${watch}`
}

function verdictOf({outcome}: Report, drifted: readonly DriftedManifest[]): string {
  const drift = drifted.length > 0 ? [`drift in ${counted(drifted.length, 'Manifest')}`] : []
  if (outcome === 'failed') return 'check failed'
  if (outcome === 'incomplete') return ['check incomplete', ...drift].join(', ')
  return drift[0] ?? (outcome === 'clean' ? 'in sync' : 'drift')
}

function emojiOf({outcome}: Report, drifted: readonly DriftedManifest[]): string {
  if (outcome === 'failed') return '❌'
  if (countRows(drifted).removed > 0) return '🔴'
  if (outcome === 'incomplete') return '⚠️'
  return outcome === 'drift' ? '🟠' : '✅'
}

/** The rows this notifier is told of, and how many its `match` leaves out. */
function rowsText({summary}: Report, drifted: readonly DriftedManifest[]): string {
  if (drifted.length === 0) return ''
  const {removed, modified, added} = summary?.entries ?? {removed: 0, modified: 0, added: 0}
  const own = countRows(drifted)
  const others = removed + modified + added - own.removed - own.modified - own.added
  const outside = others > 0 ? ` (and ${counted(others, 'more row')} that this notifier does not match)` : ''
  return `*${countsText(own)}*${outside}`
}

function outcomesText(report: Report): string {
  if (report.summary === null) return ''
  const {manifests, coverage} = report.summary
  const outcomes = [
    [manifests.drift, 'drifted'],
    [manifests.clean, 'clean'],
    [manifests.error, 'in error'],
    [manifests.notChecked, 'not checked'],
    [manifests.gone, 'gone from tazuna.yaml'],
    [coverage.unnamed, 'without a name, never checked'],
  ] as const
  const parts = outcomes.filter(([count]) => count > 0).map(([count, word]) => `${grouped(count)} ${word}`)
  return [checkedText(report), ...(parts.length > 0 ? [parts.join(', ')] : [])].join(': ')
}

function checkedText({summary}: Report): string {
  if (summary === null) return 'nothing was checked'
  const {expected, checked} = summary.coverage
  return expected === null
    ? `checked ${counted(checked, 'Manifest')}, of how many is unknown`
    : `checked ${grouped(checked)} of ${counted(expected, 'Manifest')}`
}
