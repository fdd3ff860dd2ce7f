import type {NotificationLog} from '../model/memory.ts'
import {isSameReference, type MessageReference} from '../model/message-reference.ts'
import type {Notice} from '../model/notice.ts'
import type {Reason} from '../model/report.ts'

/** What people are to see where everybody looks, not below an older message. */
const news: ReadonlySet<Reason> = new Set([
  'mass-drift',
  'check-failed',
  'baseline',
  'first-drift',
  'new-entries',
  'manifest-gone',
])

/**
 * The message that a notice goes on with: changes, reminders and what is settled belong below the message that told of
 * it, if one message told of it all. What is new, or `removed` by now, stands by itself.
 */
export function threadOf(notice: Omit<Notice, 'thread'>, log: NotificationLog | undefined): MessageReference | null {
  const {reasons, manifests} = notice
  const isNews = reasons.some(reason => news.has(reason))
  const isRemovedNow = manifests.some(({open}) =>
    open.some(({diffType, status}) => diffType === 'removed' && status !== 'open'),
  )
  if (log === undefined || isNews || isRemovedNow) return null
  const [first = null, ...others] = [
    ...(isAboutRun(notice, log) ? [log.reference] : []),
    ...manifests.map(({name}) => log.manifests.get(name)?.reference ?? null),
  ]
  if (first === null) return null
  return others.every(other => other !== null && isSameReference(first, other)) ? first : null
}

function isAboutRun({failing, massDrift, reasons}: Omit<Notice, 'thread'>, {failure}: NotificationLog): boolean {
  return failing !== null || massDrift !== null || (failure !== null && reasons.includes('check-recovered'))
}
