import type {Reason, Report} from '../../model/report.ts'
import {counted, grouped} from '../../report/wording.ts'
import type {Notification} from '../notifier.ts'
import {checkedText, openText, resolvedText, statusText} from './counts.ts'
import {failsText} from './failing.ts'
import {limits} from './limits.ts'
import {code, plain} from './mrkdwn.ts'
import {isOfThisRun} from './of-this-run.ts'
import type {Stated, StatedManifest} from './stated.ts'

/** UTF-16 units of a verdict: the name of the cluster needs room, too. */
const longestVerdict = 95

/** The title: the worst that is known, where, and a verdict of few words. */
export function title(notification: Notification, stated: Stated): string {
  const verdict = ` · ${verdictOf(notification, stated)}`
  const emoji = emojiOf(notification, stated)
  const room = limits.headerText - emoji.length - 1 - verdict.length
  return `${emoji} ${plain(watchName(notification.report), room)}${verdict}`
}

/** One line for notifications, and all there is when Slack refuses the blocks: counts, no names but the cluster's. */
export function fallbackText(notification: Notification, stated: Stated): string {
  const {report, failing, massDrift} = notification
  const facts = [
    verdictOf(notification, stated),
    massDrift === null ? null : `${grouped(massDrift.affected)} of ${counted(massDrift.total, 'Manifest')}`,
    openText(stated.drifted),
    statusText(notification, stated.drifted),
    report.outcome === 'incomplete' ? checkedText(report) : null,
    failing === null ? null : failsText(failing, report),
    report.error === null ? null : code(report.error.code, 60),
  ]
  return `${code(watchName(report), 300)} ${facts.filter(fact => fact !== null && fact !== '').join(' · ')}`
}

function watchName({cluster, watch}: Report): string {
  const name = cluster ?? 'unknown cluster'
  return watch === 'default' ? name : `${name} / ${watch}`
}

/** As many of the facts as there is room for, the worst first. */
function verdictOf(notification: Notification, stated: Stated): string {
  const {massDrift, reasons, report} = notification
  if (massDrift !== null) return massDriftVerdict(massDrift.kind)
  const parts = [
    ...checkVerdict(notification),
    ...(reasons.includes('check-recovered') ? ['check works again'] : []),
    ...driftVerdict(notification, stated.drifted),
    ...(stated.gone.length > 0 ? [`${counted(stated.gone.length, 'Manifest')} gone from tazuna.yaml`] : []),
    ...resolvedVerdict([...stated.drifted, ...stated.settled]),
  ]
  const isOpen = stated.drifted.length > 0 || stated.gone.length > 0
  const isAllSaid = parts.length > 0 && (isOpen || report.outcome !== 'clean')
  const all = isAllSaid ? parts : [...parts, wholeVerdict(report, parts.length)]
  return all.reduce((line, part) => (line.length + part.length + 2 > longestVerdict ? line : `${line}, ${part}`))
}

function massDriftVerdict(kind: 'state-missing' | 'all-added' | 'all-gone'): string {
  return kind === 'all-gone' ? 'wrong tazuna.yaml, wrong cluster, or lost State?' : 'wrong cluster, or lost State?'
}

function checkVerdict(notification: Notification): string[] {
  if (notification.report.outcome === 'failed') return ['check failed']
  return isIncomplete(notification) ? ['check incomplete'] : []
}

const freshReasons: readonly Reason[] = ['first-drift', 'new-entries']

function driftVerdict({reasons, report}: Notification, drifted: readonly StatedManifest[]): string[] {
  if (drifted.length === 0) return []
  const having = (wanted: readonly Reason[]) =>
    drifted.filter(({notice}) => notice.reasons.some(reason => wanted.includes(reason)))
  const fresh = having(freshReasons)
  const begun = fresh.filter(one => isOfThisRun(one, report)).length
  const changed = having(['entries-changed']).length
  const all = counted(drifted.length, 'Manifest')
  const isKnownOnly = drifted.every(({notice}) => !notice.checked)
  if (reasons.includes('baseline')) return [`drift ${isKnownOnly ? 'known ' : ''}in ${all}`]
  if (begun > 0) return [`new drift in ${counted(begun, 'Manifest')}${olderText(drifted.length - begun)}`]
  if (fresh.length > 0) return [`older drift in ${all}`]
  if (changed > 0) return [`drift changed in ${counted(changed, 'Manifest')}${olderText(drifted.length - changed)}`]
  return [isKnownOnly ? `drift known in ${all}` : `still drift in ${all}`]
}

function olderText(count: number): string {
  return count > 0 ? `, older in ${grouped(count)} more` : ''
}

function resolvedVerdict(manifests: readonly StatedManifest[]): string[] {
  const text = resolvedText(manifests.flatMap(({resolved}) => resolved))
  return text === '' ? [] : [text]
}

/** Only a run that is clean may say so of the whole watch. */
function wholeVerdict({outcome}: Report, said: number): string {
  if (outcome !== 'clean') return outcome
  return said === 0 ? 'in sync' : 'all in sync'
}

function emojiOf(notification: Notification, {drifted, gone}: Stated): string {
  const {massDrift, report} = notification
  if (massDrift !== null) return '🔴'
  if (report.outcome === 'failed') return '❌'
  if (drifted.some(({counts}) => counts.removed > 0)) return '🔴'
  if (isIncomplete(notification)) return '⚠️'
  return drifted.length > 0 || gone.length > 0 || isUnexplained(notification) ? '🟠' : '✅'
}

function isIncomplete({report, reasons}: Notification): boolean {
  return report.outcome === 'incomplete' || (report.outcome !== 'failed' && reasons.includes('check-failed'))
}

const goodNews: ReadonlySet<Reason> = new Set(['check-recovered', 'some-resolved', 'all-resolved'])

/** Drift of which this notifier is told nothing: only good news make the message a good one. */
function isUnexplained({report, reasons}: Notification): boolean {
  return report.outcome === 'drift' && !reasons.every(reason => goodNews.has(reason))
}
