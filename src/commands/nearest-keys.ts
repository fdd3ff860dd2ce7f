import {distance} from '../config/nearest.ts'
import {resourceOf, toResource, type StateKey} from '../model/state-key.ts'
import {objectName} from '../report/row-text.ts'

const most = 3
/** Distances are slow, and keys are many and long. */
const farthest = 4

/** Up to three of the known names or keys that a wrong one may have meant: those that hold it, then those like it. */
export function nearestKeys(word: string, known: Iterable<string>): string[] {
  const part = word.toLowerCase()
  const limit = Math.min(farthest, Math.max(2, Math.floor(word.length / 4)))
  const isNearManifest = nearManifest(word)
  const ranked = [...new Set(known)].flatMap(key => {
    if (part !== '' && key.toLowerCase().includes(part)) return {key, rank: 0}
    if (Math.abs(key.length - word.length) > limit || !isNearManifest(key)) return []
    const rank = distance(key, word)
    return rank > limit ? [] : {key, rank}
  })
  return ranked
    .toSorted((a, b) => a.rank - b.rank || a.key.length - b.key.length || (a.key < b.key ? -1 : 1))
    .slice(0, most)
    .map(({key}) => key)
}

/** Of State keys only those of the same Manifest, or of one that is called nearly so. */
function nearManifest(word: string): (key: string) => boolean {
  const own = firstPart(word)
  const found = new Map<string, boolean>()
  return key => {
    const manifest = firstPart(key)
    if (!key.includes('/')) return true
    const isNear = found.get(manifest) ?? distance(manifest, own) <= 1
    found.set(manifest, isNear)
    return isNear
  }
}

function firstPart(key: string): string {
  return key.split('/', 1)[0]!
}

/** Whether people name an entry so: `Kind namespace/name`, as reports print it, or its State key without the Manifest. */
export function isNameOf(word: string, manifest: string, stateKey: StateKey): boolean {
  if (word === resourceOf({manifest, stateKey})) return true
  return word === objectName({resource: toResource(manifest, stateKey), stateKey})
}

/** `did you mean web or web-2?`; empty without any. */
export function didYouMean(nearest: readonly string[]): string {
  const last = nearest.at(-1)
  if (last === undefined) return ''
  const before = nearest.slice(0, -1).join(', ')
  return `did you mean ${before === '' ? last : `${before} or ${last}`}?`
}
