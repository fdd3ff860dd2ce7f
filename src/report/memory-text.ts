import {driftTypes} from '../model/diff-entry.ts'
import type {EntryView, ManifestView, MemoryView, NotifierView} from '../model/memory-view.ts'
import {toResource} from '../model/state-key.ts'
import {utc, utcOfDay} from './age.ts'
import {disarm} from './disarm.ts'
import {
  ago,
  failingText,
  inSyncTexts,
  lastingSince,
  massDriftText,
  rememberedLines,
  sinceText,
  timesText,
  type Look,
} from './memory-words.ts'
import {printableLine} from './printable.ts'
import {objectName} from './row-text.ts'
import {styler, type Style} from './style.ts'
import type {TextOptions} from './text.ts'
import {countedEntries, countsText, grouped} from './wording.ts'
import {wrap} from './wrap.ts'

/** What is remembered, for people: the last run, each Manifest with its open drift, each notifier, and the mutes. */
export function renderMemory(view: MemoryView, {color, width}: TextOptions): string {
  const look = {style: styler(color), width}
  const quiet = view.manifests.filter(isQuiet)
  const loud = view.manifests.filter(manifest => !isQuiet(manifest))
  const sections = [
    [...rememberedLines(view, look), ...headLines(view, look)],
    ...loud.map(manifest => manifestLines(manifest, view.now, look)),
    inSyncTexts(quiet, 'In sync', view.now).map(text => wrap(text, width, 2, 0)),
    ...view.notifiers.map(notifier => notifierLines(notifier, view.now, look)),
    muteLines(view, look),
  ]
  const text = sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')
  return disarm(`${text}\n`)
}

function headLines({source, lastSuccessAt, massDrift, lastRun, now}: MemoryView, {width}: Look): string[] {
  const lines = [
    source === null ? null : `Source: ${printableLine(source)}`,
    lastRun === null
      ? null
      : lastSuccessAt === null
        ? 'No run has checked every Manifest yet.'
        : `Every Manifest was last checked ${ago(lastSuccessAt, now)}.`,
    massDrift === null ? null : massDriftText(massDrift, massDrift.manifests.length, now),
  ]
  return lines.filter(line => line !== null).map(line => wrap(line, width, 2, 0))
}

function isQuiet({entries, failing, goneSince, folded, lastCheckedAt, mutedUntil}: ManifestView): boolean {
  const isPlain = failing === null && goneSince === null && folded === null && mutedUntil === null
  return isPlain && lastCheckedAt !== null && entries.every(({filteredBy}) => filteredBy === 'always-sync')
}

function manifestLines(manifest: ManifestView, now: string, {style, width}: Look): string[] {
  const {name, lastCheckedAt, failing, goneSince, mutedUntil, folded, entries} = manifest
  const drift = entries.filter(({absentSince, filteredBy}) => absentSince === null && filteredBy === null)
  const open = driftTypes.flatMap(type => drift.filter(({diffType}) => diffType === type))
  const facts = [
    goneSince === null ? null : `gone from tazuna.yaml ${sinceText(goneSince, now)}`,
    lastCheckedAt === null ? 'never checked' : `last checked ${ago(lastCheckedAt, now)}`,
    failing === null ? null : failingText(failing, now),
    mutedUntil === null ? null : `muted until ${utc(mutedUntil)}`,
    folded === null
      ? null
      : `too many entries to keep one by one: ${countsText(folded.counts)}, the oldest ${lastingSince(folded.firstSeenAt, now)}`,
    othersText(entries),
  ]
  return [
    `${style('bold', printableLine(name))}${open.length === 0 ? '' : `  ${countsText(countTypes(open))}`}`,
    ...facts.filter(fact => fact !== null).map(fact => `  ${style('dim', wrap(fact, width, 4, 2))}`),
    ...entryLines(name, open, mutedUntil, now, style),
  ]
}

