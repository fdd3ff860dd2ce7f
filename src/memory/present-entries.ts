import type {KnownEntry, KnownManifest, ToldManifest} from '../model/memory.ts'
import type {StateKey} from '../model/state-key.ts'

/** The entries of a Manifest that are there and not filtered: its drift, as it is counted, folded and told. */
export function presentEntries(manifest: KnownManifest): [StateKey, KnownEntry][] {
  return [...manifest.entries].filter(([, {absentSince, filteredBy}]) => absentSince === null && filteredBy === null)
}

/** Whether what was told of a Manifest is its drift as it is: it is kept as one word then. Nothing told is not. */
export function isSameContent(told: ToldManifest['entries'], known: KnownManifest): boolean {
  const present = presentEntries(known)
  if (told.size === 0 || told.size !== present.length) return false
  return present.every(([stateKey, {diffType, hash}]) => {
    const entry = told.get(stateKey)
    return entry !== undefined && entry.diffType === diffType && entry.hash === hash
  })
}
