import type {KnownEntry, KnownManifest} from '../model/memory.ts'
import type {StateKey} from '../model/state-key.ts'

/** The entries of a Manifest that are there and not filtered: its drift, as it is counted, folded and told. */
export function presentEntries(manifest: KnownManifest): [StateKey, KnownEntry][] {
  return [...manifest.entries].filter(([, {absentSince, filteredBy}]) => absentSince === null && filteredBy === null)
}
