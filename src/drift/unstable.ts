import type {KnownManifest, Memory, NotificationLog, ToldEntry, ToldManifest} from '../model/memory.ts'
import type {StateKey} from '../model/state-key.ts'
import {isSameContent} from './known-entry.ts'
import type {SeenManifest} from './see-manifest.ts'

/** Entries that an unstable rendering gave another hash, as they were before: who knew that knows the new one. */
export type Unstable = ReadonlyMap<StateKey, ToldEntry>

/** By State key: two Manifests share one only where it is raw, and then it is one object. */
export function unstableEntries(before: Memory, readings: ReadonlyMap<string, SeenManifest>): Unstable {
  return new Map(
    [...readings].flatMap(([name, {unstable}]) =>
      unstable.flatMap(key => {
        const entry = before.manifests.get(name)?.entries.get(key)
        return entry === undefined ? [] : [[key, entry] as const]
      }),
    ),
  )
}

/** The log, in which what was told of an entry that renders differently each time is what it renders now. */
export function followUnstable(
  log: NotificationLog,
  manifests: ReadonlyMap<string, KnownManifest>,
  unstable: Unstable,
): NotificationLog {
  if (unstable.size === 0) return log
  const follow = (name: string, told: ToldManifest): ToldManifest => ({
    ...told,
    entries: new Map(
      [...told.entries].map(([key, entry]) => {
        const [was, is] = [unstable.get(key), manifests.get(name)?.entries.get(key)]
        const isFollowed = was !== undefined && is !== undefined && isSameContent(entry, was)
        return [key, isFollowed ? {diffType: is.diffType, hash: is.hash} : entry]
      }),
    ),
  })
  return {...log, manifests: new Map([...log.manifests].map(([name, told]) => [name, follow(name, told)]))}
}
