import type {KnownEntry, Memory} from '../model/memory.ts'
import {openEntries} from '../model/open-entries.ts'
import type {StateKey} from '../model/state-key.ts'
import {mutedUntil} from './mutes.ts'
import type {NotifierRules} from './notifier-rules.ts'

export type Open = readonly [StateKey, KnownEntry]

/** Open drift that one notifier is to know of, by Manifest: what it matches, and is not muted. Gone Manifests have none. */
export function concernedEntries(memory: Memory, rules: NotifierRules): ReadonlyMap<string, readonly Open[]> {
  const muted = mutedUntil(memory.mutes)
  return collect(memory, rules, (manifest, key) => muted(manifest, key) === null)
}

/** Whether one notifier is to know of an entry, be it there or gone: it matches it, and it is not muted. */
export function isOfInterest({mutes}: Memory, {matches}: NotifierRules): IsOfInterest {
  const muted = mutedUntil(mutes)
  return (manifest, stateKey, {diffType}) =>
    matches.entry({manifest, stateKey, diffType}) && muted(manifest, stateKey) === null
}

export type IsOfInterest = (manifest: string, stateKey: StateKey, entry: KnownEntry) => boolean

/** Entries that one notifier would know of if they were not muted. */
export function countMuted(memory: Memory, rules: NotifierRules): number {
  if (memory.mutes.length === 0) return 0
  const muted = mutedUntil(memory.mutes)
  const entries = collect(memory, rules, (manifest, key) => muted(manifest, key) !== null)
  return [...entries.values()].reduce((sum, open) => sum + open.length, 0)
}

function collect(
  {manifests}: Memory,
  {matches}: NotifierRules,
  isWanted: (manifest: string, key: StateKey) => boolean,
): ReadonlyMap<string, readonly Open[]> {
  const found = new Map<string, readonly Open[]>()
  for (const [manifest, known] of manifests) {
    if (known.goneSince !== null) continue
    const open = openEntries(known).filter(
      ([stateKey, {diffType}]) => matches.entry({manifest, stateKey, diffType}) && isWanted(manifest, stateKey),
    )
    if (open.length > 0) found.set(manifest, open)
  }
  return found
}
