import type {Failing} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'
import type {Observation} from './observation.ts'

/** One more failure in a row, whatever its code; runs of one group count once. */
export function failAgain(before: Failing | null, code: string, {run, now}: Observation): Failing {
  const {group} = run
  if (before === null) return {code, groups: 1, group, since: toTimestamp(now)}
  return {...before, code, group, groups: before.group === group ? before.groups : before.groups + 1}
}

/**
 * The error code of a run that failed as a whole: nothing was checked, it is not known what should have been, or it
 * ended with an error although every Manifest was checked. Else null: what failed are Manifests.
 */
export function runFailure({outcome, errorCode, listKnown, manifests}: Observation): string | null {
  if (errorCode === null) return null
  const asWhole = outcome === 'failed' || !listKnown || manifests.every(({state}) => state === 'checked')
  return asWhole ? errorCode : null
}
