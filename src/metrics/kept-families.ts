import {parseExposition} from './parse-exposition.ts'
import type {WatchLabels} from './watch-labels.ts'

/** An exposition with what it keeps of an older one, or without, and why. */
export type Kept = {readonly text: string; readonly problem: string | null}

/**
 * An exposition of ours with the families of an older one that it does not have itself: what a `POST` to a Pushgateway
 * does. Of an older one that is not ours, damaged, or of another watch, nothing is kept.
 */
export function keepFamilies(text: string, old: string, watch: WatchLabels): Kept {
  const own = parseExposition(text, watch)
  const kept = parseExposition(old, watch)
  if ('problem' in own) throw new Error(`this exposition is not ours: ${own.problem}`)
  if ('problem' in kept) return {text, problem: kept.problem}
  const families = new Map([...kept.families, ...own.families])
  const sorted = [...families].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {text: sorted.map(([, family]) => family).join(''), problem: null}
}
