import type {DriftType} from '../model/diff-entry.ts'
import type {Report, ReportManifest, ReportNotification} from '../model/report.ts'
import {advice} from './advice.ts'
import {since, utcOfDay} from './age.ts'
import {disarm} from './disarm.ts'
import {countDriftRows, driftedManifests, type DriftedManifest} from './drifted-manifests.ts'
import {lastApplied} from './last-applied.ts'
import {printableLines, printableReport} from './printable.ts'
import {hashText, lastingText, objectName} from './row-text.ts'
import {sourceParts} from './source-parts.ts'
import {styler, type Style} from './style.ts'
import {summaryParts} from './summary-parts.ts'
import {countsText} from './wording.ts'
import {wrap} from './wrap.ts'

/** `width` in columns, for prose; names and hashes are never cut. */
export type TextOptions = {readonly color: boolean; readonly width: number}

type Look = {readonly style: Style; readonly width: number}

/** The report for a terminal: grouped by Manifest, `removed` first, one summary line last. Nothing is cut. */
export function renderReportText(given: Report, {color, width}: TextOptions): string {
  const report = printableReport(given)
  const style = styler(color)
  const look = {style, width}
  const drifted = driftedManifests(report)
  const sections = [
    heading(report, look),
    errorLines(report, look),
    ...drifted.map(manifest => manifestLines(report, manifest, style)),
    uncheckedLines(report, look),
    goneLines(report, look),
    drifted.length === 0 ? [] : adviceLines(report, drifted, look),
    report.warnings.map(warning => messageText('yellow', 'warning', warning, look)),
    report.notifications.flatMap(notification => notificationLines(notification, look)),
    [summaryLine(report, look)],
  ]
  const text = sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')
  return disarm(`${text}\n`)
}

function heading({cluster, watch, source, tazuna}: Report, {style, width}: Look): string[] {
  const name = cluster ?? 'unknown cluster'
  const facts = [
    ...sourceParts(source).map(({words, value}) => [words, value ?? ''].filter(text => text !== '').join(' ')),
    ...(tazuna.version === null ? [] : [`tazuna ${tazuna.version}`]),
  ]
  return [
    style('bold', watch === 'default' ? name : `${name} / ${watch}`),
    ...(facts.length > 0 ? [style('dim', wrap(facts.join(' · '), width, 2, 0))] : []),
  ]
}

function errorLines({outcome, error}: Report, look: Look): string[] {
  if (error === null) return []
  const word = outcome === 'failed' ? 'Failed' : 'Incomplete'
  return [messageText('red', word, error, look), `  → ${wrap(error.hint, look.width, 4, 4)}`]
}

type Message = {readonly code: string; readonly message: string}

/** The code ends the first line of the message: the others, as of a config with problems, stand below it. */
function messageText(color: 'red' | 'yellow', word: string, {code, message}: Message, {style, width}: Look): string {
  const [first = '', ...rest] = message.split('\n')
  const text = wrap(`${first} ${code}`, width, 2, word.length + 1)
  const head = `${style(color, word)} ${text.slice(0, -code.length)}${style('dim', code)}`
  return [head, ...rest.map(line => `  ${wrap(line, width, 4, 2)}`)].join('\n')
}

const typeColors = {removed: 'red', modified: 'yellow', added: 'green'} as const satisfies Record<DriftType, string>

function manifestLines(report: Report, {name, manifest, rows}: DriftedManifest, style: Style): string[] {
  const width = rows.reduce((widest, row) => Math.min(60, Math.max(widest, objectName(row).length)), 0)
  const lines = rows.map(row => {
    const hashes = hashText(row)
    const facts = [hashes, lastingText(row, report.run)].filter(fact => fact !== null).join('  ')
    const object = facts === '' ? objectName(row) : objectName(row).padEnd(width)
    return `  ${style(typeColors[row.diffType], row.diffType.padEnd(8))}  ${object}  ${style('dim', facts)}`.trimEnd()
  })
  const title = `${style('bold', name)}  ${countsText(countDriftRows(rows))}`
  return [title, ...(manifest === null ? [] : appliedLine(report, manifest, style)), ...lines]
}

