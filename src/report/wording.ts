import {driftTypes} from '../model/diff-entry.ts'
import type {DriftCounts} from './drifted-manifests.ts'

/** `1 Manifest`, `12,000 Manifests`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `1 entry`, `12,000 entries`. */
export function countedEntries(count: number): string {
  return `${grouped(count)} ${count === 1 ? 'entry' : 'entries'}`
}

/** `3 entries are muted`. */
export function mutedText(count: number): string {
  return `${countedEntries(count)} ${count === 1 ? 'is' : 'are'} muted`
}

/** `1 removed, 2 modified`: the diff types that there are, `removed` first. */
export function countsText(counts: DriftCounts): string {
  return driftTypes
    .filter(type => counts[type] > 0)
    .map(type => `${grouped(counts[type])} ${type}`)
    .join(', ')
}

/** A whole number with a comma between thousands. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}
