import type {Claim, Failing, MassDrift} from '../model/memory.ts'
import type {RunOutcome} from '../model/report.ts'
import {toTimestamp} from '../model/time.ts'
import {age, utc, utcOfDay} from './age.ts'
import {printableLine} from './printable.ts'
import type {Style} from './style.ts'
import {counted, grouped} from './wording.ts'
import {wrap} from './wrap.ts'

/** How texts about a memory look. */
export type Look = {readonly style: Style; readonly width: number}

type Remembered = {
  readonly cluster: string
  readonly watch: string
  readonly store: string
  readonly now: string
  readonly lastRun: {
    readonly startedAt: string
    readonly outcome: RunOutcome
    readonly id?: string
    readonly group?: string
  } | null
  readonly claim: Pick<Claim, 'run' | 'until'> | null
  readonly failing: Omit<Failing, 'group'> | null
}

/** Of which watch and store this is, and how its last run ended. */
export function rememberedLines(
  {cluster, watch, store, now, lastRun, claim, failing}: Remembered,
  look: Look,
): string[] {
  const {style, width} = look
  const name = printableLine(watch === 'default' ? cluster : `${cluster} / ${watch}`)
  const lines = [
    lastRun === null ? 'No run has ended yet.' : lastRunText(lastRun, now),
    failing === null ? null : `The run as a whole ${failingText(failing, now)}.`,
    claim === null || claim.until <= now
      ? null
      : `Run ${printableLine(claim.run)} is telling the notifiers now, until ${utcOfDay(claim.until, now)} at the latest.`,
  ]
  return [
    `${style('bold', name)}${style('dim', ` · ${printableLine(store)}`)}`,
    ...lines.filter(line => line !== null).map(line => wrap(line, width, 2, 0)),
  ]
}

function lastRunText({startedAt, outcome, id, group}: NonNullable<Remembered['lastRun']>, now: string): string {
  const of = group === undefined || group === id ? '' : `, group ${printableLine(group)}`
  return `Last run ${utc(startedAt)} (${ago(startedAt, now)}): ${outcome}${of}.`
}

/** `fails since 3 h, 2 runs in a row (now TAZUNA_FAILED)`: only of the last one the code is known. */
export function failingText({code, groups, since}: Omit<Failing, 'group'>, now: string): string {
  return `fails ${sinceText(since, now)}, ${timesText(groups)} (${groups === 1 ? '' : 'now '}${printableLine(code)})`
}

/** `1 run`, `3 runs in a row` */
export function timesText(groups: number): string {
  return groups === 1 ? '1 run' : `${grouped(groups)} runs in a row`
}

/** `State is missing for 12 Manifests since 3 h: wrong cluster, or lost State?` */
export function massDriftText(
  {kind, since}: Pick<MassDrift, 'kind' | 'since'>,
  manifests: number,
  now: string,
): string {
  const who = counted(manifests, 'Manifest')
  const texts = {
    'state-missing': `State is missing for ${who} ${sinceText(since, now)}: wrong cluster, or lost State?`,
    'all-added': `All of ${who} would be added ${sinceText(since, now)}: wrong cluster, or lost State?`,
    'all-gone': `${who} are gone from tazuna.yaml ${sinceText(since, now)}: wrong tazuna.yaml, or wrong cluster?`,
  }
  return texts[kind]
}

/** `12 min ago`, or `just now` within a minute. */
export function ago(time: string, now: string): string {
  const text = age(time, now)
  return text === '0 min' ? 'just now' : `${text} ago`
}

/** `since 3 h`, or `as of now` within a minute. */
export function sinceText(time: string, now: string): string {
  const text = age(time, now)
  return text === '0 min' ? 'as of now' : `since ${text}`
}

/** How long an entry is there: `since 3 h`, or `new` within a minute. */
export function lastingSince(time: string, now: string): string {
  const text = sinceText(time, now)
  return text === 'as of now' ? 'new' : text
}

/** Manifests without drift, one line for those that the last run checked, and one for each time since which others were not. */
export function inSyncTexts(
  manifests: readonly {readonly name: string; readonly checked: boolean; readonly lastCheckedAt: string | null}[],
  checkedText: string,
  now: string,
): string[] {
  const groups = Map.groupBy(manifests, ({checked, lastCheckedAt}) =>
    checked || lastCheckedAt === null ? checkedText : `Unchecked since ${utcOfDay(lastCheckedAt, now)}, in sync then`,
  )
  const texts = [...groups].map(([text, group]) => `${text}: ${namesText(group.map(({name}) => name))}`)
  return texts.toSorted((a, b) => Number(b.startsWith(checkedText)) - Number(a.startsWith(checkedText)))
}

/** `from 16:23 UTC on`: seconds are rounded up, so that it is true of the whole minute. */
export function fromText(time: string, now: string): string {
  const minute = 60_000
  const at = new Date(Math.ceil(Date.parse(time) / minute) * minute)
  return `from ${utcOfDay(toTimestamp(at), now)} on`
}

/** Manifests of which there is nothing to say, in one line; of many only the first. */
export function namesText(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).map(printableLine).join(', ')
  return names.length <= most ? shown : `${shown} and ${grouped(names.length - most)} more`
}
