import type {Report, ReportNotification} from '../model/report.ts'
import {advice} from './advice.ts'
import {age} from './age.ts'
import {disarm} from './disarm.ts'
import {countRows, driftedManifests, type DriftedManifest} from './drifted-manifests.ts'
import {fit, type Part, type Rows} from './markdown-fit.ts'
import {manifestPart} from './markdown-manifest.ts'
import {block, code, prose} from './markdown-text.ts'
import {gonePart, uncheckedPart} from './markdown-unchecked.ts'
import {sourceParts} from './source-parts.ts'
import {summaryParts} from './summary-parts.ts'

/** `limit` in bytes; without one nothing is left out. */
export type MarkdownOptions = {readonly limit?: number}

/** More Manifests than this are folded, and each that has more rows than that: one screen shows what there is. */
const openManifests = 10
const openRows = 25

/**
 * The report for people who read GitHub's markdown: a job summary, a comment, a file. `removed` first. Text from
 * outside stands in code, where it means nothing. https://github.github.com/gfm/
 */
export function renderMarkdown(report: Report, {limit = Number.POSITIVE_INFINITY}: MarkdownOptions = {}): string {
  const drifted = driftedManifests(report)
  const foldAll = drifted.length > openManifests
  const parts: Part[] = [
    heading(report, drifted),
    sourceText(report),
    errorText(report),
    ...drifted.map(one => manifestPart(report, one, foldAll || one.rows.length > openRows)),
    uncheckedPart(report),
    gonePart(report),
    adviceText(report, drifted),
    warningsPart(report),
    ...deliveryTexts(report),
  ]
  return disarm(fit(parts, limit))
}

function heading(report: Report, drifted: readonly DriftedManifest[]): string {
  const {cluster, watch, outcome} = report
  const name = cluster === null ? 'unknown cluster' : code(watch === 'default' ? cluster : `${cluster} / ${watch}`)
  const {previousRunAt, finishedAt} = report.run
  const [coverage = '', ...rest] = summaryParts(report)
  const previous = previousRunAt === null ? [] : [`previous run ${age(previousRunAt, finishedAt)} ago`]
  return `## ${emojiOf(report, drifted)} ${name}: ${outcome}\n\n${[`**${coverage}**`, ...rest, ...previous].join(' · ')}\n`
}

function emojiOf({outcome}: Report, drifted: readonly DriftedManifest[]): string {
  if (outcome !== 'failed' && countRows(drifted).removed > 0) return '🔴'
  return {clean: '✅', drift: '🟠', incomplete: '⚠️', failed: '❌'}[outcome]
}

function sourceText({source, tazuna}: Report): string {
  const facts = [
    ...sourceParts(source).map(({words, value}) => [words, value && code(value)].filter(Boolean).join(' ')),
    tazuna.version === null ? null : `tazuna ${code(tazuna.version)}`,
  ].filter(fact => fact !== null)
  return facts.length === 0 ? '' : `\n${facts.join(' · ')}\n`
}

function errorText({outcome, error}: Report): string {
  if (error === null) return ''
  const word = outcome === 'failed' ? 'Failed' : 'Incomplete'
  return `\n### ${word}: ${code(error.code)}\n\n${block(error.message)}\n\n→ ${prose(error.hint)}\n`
}

function adviceText(report: Report, drifted: readonly DriftedManifest[]): string {
  if (drifted.length === 0) return ''
  const lines = advice(report, drifted).map(({diffType, text}) => `* **${diffType}**: ${prose(text)}\n`)
  return `\n### What to do\n\n${lines.join('')}`
}

function warningsPart({warnings}: Report): Rows {
  return {
    head: '\n### Warnings\n\n',
    rows: warnings.map(({code: name, message}) => `* ${code(message)} ${code(name)}\n`),
    foot: '',
    noun: 'warning',
    share: 0.1,
  }
}

/** What notifiers and sinks got; of a dry run, what they would get. */
function deliveryTexts({notifications}: Report): string[] {
  if (notifications.length === 0) return []
  return ['\n### Deliveries\n\n', ...notifications.map(deliveryText)]
}

function deliveryText({role, name, delivery, reasons, detail, payload}: ReportNotification): string {
  const word = delivery === 'failed' ? '**failed**' : delivery
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
  const line = `* ${role} ${code(name)}: ${word}${why}${detail === null ? '' : `: ${code(detail)}`}\n`
  if (payload === undefined) return line
  const shown = typeof payload === 'string' ? block(payload) : block(JSON.stringify(payload, null, 2), 'json')
  const inside = shown.split('\n').map(text => (text === '' ? '' : `  ${text}`))
  return `${line}\n${inside.join('\n')}\n\n`
}
