import type {Report, ReportManifest} from '../model/report.ts'
import {since, utcOfDay} from './age.ts'
import type {Rows} from './markdown-fit.ts'
import {cell} from './markdown-text.ts'

/** The Manifests without a result, why, and what an earlier run knew of them. */
export function uncheckedPart({manifests, run}: Report): Rows {
  const unchecked = manifests.filter(({outcome}) => outcome === 'error' || outcome === 'not-checked')
  const isKnown = unchecked.some(({lastCheckedAt}) => lastCheckedAt !== null)
  const columns = ['', 'Manifest', 'why', ...(isKnown ? ['last known'] : [])]
  return {
    head: `\n### Not checked, so perhaps drifted too\n\n${tableHead(columns)}`,
    rows: unchecked.map(manifest => {
      const {name, outcome, error} = manifest
      const known = isKnown ? [lastKnownText(manifest, run)] : []
      return tableRow([`**${outcome}**`, cell(name), error === null ? '' : cell(error), ...known])
    }),
    foot: '',
    noun: 'unchecked Manifest',
    share: 0.25,
  }
}

/** The Manifests that are no longer in tazuna.yaml: nobody looks at what they applied. */
export function gonePart({manifests, run}: Report): Rows {
  const gone = manifests.filter(({outcome}) => outcome === 'gone')
  return {
    head:
      '\n### Gone from tazuna.yaml; what they applied may still be in the cluster\n\n' +
      tableHead(['Manifest', 'last known']),
    rows: gone.map(manifest => tableRow([cell(manifest.name), lastKnownText(manifest, run)])),
    foot: '',
    noun: 'gone Manifest',
    share: 0.1,
  }
}

/** Empty where no earlier run is remembered. */
function lastKnownText({lastCheckedAt, firstSeenAt}: ReportManifest, run: Report['run']): string {
  if (lastCheckedAt === null) return ''
  const drift = firstSeenAt === null ? 'in sync then' : `drift known ${since(firstSeenAt, run)}`
  return `unchecked since ${utcOfDay(lastCheckedAt, run.finishedAt)}, ${drift}`
}

function tableHead(columns: readonly string[]): string {
  const cells = columns.map(column => (column === '' ? ' ' : ` ${column} `))
  return `|${cells.join('|')}|\n|${'---|'.repeat(columns.length)}\n`
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}
