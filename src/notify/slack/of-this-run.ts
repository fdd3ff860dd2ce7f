import type {Report} from '../../model/report.ts'
import {isJustNow} from '../../report/age.ts'
import type {StatedManifest} from './stated.ts'

/**
 * Whether what is new to the notifier was first seen in this run. If not, it was muted or seen too seldom, or nothing
 * could be delivered. Of what was too much to remember, that it is another is known only where it was told before.
 */
export function isOfThisRun({rows, folded, notice}: StatedManifest, {run}: Report): boolean {
  if (folded !== null) return notice.reasons.includes('new-entries') || isJustNow(folded.firstSeenAt, run)
  const fresh = rows.filter(({status}) => status === 'new')
  return (fresh.length > 0 ? fresh : rows).every(({firstSeenAt}) => isJustNow(firstSeenAt, run))
}
