import {isJustNow, lasted, since} from '../../report/age.ts'
import {causeText} from '../../report/cause-text.ts'
import type {Report} from '../../model/report.ts'
import type {Notification} from '../notifier.ts'
import {code} from './mrkdwn.ts'
import type {ResolvedRow, StatedRow} from './stated.ts'

/** One entry of open drift: what it is, what is new about it, how old it is, and its hashes in this run. */
export function rowLine(notification: Notification, row: StatedRow): string {
  const facts = [...statusFacts(notification, row), row.hashes].filter(fact => fact !== null && fact !== '')
  return [`• *${row.diffType}* ${code(row.object, 300)}`, ...facts].join(' · ')
}

/** One entry that is proven to be no drift any more. */
export function resolvedLine({diffType, object, firstSeenAt, absentSince, wasTold}: ResolvedRow): string {
  const facts = [
    wasTold ? null : 'came and went',
    wasTold || diffType === 'removed' ? endText(diffType) : null,
    `was open ${lasted(firstSeenAt, absentSince)}`,
  ].filter(fact => fact !== null)
  return [`✓ *${diffType}* ${code(object, 300)}`, ...facts].join(' · ')
}

/** tazuna also forgets a `removed` row whose object stays: a row that disappears is no proof of a deletion. */
function endText(diffType: ResolvedRow['diffType']): string {
  return diffType === 'removed' ? 'put back, or no longer recorded in State: not known to be deleted' : 'in sync again'
}

function statusFacts({reasons, report}: Notification, row: StatedRow): string[] {
  const {run} = report
  const {status, again, firstSeenAt, changedAt, diffType, cause} = row
  const age = isJustNow(firstSeenAt, run) ? null : since(firstSeenAt, run)
  if (status === 'changed') {
    const how = diffType === 'removed' ? 'was not removed before' : 'other content'
    return [`changed: ${how} ${since(changedAt, run)}`, ...(age === null ? [] : [`drift ${age}`])]
  }
  const isFirst = status === 'new' && isNew(row, reasons, run)
  const words = [isFirst ? 'new' : null, again ? 'again' : null, isFirst ? causeText(cause) : null, age]
  const text = words.filter(word => word !== null).join(', ')
  return text === '' ? [] : [text]
}

/** To a notifier that was told nothing all is new; what there was before the first run nobody knows. */
function isNew({firstSeenAt}: StatedRow, reasons: Notification['reasons'], run: Report['run']): boolean {
  if (!reasons.includes('baseline')) return true
  return run.previousRunAt !== null && isJustNow(firstSeenAt, run)
}
