import type {DiffEntry} from '../../src/model/diff-entry.ts'
import type {RunFacts} from './run-facts.ts'
import {isIgnored} from './world.ts'

/** The State of a Manifest moved, and nothing of it is drift: that is no proof that it is in sync. */
export function isDoubtful({truth, ignore, now}: Pick<RunFacts, 'truth' | 'ignore' | 'now'>): boolean {
  return [...truth.moved].some(name => !truth.checked.get(name)?.some(row => isDrift(row, ignore, now)))
}

export function isDrift(row: DiffEntry, ignore: RunFacts['ignore'], now: number): boolean {
  return row.diffType !== 'always-sync' && !isIgnored(row, ignore, now)
}
