import type {Report, ReportManifest} from '../model/report.ts'
import {isJustNow, since} from './age.ts'
import {countDriftRows, type DriftedManifest, type DriftRow} from './drifted-manifests.ts'
import {lastApplied} from './last-applied.ts'
import {hashText, lastingText, objectName} from './row-text.ts'
import {countsText, mutedText} from './wording.ts'
import type {Rows} from './markdown-fit.ts'
import {cell, code, htmlCode} from './markdown-text.ts'

/** A Manifest with a table of its rows, `folded` until someone opens it. */
export function manifestPart(report: Report, {name, manifest, rows}: DriftedManifest, folded: boolean): Rows {
  const counts = countsText(countDriftRows(rows))
  const facts = manifest === null ? [] : [...appliedText(report, manifest), ...sinceText(report, manifest)]
  const muted = rows.filter(({mutedUntil}) => mutedUntil !== null).length
  if (muted > 0) facts.push(mutedText(muted))
  const ages = rows.some(({firstSeenAt}) => firstSeenAt !== null)
  const table = ages
    ? '| | resource | content | since |\n|---|---|---|---|\n'
    : '| | resource | content |\n|---|---|---|\n'
  const title = folded
    ? `\n<details><summary>${htmlCode(name)}: ${counts}</summary>\n\n`
    : `\n### ${code(name)}: ${counts}\n\n`
  return {
    head: [title, facts.length === 0 ? '' : `${capitalised(facts.join(' · '))}\n\n`, table].join(''),
    rows: rows.map(
      row => `| ${[...toCells(row), ...(ages ? [lastingText(row, report.run) ?? ''] : [])].join(' | ')} |\n`,
    ),
    foot: folded ? '\n</details>\n' : '',
    noun: 'drifted resource',
  }
}

function toCells(row: DriftRow): string[] {
  const hashes = hashText(row)
  return [`**${row.diffType}**`, cell(objectName(row)), hashes === null ? '' : cell(hashes)]
}

/** Since when there is drift; empty where that is unknown, or this run was the first to see it. */
function sinceText({run}: Report, {firstSeenAt}: ReportManifest): string[] {
  return firstSeenAt === null || isJustNow(firstSeenAt, run) ? [] : [`drift ${since(firstSeenAt, run)}`]
}

/** When and at which commit the Manifest was last applied; empty where that is unknown. */
function appliedText(report: Report, manifest: ReportManifest): string[] {
  const applied = lastApplied(report, manifest)
  if (applied === null) return []
  if (applied === 'never') return ['never applied: it has no State']
  const {at, ago, commit} = applied
  return [`last applied ${at} (${ago})${commit === null ? '' : ` at ${code(commit)}`}`]
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
