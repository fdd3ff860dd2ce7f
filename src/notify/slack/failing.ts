import type {Failing} from '../../model/memory.ts'
import type {Report} from '../../model/report.ts'
import {isJustNow, since} from '../../report/age.ts'
import {counted} from '../../report/wording.ts'
import {code} from './mrkdwn.ts'

/** `fails since 3 h, 4 runs in a row`, without the code. */
export function failsText(failing: Failing, {run}: Report): string {
  const verb = failing.code === 'not-checked' ? 'not checked' : 'fails'
  const age = isJustNow(failing.since, run) ? '' : ` ${since(failing.since, run)}`
  const row = failing.groups > 1 ? `, ${counted(failing.groups, 'run')} in a row` : ''
  return `${verb}${age}${row}`
}

/** The error code of a failure; null where all that is known is that it failed. */
export function failureCode({code: name}: Failing): string | null {
  return name === 'error' || name === 'not-checked' ? null : code(name, 60)
}
