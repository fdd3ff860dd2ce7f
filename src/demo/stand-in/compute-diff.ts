import {compareBytes} from './byte-order.ts'
import type {StateEntries} from './state-data.ts'

/** One row of `state diff` before printing; a hash is empty where there is none. */
export type DiffRow = {
  readonly diffType: 'added' | 'modified' | 'removed' | 'always-sync'
  readonly key: string
  readonly oldHash: string
  readonly newHash: string
}

/**
 * Recorded against rendered: added, modified, removed, always-sync, each by State key in byte order. With
 * `alwaysSync` every rendered object is always-sync, also an unchanged one (tazuna: state.ComputeDiff).
 */
export function computeDiff(recorded: StateEntries, rendered: StateEntries, alwaysSync: boolean): DiffRow[] {
  const rows: DiffRow[] = []
  for (const [key, newHash] of rendered) {
    const oldHash = recorded.get(key)
    if (alwaysSync) rows.push({diffType: 'always-sync', key, oldHash: '', newHash})
    else if (oldHash === undefined) rows.push({diffType: 'added', key, oldHash: '', newHash})
    else if (oldHash !== newHash) rows.push({diffType: 'modified', key, oldHash, newHash})
  }
  for (const [key, oldHash] of recorded) {
    if (!rendered.has(key)) rows.push({diffType: 'removed', key, oldHash, newHash: ''})
  }
  return rows.toSorted((a, b) => order[a.diffType] - order[b.diffType] || compareBytes(a.key, b.key))
}

const order = {added: 0, modified: 1, removed: 2, 'always-sync': 3} as const
