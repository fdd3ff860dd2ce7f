import {contentFingerprint} from '../model/content-fingerprint.ts'
import type {Folded, KnownManifest, Memory, NotificationLog, ToldManifest} from '../model/memory.ts'
import {openEntries} from '../model/open-entries.ts'
import {isSameContent} from './is-same-content.ts'

/**
 * The memory with as few Manifests folded, largest first, as it takes to keep to `limit` bytes; larger than that only
 * where nothing is left to fold. Of a folded Manifest stay a fingerprint, counts and an age, and in each log the
 * fingerprint of what was told. `sizeOf` is slow: it is asked a few times, for the rest sizes are estimated. The last
 * memory that it was asked for is the one that is given back. `before` are those that had to be folded a moment ago.
 */
export function fold(
  memory: Memory,
  limit: number,
  sizeOf: (memory: Memory) => number,
  before: readonly string[] = [],
): Memory {
  const again = before.length === 0 ? memory : foldThese(memory, before)
  if (again !== memory && sizeOf(again) <= limit) return again
  const size = sizeOf(memory)
  const candidates = size <= limit ? [] : weigh(memory).toSorted((a, b) => b.weight - a.weight)
  if (candidates.length === 0) return memory
  const smallest = sizeOf(foldThese(memory, namesOf(candidates)))
  const weight = candidates.reduce((sum, candidate) => sum + candidate.weight, 0)
  for (let margin = 0.02; ; margin *= 2) {
    const excess = size - limit * (1 - margin)
    const largest = atLeast(candidates, (excess / Math.max(1, size - smallest)) * weight)
    const folded = foldThese(memory, namesOf(largest))
    if (sizeOf(folded) <= limit || largest.length === candidates.length) return folded
  }
}

/** The names of all folded Manifests, also of those that were so before. */
export function foldedNames({manifests}: Memory): string[] {
  return [...manifests].flatMap(([name, {folded}]) => (folded === null ? [] : [name]))
}

type Candidate = {readonly name: string; readonly weight: number}

/** About what folding each Manifest saves, in characters. */
function weigh({manifests, notifiers}: Memory): Candidate[] {
  const logs = [...notifiers.values()]
  return [...manifests].flatMap(([name, known]) => {
    if (known.entries.size === 0 && known.folded === null) return []
    const told = logs.flatMap(log => log.manifests.get(name) ?? [])
    // what was told of the drift as it is takes a word
    const written = told.flatMap(({entries, left}) => (isSameContent(entries, known) ? [left] : [entries, left]))
    const keyed = [known.entries, ...written]
    const weight = keyed.reduce((sum, map) => sum + weightOf(map), 0)
    return weight === 0 ? [] : [{name, weight}]
  })
}

/** Besides its key an entry has hashes and times, which all take about as much. */
function weightOf(keyed: ReadonlyMap<string, unknown>): number {
  let weight = 0
  for (const stateKey of keyed.keys()) weight += stateKey.length + 100
  return weight
}

/** The first ones that together have this weight. */
function atLeast(candidates: readonly Candidate[], wanted: number): Candidate[] {
  let weight = 0
  const end = candidates.findIndex(candidate => (weight += candidate.weight) >= wanted)
  return candidates.slice(0, end === -1 ? candidates.length : end + 1)
}

function namesOf(candidates: readonly Candidate[]): string[] {
  return candidates.map(({name}) => name)
}

function foldThese(memory: Memory, manifests: readonly string[]): Memory {
  const names = new Set(manifests)
  return {
    ...memory,
    manifests: mapNamed(memory.manifests, names, foldManifest),
    notifiers: new Map([...memory.notifiers].map(([name, log]) => [name, foldLog(log, names)])),
  }
}

function foldLog(log: NotificationLog, names: ReadonlySet<string>): NotificationLog {
  return {...log, manifests: mapNamed(log.manifests, names, foldTold)}
}

function mapNamed<T>(map: ReadonlyMap<string, T>, names: ReadonlySet<string>, change: (value: T) => T): Map<string, T> {
  return new Map([...map].map(([name, value]) => [name, names.has(name) ? change(value) : value]))
}

function foldManifest(known: KnownManifest): KnownManifest {
  return known.entries.size === 0 ? known : {...known, entries: new Map(), folded: toFolded(known)}
}

/** The age is that of the oldest drift; where all was filtered, of the oldest row. */
function toFolded(known: KnownManifest): Folded {
  const present = openEntries(known)
  const count = (type: string) => present.filter(([, {diffType}]) => diffType === type).length
  const aged = present.length > 0 ? present.map(([, entry]) => entry) : [...known.entries.values()]
  return {
    fingerprint: contentFingerprint(present),
    counts: {added: count('added'), modified: count('modified'), removed: count('removed')},
    firstSeenAt: aged.map(({firstSeenAt}) => firstSeenAt).toSorted()[0]!,
  }
}

/** Who was told nothing still was told nothing. What had left is forgotten: without keys nothing can come back. */
function foldTold(told: ToldManifest): ToldManifest {
  const folded = told.entries.size === 0 ? told.folded : contentFingerprint(told.entries)
  return {...told, entries: new Map(), folded, left: new Map()}
}
