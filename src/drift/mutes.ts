import type {KnownManifest, Mute, ToldEntry} from '../model/memory.ts'
import {isOpen} from '../model/open-entries.ts'
import type {StateKey} from '../model/state-key.ts'
import {isSameContent} from './known-entry.ts'
import type {Unstable} from './unstable.ts'

type Manifests = ReadonlyMap<string, KnownManifest>

/**
 * The mutes that hold after this reading. A mute ends at its time, or when diff type or hash of what is muted changes;
 * of a Manifest also with a new entry. One that was set before anything was seen is about the first content seen.
 * A mass drift ends none.
 */
export function nextMutes(
  mutes: readonly Mute[],
  manifests: Manifests,
  unstable: Unstable,
  now: string,
  massDriftHolds: boolean,
): Mute[] {
  return mutes.flatMap(mute => {
    if (mute.until <= now) return []
    if (massDriftHolds) return [mute]
    const content = contentOf(mute.key, manifests)
    if (mute.content === null) return [{...mute, content: content.size === 0 ? null : content}]
    const {content: muted} = mute
    const changed = [...content].some(([key, entry]) => {
      const before = muted.get(key)
      const was = unstable.get(key) ?? entry
      return before === undefined || !isSameContent(before, was)
    })
    if (changed) return []
    return [unstable.size === 0 ? mute : {...mute, content: new Map([...muted, ...content])}]
  })
}

/** Until when an entry is muted, by itself or by its Manifest; null if it is not. */
export function mutedUntil(mutes: readonly Mute[]): (manifest: string, stateKey: StateKey) => string | null {
  const until = new Map<string, string>()
  for (const mute of mutes) {
    const other = until.get(mute.key)
    if (other === undefined || other < mute.until) until.set(mute.key, mute.until)
  }
  if (until.size === 0) return () => null
  return (manifest, stateKey) => {
    const times = [until.get(manifest), until.get(stateKey)].filter(time => time !== undefined)
    return times.toSorted().at(-1) ?? null
  }
}

/** What a mute of this key is about now: drift that is there, not filtered. */
export function contentOf(key: string, manifests: Manifests): ReadonlyMap<StateKey, ToldEntry> {
  const own = manifests.get(key)
  const candidates =
    own === undefined ? [...manifests.values()].flatMap(({entries}) => entryOf(key, entries)) : [...own.entries]
  const present = candidates.filter(([, entry]) => isOpen(entry))
  return new Map(present.map(([stateKey, {diffType, hash}]) => [stateKey, {diffType, hash}]))
}

function entryOf<Entry>(key: StateKey, entries: ReadonlyMap<StateKey, Entry>): [StateKey, Entry][] {
  const entry = entries.get(key)
  return entry === undefined ? [] : [[key, entry]]
}
