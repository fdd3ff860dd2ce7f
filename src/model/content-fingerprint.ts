import {hash} from 'node:crypto'

import type {StateKey} from './state-key.ts'

/** What of an entry counts as its content. */
export type EntryContent = {readonly diffType: string; readonly hash: string | null}

/**
 * One value for the content of many entries, whatever their order, as 32 hex digits: two sets with the same one are
 * the same. For the entries of a Manifest give those that are present and not filtered.
 */
export function contentFingerprint(entries: Iterable<readonly [StateKey, EntryContent]>): string {
  const lines = Array.from(entries, ([stateKey, {diffType, hash}]) => JSON.stringify([stateKey, diffType, hash]))
  return hash('sha256', lines.toSorted().join('\n')).slice(0, 32)
}
