import type {KnownEntry, KnownManifest} from './memory.ts'
import type {StateKey} from './state-key.ts'

/** Whether an entry is drift now, as far as is known: there, and not filtered. */
export function isOpen({absentSince, filteredBy}: Pick<KnownEntry, 'absentSince' | 'filteredBy'>): boolean {
  return absentSince === null && filteredBy === null
}

/** The drift of a Manifest as it is counted, folded and told, in the order in which it is kept. */
export function openEntries({entries}: Pick<KnownManifest, 'entries'>): [StateKey, KnownEntry][] {
  return [...entries].filter(([, entry]) => isOpen(entry))
}
