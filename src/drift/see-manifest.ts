import type {Cause} from '../model/cause.ts'
import type {FilteredEntry, LedgerManifest} from '../model/ledger.ts'
import type {Folded, KnownEntry, KnownManifest} from '../model/memory.ts'
import {contentFingerprint} from '../model/content-fingerprint.ts'
import {isOpen} from '../model/open-entries.ts'
import {normaliseTimestamp} from '../model/time.ts'
import {failAgain} from './failing.ts'
import {seeEntry, type EntryReading} from './known-entry.ts'
import type {Observation} from './observation.ts'

export type SeenManifest = {
  readonly known: KnownManifest
  /** Entries that came back after they had been proven absent. */
  readonly returned: readonly string[]
  /** Entries with another hash although nothing that it depends on changed. */
  readonly unstable: readonly string[]
}

/** What a reading says of how much it proves. */
export type Proof = {
  readonly now: string
  /** Of the memory, for the hashes of Secrets. */
  readonly key: string
  /** Of the artifact of the run before: a Manifest that was not in it came with the one after it. */
  readonly previousDigest: string | null
  /** While a mass drift holds, nothing resolves. */
  readonly massDriftHolds: boolean
}

/** More than any `minSightings`: what was folded has been seen before. */
const often = 1000

const unknownManifest: KnownManifest = {
  hasState: false,
  lastCheckedAt: null,
  lastAppliedAt: null,
  digest: null,
  failing: null,
  goneSince: null,
  entries: new Map(),
  folded: null,
}

/**
 * What is known of one Manifest after a reading. A row that was not printed is proven absent only if the Manifest was
 * checked, it is known what was expected, the two reads agreed, and no mass drift holds; whatever else happened keeps
 * what was known.
 */
export function seeManifest(
  known: KnownManifest | undefined,
  manifest: LedgerManifest,
  rows: readonly FilteredEntry[],
  seen: Observation,
  proof: Proof,
): SeenManifest {
  const before = known ?? unknownManifest
  const {name, state, resources} = manifest
  const lastAppliedAt = seen.listKnown ? normaliseTimestamp(manifest.lastAppliedAt) : before.lastAppliedAt
  const present = {...before, goneSince: null, lastAppliedAt}
  if (state !== 'checked') {
    // what failed stays so until it is looked at again
    const code = before.failing?.code === 'error' ? 'error' : state
    return {known: {...present, failing: failAgain(before.failing, code, seen)}, returned: [], unstable: []}
  }
  const checked = {
    ...present,
    failing: null,
    lastCheckedAt: proof.now,
    hasState: seen.listKnown ? resources !== null : before.hasState,
  }
  if (before.folded !== null && !isWhole(name, seen)) return {known: checked, returned: [], unstable: []}

  const digest = seen.source?.digest ?? null
  const fold = before.folded
  const reading: EntryReading = {
    now: proof.now,
    group: seen.run.group,
    key: proof.key,
    digest,
    firstSeenAt: fold?.firstSeenAt ?? null,
    alreadySeen: fold === null ? 0 : often,
    cause: fold === null ? causeOf(known, proof.previousDigest, digest) : null,
  }
  const entries = new Map<string, KnownEntry>()
  const returned: string[] = []
  const unstable: string[] = []
  for (const row of rows) {
    const {stateKey} = row.entry
    const entry = seeEntry(before.entries.get(stateKey), row, reading)
    entries.set(stateKey, entry.known)
    if (entry.returned) returned.push(stateKey)
    if (entry.isUnstable) unstable.push(stateKey)
  }
  const provesAbsence = isWhole(name, seen) && !proof.massDriftHolds
  for (const [stateKey, entry] of before.entries) {
    if (entries.has(stateKey)) continue
    entries.set(stateKey, provesAbsence ? {...entry, absentSince: entry.absentSince ?? proof.now} : entry)
  }
  const unfolded = fold === null ? withAge(entries, seen.recovered.get(name)) : asUnchanged(entries, fold)
  return {known: {...checked, digest, entries: unfolded, folded: null}, returned, unstable}
}

/** What came since the Manifest was last checked, with which artifact; one that is not known, since the run before. */
function causeOf(known: KnownManifest | undefined, previousDigest: string | null, digest: string | null): Cause | null {
  const before = known === undefined ? previousDigest : known.digest
  if (before === null || digest === null) return null
  if (before !== digest) return 'new-artifact'
  // what is not known was perhaps there all the time
  return known === undefined ? null : 'same-artifact'
}

/** Whether the block of a checked Manifest is all there is to it: only then a folded one is compared. */
function isWhole(name: string, {listKnown, moved}: Observation): boolean {
  return listKnown && !moved.has(name)
}

/** The oldest drift of the Manifest is as old as another place says, if that is older. */
function withAge(entries: ReadonlyMap<string, KnownEntry>, age: string | undefined): ReadonlyMap<string, KnownEntry> {
  if (age === undefined) return entries
  const open = [...entries.values()].filter(isOpen).map(({firstSeenAt}) => firstSeenAt)
  const oldest = open.toSorted()[0]
  if (oldest === undefined || oldest <= age) return entries
  return new Map(
    [...entries].map(([key, entry]) => [key, entry.firstSeenAt === oldest ? {...entry, firstSeenAt: age} : entry]),
  )
}

/** Entries that agree with what was folded have not changed since. */
function asUnchanged(entries: ReadonlyMap<string, KnownEntry>, fold: Folded): ReadonlyMap<string, KnownEntry> {
  const drift = [...entries].filter(([, {filteredBy}]) => filteredBy === null)
  if (contentFingerprint(drift) !== fold.fingerprint) return entries
  return new Map([...entries].map(([key, entry]) => [key, {...entry, changedAt: fold.firstSeenAt}]))
}
