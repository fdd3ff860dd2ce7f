import type {ManifestNotice} from '../../model/notice.ts'
import type {Report} from '../../model/report.ts'
import {isJustNow, since} from '../../report/age.ts'
import type {Notification} from '../notifier.ts'
import {failsText, failureCode} from './failing.ts'
import {nameList} from './name-list.ts'

/** What fails, how long, and what that means; `named` Manifests by name. */
export function checkFailedOpening({failing, report, manifests}: Notification, named: number): string {
  const failed = manifests.filter(({reasons}) => reasons.includes('check-failed'))
  const sentences: string[] = []
  if (failing !== null && failing.groups > 1) {
    const name = failureCode(failing)
    // of the runs before it the code is not known
    sentences.push(`The check ${failsText(failing, report)}${name === null ? '' : `, now with ${name}`}`)
  }
  if (failed.length > 0) sentences.push(manifestsFail(failed, report, named))
  if (sentences.length === 0) return 'The check did not complete: what was not checked is not known to be in sync.'
  return `${sentences.join('. ')}. What was not checked is not known to be in sync.`
}

export function checkRecoveredOpening({manifests}: Notification, named: number): string {
  const recovered = manifests.filter(({reasons}) => reasons.includes('check-recovered'))
  if (recovered.length === 0) return 'The check works again.'
  return `${nameList(recovered, named)} ${recovered.length === 1 ? 'is' : 'are'} checked again.`
}

function manifestsFail(failed: readonly ManifestNotice[], report: Report, named: number): string {
  const names = nameList(failed, named)
  const [only] = failed
  if (failed.length === 1 && only !== undefined && only.failing !== null) {
    return `${names} ${only.failing.code === 'not-checked' ? 'is ' : ''}${failsText(only.failing, report)}`
  }
  const oldest = failed.flatMap(({failing}) => failing?.since ?? []).toSorted()[0]
  const age = oldest === undefined || isJustNow(oldest, report.run) ? '' : ` ${since(oldest, report.run)}`
  return `${names} could not be checked${age}`
}
