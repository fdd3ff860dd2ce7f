import type {Truth} from './reading.ts'
import type {Shadow, ShadowMass, Tri} from './shadow.ts'
import {day, minute} from './world.ts'

/**
 * Lost State or a wrong cluster: notes in `shadow` that it begins or ends, and returns whether it holds back what is
 * due per Manifest. 1 where the reading is not whole or the rules leave room.
 */
export function seeMass(shadow: Shadow, truth: Truth, now: number): Tri {
  if (truth.kind === 'failed' || truth.listed === null) return shadow.mass === null ? 0 : holdingOf(shadow.mass, now)
  const found = massOf(shadow, truth, truth.listed)
  const {mass} = shadow
  if (mass !== null) {
    const remain = remaining(mass, truth, truth.listed)
    if (remain === 0) shadow.mass = null
    else if (remain === 1) Object.assign(mass, {isSure: false, isDoubtful: true})
    // it may have ended, and what is there now may be another one
    if (mass.isDoubtful && mass.isOver && found.tri > 0) shadow.mass = {...begin(found, now), isSure: false}
  }
  if (shadow.mass === null) {
    if (found.tri === 0) return 0
    shadow.mass = begin(found, now)
    // whether one begins as another ends, the rules do not say
    if (mass !== null) shadow.mass.isSure = false
    return mass === null ? found.tri : 1
  }
  if (!shadow.mass.isSure && found.tri > 0) shadow.mass.latest = now
  return holdingOf(shadow.mass, now)
}

function begin({tri, isGone, affected, wide}: Found, now: number): ShadowMass {
  return {since: now, latest: now, isSure: tri === 2, isOver: false, isDoubtful: false, isGone, affected, wide}
}

function holdingOf(mass: ShadowMass, now: number): Tri {
  if (now - mass.latest >= day + minute) mass.isOver = true
  if (mass.isOver) return 0
  const isNear = now - mass.since >= day - minute
  // it may be over, and a clock that is set back does not begin it again
  if (isNear) mass.isSure = false
  return mass.isSure ? 2 : 1
}

type Found = Pick<ShadowMass, 'isGone' | 'affected' | 'wide'> & {readonly tri: Tri}
type Listed = ReadonlyMap<string, boolean>

function massOf(shadow: Shadow, truth: Truth, listed: Listed): Found {
  const all = [stateMissing(shadow, truth, listed), allAdded(truth, listed), allGone(shadow, listed)]
  return all.reduce((best, one) => (one.tri > best.tri ? one : best))
}

/** Every Manifest that had State has none now, and prints added rows only. What renders nothing has lost nothing. */
function stateMissing(shadow: Shadow, truth: Truth, listed: Listed): Found {
  const had = [...listed.keys()].filter(name => shadow.manifests.get(name)?.hasState)
  const concerned = had.filter(name => listed.get(name) || !truth.checked.has(name) || onlyAdded(truth, name) > 0)
  if (concerned.length === 0 || concerned.some(name => listed.get(name))) return none
  // one that left tazuna.yaml and is back had State before it left
  const isCertain = concerned.every(name => onlyAdded(truth, name) === 2 && shadow.manifests.get(name)?.goneAt === null)
  const wide = [...listed]
    .filter(([name, hasState]) => !hasState && truth.checked.has(name) && onlyAdded(truth, name) > 0)
    .map(([name]) => name)
  return {tri: isCertain ? 2 : 1, isGone: false, affected: new Set(concerned), wide: new Set(wide)}
}

function allAdded(truth: Truth, listed: Listed): Found {
  if (listed.size < 10) return none
  const without = [...listed].filter(([, hasState]) => !hasState).map(([name]) => name)
  const share = (least: Tri) => without.filter(name => onlyAdded(truth, name) >= least)
  const certain = share(2)
  if (certain.length >= 0.8 * listed.size) return toFound(2, false, certain)
  const perhaps = share(1)
  return perhaps.length >= 0.8 * listed.size ? toFound(1, false, perhaps) : none
}

function allGone(shadow: Shadow, listed: Listed): Found {
  const before = [...shadow.manifests].filter(([, {goneAt}]) => goneAt === null).map(([name]) => name)
  const gone = before.filter(name => !listed.has(name))
  return before.length >= 10 && gone.length >= 0.8 * before.length ? toFound(2, true, gone) : none
}

function toFound(tri: Tri, isGone: boolean, names: readonly string[]): Found {
  return {tri, isGone, affected: new Set(names), wide: new Set(names)}
}

const none = toFound(0, false, [])

/**
 * Whether half of those that it began with remain: 2 if all do, 0 if clearly fewer. The rules do not say whether those
 * count that never had State: 1 if that matters, or where something was not checked.
 */
function remaining(mass: ShadowMass, truth: Truth, listed: Listed): Tri {
  const shares = [mass.affected, mass.wide].map(names => {
    const tris = [...names].map(name => remains(name, mass, truth, listed))
    if (tris.every(tri => tri === 2)) return 2
    return tris.filter(tri => tri > 0).length * 2 < names.size ? 0 : 1
  })
  return shares[0] === shares[1] ? shares[0]! : 1
}

function remains(name: string, {isGone}: ShadowMass, truth: Truth, listed: Listed): Tri {
  if (isGone) return listed.has(name) ? 0 : 2
  if (!listed.has(name)) return 1
  if (listed.get(name)) return 0
  return truth.checked.has(name) ? onlyAdded(truth, name) : 1
}

/** 1 if it was not checked. Always-sync rows are no drift. */
function onlyAdded(truth: Truth, name: string): Tri {
  if (!truth.checked.has(name) || truth.moved.has(name)) return 1
  const rows = rowsOf(truth, name).filter(({diffType}) => diffType !== 'always-sync')
  return rows.length > 0 && rows.every(({diffType}) => diffType === 'added') ? 2 : 0
}

function rowsOf(truth: Truth, name: string) {
  return truth.checked.get(name) ?? []
}