function appliedLine(report: Report, manifest: ReportManifest, style: Style): string[] {
  const applied = lastApplied(report, manifest)
  if (applied === null) return []
  if (applied === 'never') return [style('dim', '  never applied: it has no State')]
  const {at, ago, commit} = applied
  return [style('dim', `  last applied ${at} (${ago})${commit === null ? '' : ` at ${commit}`}`)]
}

function adviceLines(report: Report, drifted: readonly DriftedManifest[], {style, width}: Look): string[] {
  if (drifted.length === 0) return []
  const lines = advice(report, drifted).map(
    ({diffType, text}) => `  ${style(typeColors[diffType], diffType.padEnd(8))}  ${wrap(text, width, 12, 12)}`,
  )
  return [style('bold', 'What to do'), ...lines]
}

function uncheckedLines({manifests, run}: Report, {style, width}: Look): string[] {
  const unchecked = manifests.filter(({outcome}) => outcome === 'error' || outcome === 'not-checked')
  if (unchecked.length === 0) return []
  return [
    style('bold', 'Not checked, so perhaps drifted too'),
    ...unchecked.map(manifest => {
      const {name, outcome, error} = manifest
      const word = style(outcome === 'error' ? 'red' : 'yellow', outcome.padEnd(11))
      const known = lastKnownText(manifest, run)
      const title = `  ${word}  ${known === null ? name : `${name}  ${style('dim', known)}`}`
      return error === null ? title : `${title}\n    ${wrap(error, width, 4, 4)}`
    }),
  ]
}

/** What an earlier run knew of a Manifest that this one did not check; null without a memory of it. */
function lastKnownText({lastCheckedAt, firstSeenAt}: ReportManifest, run: Report['run']): string | null {
  if (lastCheckedAt === null) return null
  const drift = firstSeenAt === null ? 'in sync then' : `drift ${since(firstSeenAt, run)}`
  return `unchecked since ${utcOfDay(lastCheckedAt, run.finishedAt)}, ${drift}`
}

function goneLines({manifests, run}: Report, {style, width}: Look): string[] {
  const gone = manifests.filter(({outcome}) => outcome === 'gone')
  if (gone.length === 0) return []
  const known = (manifest: ReportManifest) =>
    manifest.lastCheckedAt === null
      ? ''
      : `  ${style('dim', `last seen ${utcOfDay(manifest.lastCheckedAt, run.finishedAt)}`)}`
  return [
    style('bold', wrap('Gone from tazuna.yaml; what they applied may still be in the cluster', width, 2, 0)),
    ...gone.map(manifest => `  ${manifest.name}${known(manifest)}`),
  ]
}

function notificationLines(notification: ReportNotification, {style, width}: Look): string[] {
  const {role, name, delivery, reasons, detail, preview, payload} = notification
  const shown = preview ?? payload
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
  const text = `${delivery}${why}${detail === null ? '' : `: ${detail}`}`
  const wrapped = wrap(text, width, 2, `${role} ${name}  `.length)
  const word = delivery === 'failed' ? style('red', delivery) : delivery
  const line = `${role} ${style('bold', name)}  ${word}${wrapped.slice(delivery.length)}`
  return [line, ...(shown === undefined ? [] : payloadLines(shown).map(text => `  ${style('dim', '│')} ${text}`))]
}

/** What a dry run would send: text as it is, anything else as JSON. */
function payloadLines(payload: unknown): string[] {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload, null, 2)
  return printableLines(text.trimEnd()).split('\n')
}

const outcomeColors = {clean: 'green', drift: 'yellow', incomplete: 'red', failed: 'red'} as const

/** One line that says it all: the outcome, what was checked, what was found and how long it took. */
function summaryLine(report: Report, {style, width}: Look): string {
  const {outcome} = report
  const word = style(outcomeColors[outcome], outcome.toUpperCase())
  return `${word}  ${wrap(summaryParts(report).join(' · '), width, outcome.length + 2, outcome.length + 2)}`
}
