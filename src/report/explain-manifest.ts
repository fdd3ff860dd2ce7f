import {driftTypes} from '../model/diff-entry.ts'
import type {EntryStatus, Explanation, ManifestExplanation, NotifierExplanation} from '../model/explanation.ts'
import type {Reason} from '../model/report.ts'
import {utc, utcOfDay} from './age.ts'
import {ago, fromText, lastingSince, sinceText, timesText} from './memory-words.ts'
import {printableLine} from './printable.ts'
import type {Style} from './style.ts'
import {countedEntries, countsText, grouped} from './wording.ts'

type Around = {
  readonly notifier: NotifierExplanation
  readonly explanation: Explanation
  /** A mass drift lasts: nothing is told of single Manifests. */
  readonly held: boolean
}

/** Why one notifier was or was not told of one Manifest, one fact each; the first answers it. */
export function factsOf(manifest: ManifestExplanation, around: Around): string[] {
  const facts = manifest.goneSince === null ? presentFacts(manifest, around) : goneFacts(manifest, around)
  return facts.filter(fact => fact !== null)
}

type Facts = readonly (string | null)[]

function goneFacts({goneSince, told, due, matched}: ManifestExplanation, {notifier, explanation, held}: Around): Facts {
  const {now} = explanation
  const goneAt = told?.goneAt ?? null
  const since = `gone from tazuna.yaml ${sinceText(goneSince!, now)}`
  if (goneAt !== null) return [`${since}; told ${ago(goneAt, now)}`]
  if (held) return [`${since}; not told while so much is missing`]
  if (due.length > 0) return [since, dueText(due, notifier, now)]
  return [`${since}; not told: ${matched ? 'the notifier joined later' : '`match` leaves this Manifest out'}`]
}

function presentFacts(manifest: ManifestExplanation, {notifier, explanation, held}: Around): Facts {
  const {due, told, entries, matched} = manifest
  const {now, minSightings} = explanation
  const count = (status: EntryStatus) => entries.filter(entry => entry.status === status).length
  const isOpen = entries.some(({status}) => status !== 'always-sync' && status !== 'ignore-rule')
  return [
    due.length > 0 ? dueText(due, notifier, now) : null,
    held && isOpen ? 'nothing is told of it while State is missing so widely' : null,
    told === null ? null : toldText(told, count('told') + count('changed'), now),
    foldedText(manifest),
    due.length > 0 ? newText(count('new'), count('changed'), count('resolved')) : null,
    due.length > 0 || held ? null : waitText(manifest, count, now),
    unripeText(manifest, minSightings),
    graceText(manifest, now),
    ...mutedTexts(manifest, count('muted')),
    unmatchedText(count('unmatched'), entries.length),
    filteredText(count('ignore-rule'), count('always-sync')),
    ...failingTexts(manifest, count('told') + count('changed') > 0, now),
    manifest.lastCheckedAt === null ? 'no run has checked it yet' : null,
    matched || isOpen ? null : '`match` leaves this Manifest out',
    uncheckedText(manifest, isOpen, now) ?? noDriftText(manifest, isOpen),
    due.length > 0 || held ? null : nextText(manifest, now),
  ]
}

function dueText(due: readonly Reason[], {failedSince}: NotifierExplanation, now: string): string {
  const why = failedSince === null ? '' : `deliveries fail ${sinceText(failedSince, now)}: `
  return `${why}due now, the next run tells it (${due.join(', ')})`
}

function toldText({at, reasons}: NonNullable<ManifestExplanation['told']>, open: number, now: string): string {
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
  const stillOpen = open === 0 ? '' : `: ${countedEntries(open)} still open`
  return `told ${ago(at, now)}${why}${stillOpen}`
}

function foldedText({folded}: ManifestExplanation): string | null {
  if (folded === null) return null
  const told = folded.told ? 'any change of them is told as new' : 'the next run tells what is not told'
  return `too many entries to keep one by one (${countsText(folded.counts)}): ${told}`
}

/** What the message that is due is about. */
function newText(fresh: number, changed: number, resolved: number): string | null {
  const parts = [
    fresh > 0 ? `${countedEntries(fresh)} not told yet` : null,
    changed > 0 ? `content of ${countedEntries(changed)} changed` : null,
    resolved > 0 ? `${countedEntries(resolved)} no longer there` : null,
  ]
  const said = parts.filter(part => part !== null)
  return said.length === 0 ? null : said.join(', ')
}

function waitText({next}: ManifestExplanation, count: (status: EntryStatus) => number, now: string): string | null {
  const again = next === null || next.reasons.includes('reminder') ? 'later' : fromText(next.at, now)
  const [changed, fresh] = [count('changed'), count('new')]
  const parts = [
    changed > 0 ? `content of ${countedEntries(changed)} changed` : null,
    fresh > 0 ? `${countedEntries(fresh)} came back soon after it was told` : null,
  ].filter(part => part !== null)
  return parts.length === 0 ? null : `${parts.join(', ')}: told again ${again}`
}

