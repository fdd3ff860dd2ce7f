import type {ParsedDiff} from '../model/report.ts'
import {printableLine} from './printable.ts'
import {objectName} from './row-text.ts'

/** Parsed rows for people, one line each, grouped by Manifest. */
export function renderDiffText({manifests, entries}: ParsedDiff): string {
  if (manifests.length === 0) return 'No changes.\n'
  const rows = Map.groupBy(entries, ({manifest}) => manifest)
  const names = new Set(manifests.map(({name}) => name))
  const blocks = [...names].map(name => {
    const lines = (rows.get(name) ?? []).map(row => `  ${row.diffType.padEnd(11)}  ${printableLine(objectName(row))}`)
    return [printableLine(name), ...lines].join('\n')
  })
  return `${blocks.join('\n\n')}\n`
}
