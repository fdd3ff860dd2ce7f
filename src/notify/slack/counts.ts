import type {Report} from '../../model/report.ts'
import {addCounts, totalOf} from '../../report/drifted-manifests.ts'
import {counted, countedEntries, countsText, grouped, mutedText} from '../../report/wording.ts'
import type {Notification} from '../notifier.ts'
import type {ResolvedRow, Stated, StatedManifest} from './stated.ts'

/** The counts, as one line: what is open, what was checked, what is muted. Empty where nothing is known. */
export function countsLine(notification: Notification, {drifted}: Stated): string {
  const {report, muted} = notification
  const parts = [rowsText(notification, drifted), outcomesText(report), muted > 0 ? mutedText(muted) : '']
  const line = parts.filter(part => part !== '').join(' · ')
  return line.charAt(0).toUpperCase() + line.slice(1)
}

/** `1 removed, 2 modified` of some Manifests, folded ones too. */
export function openText(drifted: readonly StatedManifest[]): string {
  return countsText(addCounts(drifted.map(({counts}) => counts)))
}

/**
 * `2 new, 1 changed, 3 still open`, or `all new`: what is another for this notifier than before. Empty for a baseline,
 * to which nothing was told before.
 */
export function statusText({reasons}: Pick<Notification, 'reasons'>, drifted: readonly StatedManifest[]): string {
  if (reasons.includes('baseline')) return ''
  const counts = {new: 0, changed: 0, open: 0, earlier: 0, again: 0, folded: 0}
  for (const {notice, rows, folded, counts: all} of drifted) {
    if (folded !== null) counts.folded += totalOf(all)
    for (const {status, again} of rows) {
      counts[status === 'open' && !notice.checked ? 'earlier' : status] += 1
      if (status === 'new' && again) counts.again += 1
    }
  }
  const parts = [
    [counts.new, counts.again > 0 ? `new (${grouped(counts.again)} again)` : 'new'],
    [counts.changed, 'changed'],
    [counts.open, 'still open'],
    [counts.earlier, 'known from earlier runs'],
    [counts.folded, 'counted only'],
  ] as const
  const there = parts.filter(([count]) => count > 0)
  const [only] = there
  if (there.length === 1 && only !== undefined) return only[0] === 1 ? only[1] : `all ${only[1]}`
  return there.map(([count, word]) => `${grouped(count)} ${word}`).join(', ')
}

/** `2 entries in sync again, 1 no longer listed as removed`: an object that was `removed` need not be deleted. */
export function resolvedText(resolved: readonly ResolvedRow[]): string {
  const told = resolved.filter(({wasTold}) => wasTold)
  const removed = told.filter(({diffType}) => diffType === 'removed').length
  const parts = [
    [told.length - removed, 'in sync again'],
    [removed, 'no longer listed as removed'],
    [resolved.length - told.length, 'came and went'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, words], index) => `${index === 0 ? countedEntries(count) : grouped(count)} ${words}`)
    .join(', ')
}

/** How many Manifests were checked. */
export function checkedText({summary}: Report): string {
  if (summary === null) return 'nothing was checked'
  const {expected, checked} = summary.coverage
  return expected === null
    ? `checked ${counted(checked, 'Manifest')}, of how many is unknown`
    : `checked ${grouped(checked)} of ${counted(expected, 'Manifest')}`
}

function rowsText(notification: Notification, drifted: readonly StatedManifest[]): string {
  if (drifted.length === 0) return ''
  const status = statusText(notification, drifted)
  const texts = [`*${openText(drifted)}*`, status === '' ? '' : `: ${status}`]
  return [...texts, outsideText(notification, drifted)].join('')
}

/** The rows of this run that go past this notifier: by its `match`, or since they have to be seen more often. */
function outsideText({report, muted}: Notification, drifted: readonly StatedManifest[]): string {
  if (report.summary === null) return ''
  const own = rowCount(drifted.filter(({notice}) => notice.checked))
  const others = totalOf(report.summary.entries) - own - muted
  return others > 0 ? ` (and ${counted(others, 'more row')} that this notifier is not told of)` : ''
}

function rowCount(drifted: readonly StatedManifest[]): number {
  return totalOf(addCounts(drifted.map(({counts}) => counts)))
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
