import type {ManifestView, MemoryView, NotifierView} from '../model/memory-view.ts'
import type {KnownManifest, Memory, NotificationLog} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'
import {isCheckedLast} from './checked-last.ts'
import {mutedUntil} from './mutes.ts'

/** What is remembered, to be looked at; `store` is where, for people. Mutes that have ended are not in it. */
export function toMemoryView(memory: Memory, store: string, at: Date): MemoryView {
  const now = toTimestamp(at)
  const mutes = memory.mutes.filter(({until}) => until > now)
  const muted = mutedUntil(mutes)
  return {
    schema: 'tazuna-watch/memory-view/v1',
    cluster: memory.cluster,
    watch: memory.watch,
    store,
    now,
    source: memory.source,
    lastRun: memory.lastRun,
    lastSuccessAt: memory.lastSuccessAt,
    failing: memory.failing,
    massDrift: memory.massDrift,
    claim: memory.claim,
    manifests: [...memory.manifests].map(([name, known]) =>
      toManifestView(name, known, isCheckedLast(memory, known), muted),
    ),
    notifiers: [...memory.notifiers].map(([name, log]) => toNotifierView(name, log)),
    alertReceivers: [...memory.alertReceivers].map(([id, {configuredAt, ended}]) => ({id, configuredAt, ended})),
    mutes: mutes.map(({key, reason, createdAt, until, content}) => {
      return {key, reason, createdAt, until, entries: content?.size ?? null}
    }),
  }
}

function toManifestView(
  name: string,
  known: KnownManifest,
  checked: boolean,
  muted: ReturnType<typeof mutedUntil>,
): ManifestView {
  const {hasState, lastCheckedAt, lastAppliedAt, failing, goneSince, folded} = known
  const entries = [...known.entries].map(([stateKey, entry]) => ({
    stateKey,
    diffType: entry.diffType,
    firstSeenAt: entry.firstSeenAt,
    changedAt: entry.changedAt,
    lastSeenAt: entry.lastSeenAt,
    sightings: entry.sightings,
    filteredBy: entry.filteredBy,
    again: entry.again,
    absentSince: entry.absentSince,
    mutedUntil: muted(name, stateKey),
  }))
  return {
    name,
    hasState,
    lastCheckedAt,
    checked,
    lastAppliedAt,
    failing,
    goneSince,
    mutedUntil: muted(name, name),
    folded: folded && {counts: folded.counts, firstSeenAt: folded.firstSeenAt},
    entries: entries.toSorted((a, b) => (a.stateKey < b.stateKey ? -1 : 1)),
  }
}

function toNotifierView(name: string, log: NotificationLog): NotifierView {
  const {joinedAt, configuredAt, baselineAt, deliveredAt, failedSince, failure, massDrift, reference} = log
  const manifests = [...log.manifests].map(([name, {toldAt, reasons, entries, failure, goneAt, reference}]) => {
    return {name, toldAt, reasons, entries: entries.size, failure, goneAt, reference}
  })
  return {name, joinedAt, configuredAt, baselineAt, deliveredAt, failedSince, failure, massDrift, manifests, reference}
}
