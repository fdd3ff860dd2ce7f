import type {ParsedDiff} from '../model/report.ts'
import {objectName} from './row-text.ts'

/** Parsed rows for people, one line each, grouped by Manifest. */
export function renderDiffText({manifests, entries}: ParsedDiff): string {
  if (manifests.length === 0) return 'No changes.\n'
  const blocks = manifests.map(({name}) => {
    const rows = entries.filter(({manifest}) => manifest === name)
    return [name, ...rows.map(row => `  ${row.diffType.padEnd(11)}  ${objectName(row)}`)].join('\n')
  })
  return `${blocks.join('\n\n')}\n`
}
