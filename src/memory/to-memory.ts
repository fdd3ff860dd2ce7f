import type {
  KnownAlertReceiver,
  KnownEntry,
  KnownManifest,
  Memory,
  Mute,
  NotificationLog,
  ToldEntry,
  ToldManifest,
} from '../model/memory.ts'
import type {StateKey} from '../model/state-key.ts'
import {openEntries} from '../model/open-entries.ts'
import type {
  ContentDocument,
  EntryDocument,
  KeyDocument,
  ManifestDocument,
  MemoryDocument,
  NotifierDocument,
  ToldDocument,
} from './schema.ts'

/** The memory that a document of the newest version stands for. */
export function toMemory(document: MemoryDocument): Memory {
  const {cluster, watch, key, lastRun = null, massDrift} = document
  const manifests = new Map(
    document.manifests.map(manifest => [manifest.name, toManifest(manifest, lastRun?.group)] as const),
  )
  return {
    cluster,
    watch,
    source: document.source ?? null,
    digest: document.digest ?? null,
    key,
    lastRun,
    lastSuccessAt: document.lastSuccessAt ?? null,
    agesLost: document.agesLost ?? false,
    failing: document.failing ?? null,
    massDrift: massDrift === undefined ? null : {...massDrift, over: massDrift.over ?? false},
    manifests,
    notifiers: new Map(document.notifiers.map(notifier => [notifier.name, toLog(notifier, manifests)])),
    alertReceivers: new Map(document.alertReceivers?.map(receiver => [receiver.id, toReceiver(receiver)])),
    mutes: document.mutes.map(toMute),
    claim: document.claim ?? null,
  }
}

function toManifest(manifest: ManifestDocument, lastGroup: string | undefined): KnownManifest {
  const {name, lastCheckedAt = null, entries = []} = manifest
  return {
    hasState: manifest.hasState ?? false,
    lastCheckedAt,
    lastAppliedAt: manifest.lastAppliedAt ?? null,
    digest: manifest.digest ?? null,
    failing: manifest.failing ?? null,
    goneSince: manifest.goneSince ?? null,
    entries: new Map(entries.map(entry => [toStateKey(entry, name), toEntry(entry, manifest, lastGroup)] as const)),
    folded: manifest.folded ?? null,
  }
}

function toEntry(
  entry: EntryDocument,
  known: Pick<ManifestDocument, 'lastCheckedAt' | 'digest'>,
  lastGroup: string | undefined,
): KnownEntry {
  const {digest = known.digest ?? ''} = entry
  const {firstSeenAt, changedAt = firstSeenAt, lastSeenAt = known.lastCheckedAt, group = lastGroup} = entry
  return {
    diffType: entry.type,
    hash: entry.hash ?? null,
    storedHash: entry.storedHash ?? null,
    digest: digest === '' ? null : digest,
    firstSeenAt,
    changedAt,
    lastSeenAt: lastSeenAt ?? firstSeenAt,
    sightings: entry.sightings ?? 1,
    group: group ?? '',
    filteredBy: entry.filteredBy ?? null,
    again: entry.again ?? false,
    cause: entry.cause ?? null,
    absentSince: entry.absentSince ?? null,
  }
}

function toLog(notifier: NotifierDocument, known: ReadonlyMap<string, KnownManifest>): NotificationLog {
  const {manifests = []} = notifier
  return {
    joinedAt: notifier.joinedAt,
    configuredAt: notifier.configuredAt,
    baselineAt: notifier.baselineAt ?? null,
    deliveredAt: notifier.deliveredAt ?? null,
    failedSince: notifier.failedSince ?? null,
    failure: notifier.failure ?? null,
    massDrift: notifier.massDrift ?? null,
    reference: notifier.reference ?? null,
    manifests: new Map(manifests.map(told => [told.name, toTold(told, known.get(told.name))])),
  }
}

function toTold(told: ToldDocument, known: KnownManifest | undefined): ToldManifest {
  const {name, entries = [], left = []} = told
  return {
    toldAt: told.toldAt,
    reasons: told.reasons ?? [],
    entries: entries === 'same' ? sameContent(known) : toContents(entries, name),
    folded: told.folded ?? null,
    left: new Map(left.map(({toldAt, ...key}) => [toStateKey(key, name), toldAt])),
    failure: told.failure ?? null,
    goneAt: told.goneAt ?? null,
    reference: told.reference ?? null,
  }
}

function sameContent(known: KnownManifest | undefined): Map<StateKey, ToldEntry> {
  const present = known === undefined ? [] : openEntries(known)
  return new Map(present.map(([stateKey, {diffType, hash}]) => [stateKey, {diffType, hash}]))
}

function toReceiver({
  configuredAt,
  failuresBeforeNotice,
  ended = [],
}: NonNullable<MemoryDocument['alertReceivers']>[number]): KnownAlertReceiver {
  return {
    configuredAt,
    failuresBeforeNotice,
    ended: ended.map(({manifest = null, deliveries = 0, ...alert}) => ({...alert, manifest, deliveries})),
  }
}

function toMute({content, ...mute}: MemoryDocument['mutes'][number]): Mute {
  return {...mute, content: content === undefined ? null : toContents(content, '')}
}

function toContents(entries: readonly ContentDocument[], manifest: string): Map<StateKey, ToldEntry> {
  return new Map(
    entries.map(entry => [toStateKey(entry, manifest), {diffType: entry.type, hash: entry.hash ?? null}] as const),
  )
}

function toStateKey({key, rawKey}: KeyDocument, manifest: string): StateKey {
  return rawKey ?? `${manifest}/${key}`
}
