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
import {checksum} from './checksum.ts'
import {isSameContent} from './is-same-content.ts'
import type {
  ContentDocument,
  EntryDocument,
  KeyDocument,
  ManifestDocument,
  MemoryDocument,
  NotifierDocument,
  ToldDocument,
} from './schema.ts'

/** The JSON text in which a memory is kept; `writtenBy` is the version of tazuna-watch. */
export function encodeMemory(memory: Memory, writtenBy: string): string {
  const json = JSON.stringify(toDocument(memory, writtenBy))
  return `${json.slice(0, -1)},"checksum":"${checksum(json)}"}`
}

/** A document with a word on every field of what it is made of, so that none is forgotten. */
type Covering<Document, Source> = Document & Record<keyof Source, unknown>

/** What is undefined here is not there in JSON. */
function toDocument(memory: Memory, writtenBy: string): Covering<Omit<MemoryDocument, 'checksum'>, Memory> {
  const {cluster, watch, source, key, lastRun, failing, massDrift, claim} = memory
  return {
    schema: 'tazuna-watch/memory/v1',
    writtenBy,
    cluster,
    watch,
    source: source ?? undefined,
    digest: memory.digest ?? undefined,
    key,
    lastRun: lastRun ?? undefined,
    lastSuccessAt: memory.lastSuccessAt ?? undefined,
    agesLost: memory.agesLost || undefined,
    failing: failing ?? undefined,
    massDrift:
      massDrift === null
        ? undefined
        : {...massDrift, manifests: [...massDrift.manifests], over: massDrift.over || undefined},
    manifests: Array.from(memory.manifests, ([name, known]) => toManifest(name, known, memory)),
    notifiers: Array.from(memory.notifiers, ([name, log]) => toNotifier(name, log, memory)),
    alertReceivers: unlessEmpty(Array.from(memory.alertReceivers, ([id, receiver]) => toReceiver(id, receiver))),
    mutes: memory.mutes.map(toMute),
    claim: claim ?? undefined,
  }
}

function toManifest(name: string, known: KnownManifest, memory: Memory): Covering<ManifestDocument, KnownManifest> {
  return {
    name,
    hasState: known.hasState || undefined,
    lastCheckedAt: known.lastCheckedAt ?? undefined,
    lastAppliedAt: known.lastAppliedAt ?? undefined,
    digest: known.digest ?? undefined,
    failing: known.failing ?? undefined,
    goneSince: known.goneSince ?? undefined,
    entries: unlessEmpty(
      Array.from(known.entries, ([stateKey, entry]) => toEntry(toKey(stateKey, name), entry, known, memory)),
    ),
    folded: known.folded ?? undefined,
  }
}

function toEntry(key: KeyDocument, entry: KnownEntry, known: KnownManifest, {lastRun}: Memory): EntryDocument {
  const {diffType, hash, storedHash, digest, firstSeenAt, changedAt, lastSeenAt, sightings, group} = entry
  return {
    ...key,
    type: diffType,
    hash: hash ?? undefined,
    storedHash: storedHash ?? undefined,
    digest: digest === known.digest ? undefined : (digest ?? ''),
    firstSeenAt,
    changedAt: changedAt === firstSeenAt ? undefined : changedAt,
    lastSeenAt: lastSeenAt === known.lastCheckedAt ? undefined : lastSeenAt,
    sightings: sightings === 1 ? undefined : sightings,
    group: group === lastRun?.group ? undefined : group,
    filteredBy: entry.filteredBy ?? undefined,
    again: entry.again || undefined,
    cause: entry.cause ?? undefined,
    absentSince: entry.absentSince ?? undefined,
  }
}

function toNotifier(
  name: string,
  log: NotificationLog,
  {manifests}: Memory,
): Covering<NotifierDocument, NotificationLog> {
  return {
    name,
    joinedAt: log.joinedAt,
    configuredAt: log.configuredAt,
    baselineAt: log.baselineAt ?? undefined,
    deliveredAt: log.deliveredAt ?? undefined,
    failedSince: log.failedSince ?? undefined,
    failure: toFailure(log.failure),
    massDrift: log.massDrift ?? undefined,
    reference: log.reference ?? undefined,
    manifests: unlessEmpty(Array.from(log.manifests, ([name, told]) => toTold(name, told, manifests.get(name)))),
  }
}

function toTold(
  name: string,
  told: ToldManifest,
  known: KnownManifest | undefined,
): Covering<ToldDocument, ToldManifest> {
  const isSame = known !== undefined && isSameContent(told.entries, known)
  const entries = () => Array.from(told.entries, ([stateKey, entry]) => toContent(toKey(stateKey, name), entry))
  return {
    name,
    toldAt: told.toldAt,
    reasons: unlessEmpty([...told.reasons]),
    entries: isSame ? 'same' : unlessEmpty(entries()),
    folded: told.folded ?? undefined,
    left: unlessEmpty(Array.from(told.left, ([stateKey, toldAt]) => ({...toKey(stateKey, name), toldAt}))),
    failure: toFailure(told.failure),
    goneAt: told.goneAt ?? undefined,
    reference: told.reference ?? undefined,
  }
}

type ReceiverDocument = NonNullable<MemoryDocument['alertReceivers']>[number]

function toReceiver(id: string, receiver: KnownAlertReceiver): Covering<ReceiverDocument, KnownAlertReceiver> {
  const {configuredAt, failuresBeforeNotice, ended} = receiver
  return {
    id,
    configuredAt,
    failuresBeforeNotice,
    ended: unlessEmpty(
      ended.map(({name, manifest, startsAt, deliveries}) => {
        return {name, manifest: manifest ?? undefined, startsAt, deliveries: deliveries || undefined}
      }),
    ),
  }
}

function toMute({key, reason, createdAt, until, content}: Mute): MemoryDocument['mutes'][number] {
  const entries = content && Array.from(content, ([stateKey, entry]) => toContent({rawKey: stateKey}, entry))
  return {key, reason, createdAt, until, content: entries ?? undefined}
}

function toContent(key: KeyDocument, {diffType, hash}: ToldEntry): ContentDocument {
  return {...key, type: diffType, hash: hash ?? undefined}
}

function toKey(stateKey: StateKey, manifest: string): KeyDocument {
  const prefix = `${manifest}/`
  return stateKey.startsWith(prefix) ? {key: stateKey.slice(prefix.length)} : {rawKey: stateKey}
}

function toFailure(failure: ToldManifest['failure']): ToldDocument['failure'] {
  return failure === null ? undefined : {codes: [...failure.codes], toldAt: failure.toldAt}
}

function unlessEmpty<T>(items: T[]): T[] | undefined {
  return items.length === 0 ? undefined : items
}
