import type {Alert} from '../model/alert.ts'
import {errorCodes} from '../model/error-code.ts'
import type {Failing} from '../model/memory.ts'
import type {Report} from '../model/report.ts'
import {oneLine} from '../one-line.ts'
import {adviceOn} from '../report/advice.ts'
import {utc} from '../report/age.ts'
import {countsText, counted} from '../report/wording.ts'
import type {AlertFacts, ManifestFacts} from './alertmanager-facts.ts'

/** The annotations of an alert; each is one line. */
export type AlertText = {readonly summary: string; readonly description: string}

/** Characters. PagerDuty cuts at 1,024, a line of Slack is hard to read long before. */
const longest = {name: 100, error: 300, summary: 300, description: 1_000} as const

/** What an open alert says. */
export function alertText({name, manifest, startsAt}: Alert, facts: AlertFacts): AlertText {
  const own = manifest === null ? undefined : facts.manifests.get(manifest)
  const where = watchName(facts.report)
  if (manifest === null) return toText(`${where}: ${runVerdict(facts)}`, runDescription(facts, startsAt))
  if (name === 'TazunaDrift') {
    const counts = own === undefined ? '' : countsText(own.counts)
    const what = counts === '' ? 'drift' : counts
    return toText(
      `${where}: drift in Manifest ${short(manifest)}: ${what}`,
      driftDescription(what, startsAt, own, facts),
    )
  }
  return toText(`${where}: Manifest ${short(manifest)} is not checked`, uncheckedDescription(startsAt, own, facts))
}

/** What an alert says once it ended. */
export function endedText({name, manifest, startsAt}: Alert, {report, manifests}: AlertFacts): AlertText {
  const where = watchName(report)
  const since = utc(startsAt)
  if (manifest === null) {
    return toText(`${where}: the check for drift works again`, `It failed since ${since}, and works again.`)
  }
  const own = `Manifest ${short(manifest)}`
  const checkedAt = utc(manifests.get(manifest)?.lastCheckedAt ?? report.run.finishedAt)
  return name === 'TazunaDrift'
    ? toText(
        `${where}: nothing in ${own} counts as drift any more`,
        `What was drift since ${since} is in sync, or covered by an ignore rule; last checked ${checkedAt}.`,
      )
    : toText(`${where}: ${own} is checked again`, `Its check failed since ${since}, and works again.`)
}

function driftDescription(what: string, since: string, own: ManifestFacts | undefined, {report}: AlertFacts): string {
  const advice = own === undefined ? [] : adviceOn(report, [{manifest: own.manifest, counts: own.counts}])
  return [
    `${what} since ${utc(since)}; ${checkedText(own)}.`,
    ...advice.map(({diffType, text}) => `${diffType}: ${text}`),
  ].join(' ')
}

function uncheckedDescription(since: string, own: ManifestFacts | undefined, {report}: AlertFacts): string {
  const {failing = null, manifest = null} = own ?? {}
  const drift = own === undefined ? '' : countsText(own.counts)
  const isSkipped = failing?.code === 'not-checked' && manifest?.outcome !== 'error'
  const error = firstLine(manifest?.error ?? '')
  return [
    `${isSkipped ? 'tazuna does not get to it' : 'tazuna fails on it'}${error === '' ? '.' : `: ${ended(error)}`}`,
    ...inRowText(failing, since),
    `${capitalised(checkedText(own))}${drift === '' ? '' : `, with drift: ${drift}`}. It may have drifted since.`,
    hintText(report.error?.hint ?? errorCodes.TAZUNA_FAILED.hint),
  ].join(' ')
}

function runVerdict({report, failing}: AlertFacts): string {
  const code = report.error?.code ?? failing?.code
  const verdict = report.outcome === 'incomplete' ? 'the check for drift is incomplete' : 'the check for drift fails'
  return code === undefined ? verdict : `${verdict}: ${code}`
}

function runDescription({report, failing}: AlertFacts, since: string): string {
  const {error} = report
  const message = firstLine(error?.message ?? '')
  const code = failing?.code ?? ''
  const hint =
    error?.hint ?? (Object.hasOwn(errorCodes, code) ? errorCodes[code as keyof typeof errorCodes].hint : null)
  return [
    ...(message === '' ? [] : [capitalised(ended(message))]),
    ...inRowText(failing, since),
    'What was not checked may have drifted since, and drift that was known stays open.',
    ...(hint === null ? [] : [hintText(hint)]),
  ].join(' ')
}

/** Without a memory nobody knows of other runs. */
function inRowText(failing: Failing | null, since: string): string[] {
  return failing === null ? [] : [`Since ${utc(since)}, ${counted(failing.groups, 'run')} in a row.`]
}

function checkedText(own: ManifestFacts | undefined): string {
  const {outcome, lastCheckedAt = null} = own ?? {}
  const at = lastCheckedAt === null ? null : utc(lastCheckedAt)
  if (outcome === 'drift' || outcome === 'clean') return at === null ? 'checked by this run' : `last checked ${at}`
  return at === null ? 'never checked' : `unchecked since ${at}`
}

function hintText(hint: string): string {
  return `What to do: ${ended(hint)}`
}

function watchName({cluster, watch}: Report): string {
  const name = short(cluster ?? 'unknown cluster')
  return watch === 'default' ? name : `${name} / ${short(watch)}`
}

function toText(summary: string, description: string): AlertText {
  return {summary: cut(summary, longest.summary), description: cut(description, longest.description)}
}

function short(name: string): string {
  return cut(name, longest.name)
}

function firstLine(text: string): string {
  return cut(text.trimStart().split(/\r?\n/, 1)[0] ?? '', longest.error)
}

/** No half of a character is left where it is cut. */
function cut(text: string, limit: number): string {
  return oneLine(text, limit).toWellFormed()
}

function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