function countTypes(entries: readonly EntryView[]) {
  const count = (type: string) => entries.filter(({diffType}) => diffType === type).length
  return {removed: count('removed'), modified: count('modified'), added: count('added')}
}

/** Rows that are no drift. */
function othersText(entries: readonly EntryView[]): string | null {
  const present = entries.filter(({absentSince}) => absentSince === null)
  const counts = [
    [present.filter(({filteredBy}) => filteredBy === 'ignore-rule').length, 'ignored'],
    [present.filter(({filteredBy}) => filteredBy === 'always-sync').length, 'always-sync'],
    [entries.length - present.length, 'gone of late'],
  ] as const
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `${grouped(count)} ${what}`)
  return parts.length === 0 ? null : `besides: ${parts.join(', ')}`
}

function entryLines(
  manifest: string,
  entries: readonly EntryView[],
  manifestMutedUntil: string | null,
  now: string,
  style: Style,
): string[] {
  const names = entries.map(({stateKey}) =>
    printableLine(objectName({resource: toResource(manifest, stateKey), stateKey})),
  )
  const width = names.reduce((widest, text) => Math.min(60, Math.max(widest, text.length)), 0)
  return entries.map(({diffType, firstSeenAt, changedAt, mutedUntil, again, sightings}, index) => {
    const lasting = lastingSince(firstSeenAt, now)
    const facts = [
      lasting === 'new' ? 'first seen just now' : lasting,
      lasting === 'new' || changedAt === firstSeenAt ? null : `content changed ${ago(changedAt, now)}`,
      again ? 'came back after it had gone' : null,
      `seen in ${timesText(sightings)}`,
      mutedUntil === null || mutedUntil === manifestMutedUntil ? null : `muted until ${utc(mutedUntil)}`,
    ]
    const text = facts.filter(fact => fact !== null).join(', ')
    return `  ${diffType.padEnd(8)}  ${names[index]!.padEnd(width)}  ${style('dim', text)}`
  })
}

function notifierLines(notifier: NotifierView, now: string, {style, width}: Look): string[] {
  const {name, joinedAt, deliveredAt, failedSince, failure, massDrift, manifests} = notifier
  const told = manifests.filter(({entries, failure, goneAt}) => entries > 0 || failure !== null || goneAt !== null)
  const facts = [
    deliveredAt === null
      ? `joined ${ago(joinedAt, now)}, never got a message`
      : `last delivered ${ago(deliveredAt, now)}`,
    failedSince === null ? null : `deliveries fail ${sinceText(failedSince, now)}`,
    failure === null ? null : `told ${ago(failure.toldAt, now)} that the run fails (${failure.codes.join(', ')})`,
    massDrift === null ? null : `told of missing State ${ago(massDrift.toldAt, now)}`,
    ...told.map(manifest => toldText(manifest, now)),
  ]
  return [
    `notifier ${style('bold', printableLine(name))}`,
    ...facts.filter(fact => fact !== null).map(fact => `  ${wrap(printableLine(fact), width, 4, 2)}`),
  ]
}

function toldText({name, toldAt, reasons, entries, failure, goneAt}: NotifierView['manifests'][number], now: string) {
  const what = [
    entries === 0 ? null : countedEntries(entries),
    failure === null ? null : `fails (${failure.codes.join(', ')})`,
    goneAt === null ? null : 'gone',
  ]
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
  return `told of ${name} ${ago(toldAt, now)}${why}: ${what.filter(part => part !== null).join(', ')}`
}

function muteLines({mutes, now}: MemoryView, {style, width}: Look): string[] {
  if (mutes.length === 0) return []
  const lines = mutes.map(({key, reason, until, entries, createdAt}) => {
    const about = entries === null ? 'nothing seen yet' : countedEntries(entries)
    const text = `until ${utcOfDay(until, now)} (${about}, set ${ago(createdAt, now)}): ${reason}`
    return `  ${printableLine(key)}\n    ${wrap(printableLine(text), width, 6, 4)}`
  })
  return [style('bold', 'Muted'), ...lines]
}
