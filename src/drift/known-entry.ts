import type {Cause} from '../model/cause.ts'
import type {FilteredEntry} from '../model/ledger.ts'
import type {KnownEntry, ToldEntry} from '../model/memory.ts'
import {isSameHash, toKnownHash} from '../model/known-hash.ts'

/** A reading, as far as it concerns one entry. */
export type EntryReading = {
  readonly now: string
  readonly group: string
  /** Of the artifact; null of a folder. */
  readonly digest: string | null
  /** Of the memory, for the hashes of Secrets. */
  readonly key: string
  /** For a Manifest that was folded, or whose age is known from elsewhere: no entry of it is younger. */
  readonly firstSeenAt: string | null
  readonly alreadySeen: number
  /** With what comes what was not there before. */
  readonly cause: Cause | null
}

export type SeenEntry = {readonly known: KnownEntry; readonly isUnstable: boolean; readonly returned: boolean}

/**
 * What is known of an entry after a row of it was printed. Age survives filters and changes of content; an entry that
 * had been proven absent starts anew. Another hash from the same artifact over the same State is no change but an
 * unstable rendering.
 */
export function seeEntry(before: KnownEntry | undefined, row: FilteredEntry, reading: EntryReading): SeenEntry {
  const {entry, filteredBy} = row
  const {manifest, stateKey, diffType} = entry
  const {now, group, key, digest} = reading
  const hash = toKnownHash(manifest, stateKey, entry.newHash ?? entry.oldHash, key)
  const stored = diffType === 'modified' ? entry.oldHash : null
  const seen = {
    diffType,
    hash,
    storedHash: toKnownHash(manifest, stateKey, stored, key),
    digest,
    lastSeenAt: now,
    group,
    filteredBy,
    absentSince: null,
  }
  if (before === undefined || before.absentSince !== null) {
    const again = before !== undefined
    const firstSeenAt = reading.firstSeenAt ?? now
    const sightings = reading.alreadySeen + 1
    const known = {...seen, firstSeenAt, changedAt: now, sightings, again, cause: reading.cause}
    return {known, isUnstable: false, returned: again}
  }
  const same = isSameContent(before, seen)
  const isUnstable = !same && digest !== null && digest === before.digest && isSameState(before, seen)
  const known = {
    ...before,
    ...seen,
    hash: hash ?? (same ? before.hash : null),
    storedHash: seen.storedHash ?? (same ? before.storedHash : null),
    changedAt: same || isUnstable ? before.changedAt : now,
    sightings: before.group === group ? before.sightings : before.sightings + 1,
  }
  return {known, isUnstable, returned: false}
}

/** Diff type and hash are the value of an entry; a hash that is not known is no other one. */
export function isSameContent(a: ToldEntry, b: ToldEntry): boolean {
  return a.diffType === b.diffType && isSameHash(a.hash, b.hash)
}

function isSameState(before: KnownEntry, seen: Pick<KnownEntry, 'diffType' | 'storedHash'>): boolean {
  if (before.diffType !== seen.diffType || before.storedHash === null || seen.storedHash === null) return false
  return isSameHash(before.storedHash, seen.storedHash)
}
