import type {LedgerManifest} from '../model/ledger.ts'
import type {MassDrift, Memory} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'
import type {Observation} from './observation.ts'

const longest = 24 * 60 * 60 * 1000
const fewest = 10
const share = 0.8
const kinds: readonly MassDrift['kind'][] = ['state-missing', 'all-added', 'all-gone']

/**
 * Whether State is missing so widely that it looks like a wrong cluster or a lost State. It holds until fewer than half
 * of the Manifests remain in that condition, and for 24 h at most by the clock.
 */
export function nextMassDrift(before: Memory, seen: Observation): MassDrift | null {
  const current = before.massDrift
  if (current === null) return seen.listKnown ? beginMassDrift(before, seen) : null
  const over = current.over || seen.now.getTime() - Date.parse(current.since) >= longest
  if (!seen.listKnown) return {...current, over}
  return hasEnded(current, seen) ? null : {...current, over}
}

/** Fewer than half of its Manifests are still affected. */
function hasEnded(massDrift: MassDrift, seen: Observation): boolean {
  return stillAffected(massDrift, seen).length * 2 < massDrift.manifests.length
}

/** While it holds, nothing per Manifest is told and nothing resolves. */
export function isHeld(massDrift: MassDrift | null): boolean {
  return massDrift !== null && !massDrift.over
}

function beginMassDrift(before: Memory, seen: Observation): MassDrift | null {
  const {manifests} = seen
  const hasLost = lossOf(seen)
  const lost = manifests.filter(hasLost).map(({name}) => name)
  const had = manifests.filter(manifest => {
    // one that renders nothing and has no State any more has lost nothing
    const rendersOrHas = manifest.resources !== null || hasLost(manifest)
    return before.manifests.get(manifest.name)?.hasState === true && rendersOrHas
  })
  const present = new Set(manifests.map(({name}) => name))
  const listed = [...before.manifests].filter(([, {goneSince}]) => goneSince === null).map(([name]) => name)
  const gone = listed.filter(name => !present.has(name))
  const hadNames = had.map(({name}) => name)
  const affected: Record<MassDrift['kind'], readonly string[] | null> = {
    'state-missing': had.length > 0 && had.every(hasLost) ? hadNames : null,
    'all-added': isWide(lost.length, manifests.length) ? lost : null,
    'all-gone': isWide(gone.length, listed.length) ? gone : null,
  }
  const kind = kinds.find(kind => affected[kind] !== null)
  if (kind === undefined) return null
  return {kind, since: toTimestamp(seen.now), manifests: affected[kind] ?? [], over: false}
}

function isWide(count: number, total: number): boolean {
  return total >= fewest && count >= share * total
}

/** The Manifests of a mass drift that are still in the condition that began it. */
function stillAffected({kind, manifests}: MassDrift, seen: Observation): string[] {
  const hasLost = lossOf(seen)
  const present = new Map(seen.manifests.map(manifest => [manifest.name, manifest]))
  return manifests.filter(name => {
    const manifest = present.get(name)
    if (kind === 'all-gone') return manifest === undefined
    if (manifest === undefined) return false
    return manifest.state === 'checked' ? hasLost(manifest) : manifest.resources === null
  })
}

/** Tells of a Manifest whether it has no State, and all that it renders would be added. */
function lossOf({entries}: Observation): (manifest: LedgerManifest) => boolean {
  const rows = new Map<string, {all: number; added: number}>()
  for (const {entry} of entries) {
    if (entry.diffType === 'always-sync') continue
    const {all, added} = rows.get(entry.manifest) ?? {all: 0, added: 0}
    rows.set(entry.manifest, {all: all + 1, added: added + (entry.diffType === 'added' ? 1 : 0)})
  }
  return ({name, state, resources}) => {
    const {all, added} = rows.get(name) ?? {all: 0, added: 0}
    return state === 'checked' && resources === null && all > 0 && added === all
  }
}
