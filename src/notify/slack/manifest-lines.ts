import type {Report} from '../../model/report.ts'
import {age} from '../../report/age.ts'
import {countDriftRows, type DriftedManifest, type DriftRow} from '../../report/drifted-manifests.ts'
import {lastApplied} from '../../report/last-applied.ts'
import {hashText, lastingText, objectName} from '../../report/row-text.ts'
import {code} from './mrkdwn.ts'
import {counted, countsText} from '../../report/wording.ts'

/** A Manifest with its first `limit` rows, one line each. */
export function manifestLines(report: Report, drifted: DriftedManifest, limit: number): string[] {
  const {name, rows} = drifted
  const left = rows.slice(limit)
  return [
    `${code(name, 100)} · *${countsText(countDriftRows(rows))}*`,
    ...appliedText(report, drifted, 'long'),
    ...rows.slice(0, limit).map(row => rowLine(report, row)),
    ...(left.length > 0 ? [`• +${counted(left.length, 'more row')}: ${countsText(countDriftRows(left))}`] : []),
  ]
}

/** A Manifest on one line. */
export function manifestLine(report: Report, drifted: DriftedManifest): string {
  const {name, rows} = drifted
  const since = rows.flatMap(({firstSeenAt}) => firstSeenAt ?? []).toSorted()[0]
  const facts = [
    ...(since === undefined ? [] : [`oldest ${age(since, report.run.finishedAt)}`]),
    ...appliedText(report, drifted, 'short'),
  ]
  return [`• ${code(name, 60)} · *${countsText(countDriftRows(rows))}*`, ...facts].join(' · ')
}

/** When and at which commit the Manifest was last applied; empty when that is unknown. */
function appliedText(report: Report, {manifest}: DriftedManifest, form: 'long' | 'short'): string[] {
  const applied = manifest === null ? null : lastApplied(report, manifest)
  if (applied === null) return []
  if (applied === 'never') return ['never applied: it has no State']
  const {at, ago} = applied
  const commit = applied.commit === null ? '' : ` at ${code(applied.commit, 40)}`
  return [form === 'long' ? `last applied ${at} (${ago})${commit}` : `applied ${ago}${commit}`]
}

function rowLine({run}: Report, row: DriftRow): string {
  const facts = [hashText(row), lastingText(row, run)].filter(fact => fact !== null)
  return [`• *${row.diffType}* ${code(objectName(row), 300)}`, ...facts].join(' · ')
}
