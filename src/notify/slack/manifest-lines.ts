import type {Report} from '../../model/report.ts'
import {isJustNow, since, utcOfDay} from '../../report/age.ts'
import {countDriftRows} from '../../report/drifted-manifests.ts'
import {lastApplied} from '../../report/last-applied.ts'
import {counted, countedEntries, countsText} from '../../report/wording.ts'
import type {Notification} from '../notifier.ts'
import {openText, resolvedText, statusText} from './counts.ts'
import {code} from './mrkdwn.ts'
import {resolvedLine, rowLine} from './row-lines.ts'
import type {StatedManifest} from './stated.ts'

/** A Manifest with its first `limit` open rows and as many resolved ones, one line each. */
export function manifestLines(notification: Notification, stated: StatedManifest, limit: number): string[] {
  const {rows, resolved, notice} = stated
  const left = rows.slice(limit)
  const resolvedLeft = resolved.slice(limit)
  return [
    factsLine([code(stated.name, 100), ...openFacts(notification.report, stated)]),
    ...(notice.checked && isOpen(stated) ? appliedText(notification.report, stated, 'long') : []),
    ...rows.slice(0, limit).map(row => rowLine(notification, row)),
    ...(left.length > 0 ? [`• +${counted(left.length, 'more row')}: ${countsText(countDriftRows(left))}`] : []),
    ...resolved.slice(0, limit).map(row => resolvedLine(row)),
    ...(resolvedLeft.length > 0 ? [`✓ +${countedEntries(resolvedLeft.length)} settled`] : []),
  ]
}

/** A Manifest on one line. */
export function manifestLine(notification: Notification, stated: StatedManifest): string {
  const {report} = notification
  const {name, notice, rows} = stated
  const facts = openFacts(report, stated)
  const isAnother = rows.some(row => row.status !== 'open')
  return factsLine([
    `${isOpen(stated) ? '•' : '✓'} ${code(name, 60)}`,
    ...facts,
    isAnother ? statusText(notification, [stated]) : '',
    ...(notice.checked && stated.folded === null ? oldestText(report, stated) : []),
    ...(notice.checked && isOpen(stated) ? appliedText(report, stated, 'short') : []),
    isOpen(stated) ? resolvedText(stated.resolved) : '',
  ])
}

function isOpen({rows, folded}: StatedManifest): boolean {
  return rows.length > 0 || folded !== null
}

function factsLine(facts: readonly string[]): string {
  return facts.filter(fact => fact !== '').join(' · ')
}

/** What is open, and how that is known; of a settled Manifest what was resolved. */
function openFacts(report: Report, stated: StatedManifest): string[] {
  const {notice, firstSeenAt, resolved} = stated
  if (!isOpen(stated)) return [resolvedText(resolved)]
  const counts = `*${openText([stated])}*`
  const folded = stated.folded === null ? '' : 'too many to remember one by one'
  if (notice.checked) {
    return [counts, folded, ...(stated.folded === null ? [] : oldestText(report, stated))]
  }
  const known = firstSeenAt === null ? 'drift known before' : `drift known ${since(firstSeenAt, report.run)}`
  return [`${uncheckedText(report, notice.lastCheckedAt)}, ${known}: ${counts}`, folded]
}

/** `unchecked since 09:00 UTC`; null: nobody remembers a check. */
export function uncheckedText({run}: Report, lastCheckedAt: string | null): string {
  return lastCheckedAt === null ? 'not checked' : `unchecked since ${utcOfDay(lastCheckedAt, run.finishedAt)}`
}

/** The age of the oldest entry; empty for what this run was the first to see. */
function oldestText({run}: Report, {firstSeenAt}: StatedManifest): string[] {
  return firstSeenAt === null || isJustNow(firstSeenAt, run) ? [] : [`oldest ${since(firstSeenAt, run)}`]
}

/** When and at which commit the Manifest was last applied; empty when that is unknown. */
function appliedText(report: Report, {manifest}: StatedManifest, form: 'long' | 'short'): string[] {
  const applied = manifest === null ? null : lastApplied(report, manifest)
  if (applied === null) return []
  if (applied === 'never') return ['never applied: it has no State']
  const {at, ago} = applied
  const commit = applied.commit === null ? '' : ` at ${code(applied.commit, 40)}`
  return [form === 'long' ? `last applied ${at} (${ago})${commit}` : `applied ${ago}${commit}`]
}
