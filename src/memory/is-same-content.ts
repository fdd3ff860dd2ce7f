import type {KnownManifest, ToldManifest} from '../model/memory.ts'
import {openEntries} from '../model/open-entries.ts'

/** Whether what was told of a Manifest is its drift as it is: it is kept as one word then. Nothing told is not. */
export function isSameContent(told: ToldManifest['entries'], known: KnownManifest): boolean {
  const present = openEntries(known)
  if (told.size === 0 || told.size !== present.length) return false
  return present.every(([stateKey, {diffType, hash}]) => {
    const entry = told.get(stateKey)
    return entry !== undefined && entry.diffType === diffType && entry.hash === hash
  })
}
