import type {LastKnown, LastKnownManifest} from '../model/last-known.ts'
import type {Folded, KnownManifest, Memory} from '../model/memory.ts'
import {openEntries} from '../model/open-entries.ts'
import {isHeld} from './mass-drift.ts'
import {mutedUntil} from './mutes.ts'

const known = {agesKnown: true, isKept: true}

/** What is known of every Manifest that is in tazuna.yaml, checked in this run or not. */
export function toLastKnown(memory: Memory, how: Pick<LastKnown, 'agesKnown' | 'isKept'> = known): LastKnown {
  const {manifests, massDrift, mutes, lastSuccessAt, failing, alertReceivers} = memory
  // while everything seems to be gone, nothing is taken for settled
  const isKept = isHeld(massDrift) ? (name: string) => massDrift?.manifests.includes(name) === true : () => false
  const present = [...manifests].filter(([name, {goneSince}]) => goneSince === null || isKept(name))
  const muted = mutedUntil(mutes)
  const countMuted = ([name, known]: [string, KnownManifest]) =>
    openEntries(known).filter(([key]) => muted(name, key) !== null).length
  return {
    ...how,
    manifests: present.map(([name, known]) => toLastKnownManifest(name, known)),
    gone: manifests.size - present.length,
    muted: mutes.length === 0 ? 0 : present.reduce((sum, one) => sum + countMuted(one), 0),
    lastSuccessAt,
    failing,
    endedAlerts: new Map([...alertReceivers].map(([id, {ended}]) => [id, ended])),
  }
}

function toLastKnownManifest(name: string, known: KnownManifest): LastKnownManifest {
  const {folded, lastCheckedAt, lastAppliedAt, failing} = known
  const rest = {firstSeenAt: firstSeenOf(known), lastCheckedAt, failing, lastAppliedAt}
  if (folded !== null) return {name, counts: folded.counts, stateKeys: [], ...rest}
  const counts = {added: 0, modified: 0, removed: 0}
  const open = openEntries(known)
  for (const [, {diffType}] of open) if (diffType !== 'always-sync') counts[diffType] += 1
  return {name, counts, stateKeys: open.map(([stateKey]) => stateKey), ...rest}
}

/** The earliest first-seen of the open drift of a Manifest; null without drift. */
export function firstSeenOf(known: KnownManifest): string | null {
  if (known.folded !== null) return hasDrift(known.folded) ? known.folded.firstSeenAt : null
  let first: string | null = null
  for (const [, {firstSeenAt}] of openEntries(known)) if (first === null || firstSeenAt < first) first = firstSeenAt
  return first
}

/** What is folded may all be filtered. */
function hasDrift({counts}: Folded): boolean {
  return counts.added + counts.modified + counts.removed > 0
}
