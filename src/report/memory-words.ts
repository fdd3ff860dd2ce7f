import type {Claim, Failing, MassDrift} from '../model/memory.ts'
import type {RunOutcome} from '../model/report.ts'
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
  readonly lastRun: {readonly startedAt: string; readonly outcome: RunOutcome; readonly group?: string} | null
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

function lastRunText({startedAt, outcome, group}: NonNullable<Remembered['lastRun']>, now: string): string {
  const of = group === undefined ? '' : `, group ${printableLine(group)}`
  return `Last run ${utc(startedAt)} (${ago(startedAt, now)}): ${outcome}${of}.`
}

/** `fails since 3 h, 2 runs in a row (TAZUNA_FAILED)` */
export function failingText({code, groups, since}: Omit<Failing, 'group'>, now: string): string {
  return `fails ${sinceText(since, now)}, ${timesText(groups)} (${printableLine(code)})`
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

/** Manifests of which there is nothing to say, in one line; of many only the first. */
export function namesText(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).map(printableLine).join(', ')
  return names.length <= most ? shown : `${shown} and ${grouped(names.length - most)} more`
}
