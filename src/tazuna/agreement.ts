import type {DiffEntry} from '../model/diff-entry.ts'
import type {DiffBlock, ListedManifest, StateList} from '../model/state-reading.ts'

/**
 * The Manifests on which `state list` and `state diff` do not agree, because an apply fell between the two: `added` but
 * listed, `removed` or `modified` but not listed, `was:` other than stored, stored equal to new, or not listed at all.
 */
export function disagreements(list: StateList, blocks: readonly DiffBlock[]): Set<string> {
  const listed = new Map(list.map(manifest => [manifest.name, manifest]))
  const moved = blocks.filter(block => !agrees(listed.get(block.manifest), block.entries))
  return new Set(moved.map(block => block.manifest))
}

function agrees(manifest: ListedManifest | undefined, entries: readonly DiffEntry[]): boolean {
  if (manifest === undefined) return false
  return entries.every(({stateKey, diffType, oldHash, newHash}) => {
    const stored = manifest.stored?.get(stateKey)
    switch (diffType) {
      case 'always-sync':
        return true
      case 'added':
        return stored === undefined
      case 'removed':
        return stored !== undefined && sameHash(stored, oldHash ?? stored)
      case 'modified':
        return stored !== undefined && sameHash(stored, oldHash ?? stored) && !sameHash(stored, newHash ?? '')
    }
  })
}

/** Whether two printed hashes are of one content; either may be shortened with `...`. */
export function sameHash(a: string, b: string): boolean {
  if (a === b) return true
  if (a.endsWith('...')) return b.startsWith(a.slice(0, -3))
  return b.endsWith('...') && a.startsWith(b.slice(0, -3))
}
