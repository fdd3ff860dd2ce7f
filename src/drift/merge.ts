import {alertsWithout} from '../model/alert.ts'
import type {KnownEntry, KnownManifest, Memory, Mute, NotificationLog} from '../model/memory.ts'

/**
 * Two memories of one watch, after somebody saved `theirs` while this run was sending: the newer reading's ledger
 * stays, with the earliest first-seen of each entry; per notifier the log of the later delivery, as a whole, since a
 * message states all there is; and the mutes as they set them, without those that this reading ended (`loaded` is what
 * it began with). That an alert ended is kept where either has it: to say it twice does no harm.
 */
export function merge(ours: Memory, theirs: Memory, loaded: Memory): Memory {
  const newer = (theirs.lastRun?.readAt ?? '') > (ours.lastRun?.readAt ?? '') ? theirs : ours
  const older = newer === ours ? theirs : ours
  return {
    ...newer,
    manifests: mergeManifests(newer.manifests, older.manifests),
    notifiers: mergeLogs(newer.notifiers, older.notifiers),
    alertReceivers: mergeReceivers(newer.alertReceivers, older.alertReceivers),
    mutes: mergeMutes(ours.mutes, theirs.mutes, loaded.mutes),
    claim: ours.claim,
  }
}

type Manifests = ReadonlyMap<string, KnownManifest>

function mergeManifests(newer: Manifests, older: Manifests): Manifests {
  const merged = new Map(newer)
  for (const [name, known] of newer) {
    const other = older.get(name)
    if (other !== undefined) merged.set(name, withEarliest(known, other))
  }
  return merged
}

function withEarliest(known: KnownManifest, other: KnownManifest): KnownManifest {
  const entries = [...known.entries].map(([key, entry]) => [key, earliest(entry, other.entries.get(key))] as const)
  return {...known, entries: new Map(entries)}
}

function earliest(entry: KnownEntry, other: KnownEntry | undefined): KnownEntry {
  const isBoth = other !== undefined && entry.absentSince === null && other.absentSince === null
  return isBoth && other.firstSeenAt < entry.firstSeenAt ? {...entry, firstSeenAt: other.firstSeenAt} : entry
}

type Logs = ReadonlyMap<string, NotificationLog>

/** Where nobody told a notifier since, its log as it was brought in line with the newer ledger. */
function mergeLogs(newer: Logs, older: Logs): Logs {
  const merged = new Map(older)
  for (const [name, log] of newer) {
    const other = older.get(name)
    if (other === undefined || (log.deliveredAt ?? '') >= (other.deliveredAt ?? '')) merged.set(name, log)
  }
  return merged
}

type Receivers = Memory['alertReceivers']

function mergeReceivers(newer: Receivers, older: Receivers): Receivers {
  const merged = new Map([...older, ...newer])
  for (const [id, receiver] of newer) {
    const others = older.get(id)?.ended ?? []
    merged.set(id, {...receiver, ended: [...receiver.ended, ...alertsWithout(others, receiver.ended)]})
  }
  return merged
}

function mergeMutes(ours: readonly Mute[], theirs: readonly Mute[], loaded: readonly Mute[]): Mute[] {
  return theirs.flatMap(mute => {
    const kept = ours.find(other => isSame(other, mute))
    if (kept !== undefined) return [kept]
    return loaded.some(other => isSame(other, mute)) ? [] : [mute]
  })
}

function isSame(a: Mute, b: Mute): boolean {
  return a.key === b.key && a.createdAt === b.createdAt
}
