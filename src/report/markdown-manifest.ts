import type {Report, ReportManifest} from '../model/report.ts'
import {countDriftRows, type DriftedManifest, type DriftRow} from './drifted-manifests.ts'
import {lastApplied} from './last-applied.ts'
import {hashText, lastingText, objectName} from './row-text.ts'
import {countsText} from './wording.ts'
import type {Rows} from './markdown-fit.ts'
import {cell, code, htmlCode} from './markdown-text.ts'

/** A Manifest with a table of its rows, `folded` until someone opens it. */
export function manifestPart(report: Report, {name, manifest, rows}: DriftedManifest, folded: boolean): Rows {
  const counts = countsText(countDriftRows(rows))
  const applied = manifest === null ? [] : appliedText(report, manifest).map(text => `${text}\n\n`)
  const ages = rows.some(({firstSeenAt}) => firstSeenAt !== null)
  const table = ages
    ? '| | resource | content | since |\n|---|---|---|---|\n'
    : '| | resource | content |\n|---|---|---|\n'
  const title = folded
    ? `\n<details><summary>${htmlCode(name)}: ${counts}</summary>\n\n`
    : `\n### ${code(name)}: ${counts}\n\n`
  return {
    head: [title, ...applied, table].join(''),
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

/** When and at which commit the Manifest was last applied; empty where that is unknown. */
function appliedText(report: Report, manifest: ReportManifest): string[] {
  const applied = lastApplied(report, manifest)
  if (applied === null) return []
  if (applied === 'never') return ['Never applied: it has no State.']
  const {at, ago, commit} = applied
  return [`Last applied ${at} (${ago})${commit === null ? '' : ` at ${code(commit)}`}`]
}