function unripeText({entries}: ManifestExplanation, minSightings: number): string | null {
  const unripe = entries.filter(({status}) => status === 'unripe')
  if (unripe.length === 0) return null
  const seen = Math.max(...unripe.map(({sightings}) => sightings))
  const often = seen === 1 ? 'once' : `in ${timesText(seen)}`
  return `not told: ${countedEntries(unripe.length)} seen ${often}, told after ${timesText(minSightings)}`
}

function graceText({entries}: ManifestExplanation, now: string): string | null {
  const waiting = entries.filter(({status}) => status === 'grace')
  const first = waiting.flatMap(({graceUntil}) => graceUntil ?? []).toSorted()[0]
  if (first === undefined) return null
  const count = countedEntries(waiting.length)
  return `not told: ${count} came with a new artifact, perhaps not applied yet; told ${fromText(first, now)} if still there`
}

function mutedTexts({mutes}: ManifestExplanation, entries: number): string[] {
  return mutes.map(({key, until, reason}) => {
    const what =
      mutes.length === 1 ? (entries === 0 ? '' : ` (${countedEntries(entries)})`) : ` (${printableLine(key)})`
    return `muted until ${utc(until)}: ${printableLine(reason)}${what}`
  })
}

function unmatchedText(unmatched: number, all: number): string | null {
  if (unmatched === 0) return null
  if (unmatched === all) return `not told: \`match\` fits nothing of it (${countedEntries(all)})`
  return `not told: \`match\` leaves out ${countedEntries(unmatched)}`
}

function filteredText(ignored: number, alwaysSync: number): string | null {
  const parts = [
    ignored > 0 ? `${grouped(ignored)} ignored by a rule of the config` : null,
    alwaysSync > 0 ? `${grouped(alwaysSync)} always-sync` : null,
  ].filter(part => part !== null)
  return parts.length === 0 ? null : `no drift: ${parts.join(', ')}`
}

function failingTexts({failing, lastCheckedAt}: ManifestExplanation, hasTold: boolean, now: string): Facts {
  if (failing === null) return []
  const {code, groups, needed, since, toldAt} = failing
  const checked = lastCheckedAt === null ? '' : `, last checked ${ago(lastCheckedAt, now)}`
  const told =
    toldAt === null ? (groups < needed ? `; told after ${timesText(needed)}` : '') : `; told ${ago(toldAt, now)}`
  return [
    `not checked ${sinceText(since, now)}, ${timesText(groups)} (${printableLine(code)})${checked}${told}`,
    hasTold ? 'no reminders of its drift until it is checked again' : null,
  ]
}

/** What is known is from before the last run; of what fails another line says it. */
function uncheckedText({checked, failing, lastCheckedAt, folded}: ManifestExplanation, isOpen: boolean, now: string) {
  if (checked || failing !== null || lastCheckedAt === null) return null
  return `unchecked since ${utcOfDay(lastCheckedAt, now)}, ${isOpen || folded !== null ? 'drifted' : 'in sync'} then`
}

function noDriftText({folded, lastCheckedAt}: ManifestExplanation, isOpen: boolean): string | null {
  return isOpen || folded !== null || lastCheckedAt === null ? null : 'no drift is known of it'
}

/** What comes next by the clock, unless another line says it. */
function nextText({next, mutes, entries}: ManifestExplanation, now: string): string | null {
  if (next === null) return null
  const {at, reasons} = next
  if (reasons.includes('reminder')) return `next: a reminder ${fromText(at, '')} if it is still there`
  if (mutes.some(({until}) => until === at)) return `next: when the mute ends on ${utc(at)} (${reasons.join(', ')})`
  const isSaid = entries.some(({status}) => status === 'changed' || status === 'new')
  return isSaid ? null : `next: ${fromText(at, now)} (${reasons.join(', ')})`
}

const statusTexts: Readonly<Record<EntryStatus, string>> = {
  told: 'told',
  changed: 'told, changed since',
  new: 'not told yet',
  unripe: 'not seen often enough',
  grace: 'came with a new artifact',
  muted: 'muted',
  unmatched: 'left out by `match`',
  'ignore-rule': 'ignored',
  'always-sync': 'no drift',
  resolved: 'no longer there',
}

/** Every entry of a Manifest by its State key, which `mute` takes, with how it stands; `removed` first. */
export function entryLines({entries: given}: ManifestExplanation, {now}: Explanation, style: Style): string[] {
  const entries = [...driftTypes, 'always-sync'].flatMap(type => given.filter(({diffType}) => diffType === type))
  const names = entries.map(({stateKey}) => printableLine(stateKey))
  const width = names.reduce((widest, text) => Math.min(60, Math.max(widest, text.length)), 0)
  return entries.map(({diffType, status, firstSeenAt}, index) => {
    const lasting = lastingSince(firstSeenAt, now)
    const facts = lasting === 'new' ? statusTexts[status] : `${statusTexts[status]}, ${lasting}`
    return `    ${diffType.padEnd(11)}  ${names[index]!.padEnd(width)}  ${style('dim', facts)}`
  })
}
