import type {DiffEntry} from '../../src/model/diff-entry.ts'
import {slack, type RunFacts} from './run-facts.ts'
import {seeMass} from './see-mass.ts'
import {
  clampShadow,
  copyShadow,
  newLog,
  newTold,
  toldOf,
  type Seen,
  type Shadow,
  type ShadowFailing,
  type ShadowManifest,
  type Tri,
} from './shadow.ts'
import {settle} from './settle.ts'
import {isDoubtful} from './truth.ts'
import {day, isIgnored} from './world.ts'

export type SeenRun = {
  /** The ledger with this run, and the logs as they are before anything is told. */
  readonly shadow: Shadow
  /** Whether a mass drift holds back what is due per Manifest. */
  readonly holding: Tri
}

/** What is remembered, with what a run saw. Changes nothing. */
export function see(before: Shadow, run: RunFacts): SeenRun {
  const shadow = copyShadow(before)
  clampShadow(shadow, run.now)
  const {truth} = run
  const holding = seeMass(shadow, truth, run.now)
  // records that may have been dropped
  for (const log of shadow.logs.values()) if (run.now - log.configuredAt > 30 * day - slack) log.isFuzzy = true
  for (const manifest of shadow.manifests.values()) {
    if (manifest.goneAt !== null && run.now - manifest.goneAt > 30 * day - slack) manifest.isForgotten = true
  }
  for (const {name} of run.notifiers) if (!shadow.logs.has(name)) shadow.logs.set(name, newLog(run.now))
  oweAtOnce(shadow, run.now)
  const isInDoubt = truth.kind === 'complete' && isDoubtful(run)
  const whole = isInDoubt ? 'MANIFEST_SKIPPED' : truth.whole
  shadow.failing = whole === null ? null : failOnce(shadow.failing, whole, run)
  // that State moved is a failing of the run, or none
  if (shadow.failing !== null && isInDoubt) shadow.failing.low = 0
  if (truth.kind !== 'failed') seeManifests(shadow, run, holding)
  // a run that failed has read nothing
  if (truth.kind !== 'failed') shadow.lastReadAt = run.readAt
  settle(shadow, run, holding)
  for (const {name} of run.notifiers) shadow.logs.get(name)!.configuredAt = run.now
  return {shadow, holding}
}

/** What went at this very time, by a clock that was set back, may have gone after a notifier joined. */
function oweAtOnce(shadow: Shadow, now: number): void {
  for (const [name, {goneAt}] of shadow.manifests) {
    if (goneAt === null || goneAt < now - slack) continue
    for (const log of shadow.logs.values()) {
      const told = toldOf(log, name)
      if (told.gone === 0 && !told.isToldGone) told.gone = 1
    }
  }
}

function seeManifests(shadow: Shadow, run: RunFacts, holding: Tri): void {
  const {truth} = run
  for (const [name, code] of truth.failures) {
    const manifest = manifestOf(shadow, name)
    // what failed stays so until it is looked at again
    manifest.failing = failOnce(manifest.failing, manifest.failing?.code === 'error' ? 'error' : code, run)
    comeBack(shadow, name, manifest)
  }
  for (const [name, rows] of truth.checked) {
    const manifest = manifestOf(shadow, name)
    manifest.failing = null
    comeBack(shadow, name, manifest)
    seeRows(manifest, name, rows, run, holding)
    manifest.lastCheckedAt = run.now
    if (truth.listed?.get(name) === true) manifest.hasState = true
    else if (holding === 0 && truth.listed !== null) manifest.hasState = false
  }
  if (truth.listed === null) return
  for (const [name, manifest] of shadow.manifests) {
    if (truth.listed.has(name) || manifest.goneAt !== null) continue
    manifest.goneAt = run.now
    manifest.failing = null
    oweGone(shadow, name, manifest, run, holding)
  }
}

function manifestOf(shadow: Shadow, name: string): ShadowManifest {
  const known = shadow.manifests.get(name)
  if (known) return known
  const state = {hasState: false, lastCheckedAt: null, failing: null, goneAt: null, isForgotten: false}
  const manifest = {...state, entries: new Map<string, Seen>()}
  shadow.manifests.set(name, manifest)
  return manifest
}

/** A Manifest that returns keeps its ages and is told afresh. */
function comeBack(shadow: Shadow, name: string, manifest: ShadowManifest): void {
  if (manifest.goneAt === null) return
  manifest.goneAt = null
  if (manifest.isForgotten) {
    for (const seen of manifest.entries.values()) Object.assign(seen, {firstHigh: Infinity, present: 1, sightLow: 0})
    manifest.lastCheckedAt = null
    manifest.isForgotten = false
  }
  for (const log of shadow.logs.values()) {
    const told = log.manifests.get(name)
    if (!told) continue
    for (const [key, left] of told.left) told.left.set(key, {...left, isSilent: true})
    for (const [key, one] of told.told) {
      told.left.set(key, {low: one.at, high: one.at, isSilent: true})
      if (told.gone === 0) told.told.delete(key)
      else one.isSure = false
    }
    told.gone = 0
    told.isToldGone = false
    told.recovered = 0
    if (told.failure) told.failure = {...told.failure, isSure: false}
  }
}

/** Who knew of the Manifest before is told that it is gone; who joined in this run is not. */
function oweGone(shadow: Shadow, name: string, manifest: ShadowManifest, run: RunFacts, holding: Tri): void {
  for (const [notifier, log] of shadow.logs) {
    const rules = run.notifiers.find(one => one.name === notifier)
    const concerns = rules === undefined || rules.manifests === null || rules.manifests.includes(name)
    const told = log.manifests.get(name) ?? null
    const isCertain = rules !== undefined && concerns && holding === 0 && log.baseline === 2 && manifest.hasState
    log.manifests.set(name, {...(told ?? newTold()), gone: isCertain ? 2 : 1})
  }
}

function seeRows(
  manifest: ShadowManifest,
  name: string,
  rows: readonly DiffEntry[],
  run: RunFacts,
  holding: Tri,
): void {
  const {truth, now} = run
  const isMoved = truth.moved.has(name)
  const printed = new Set<string>()
  for (const printedRow of rows) {
    // what is stored is known from the list only, and only if both agree
    const isStoredKnown = !isMoved && truth.listed !== null
    const row = printedRow.diffType === 'modified' && !isStoredKnown ? {...printedRow, oldHash: null} : printedRow
    printed.add(row.stateKey)
    const known = manifest.entries.get(row.stateKey)
    const seen = known ? seeAgain(known, row, run, isMoved || holding > 0) : seeFirst(row, run)
    if (isMoved || holding > 0) seen.sightLow = Math.min(seen.sightLow, known?.sightLow ?? 0)
    seen.filtered = row.diffType === 'always-sync' || isIgnored(row, run.ignore, now)
    if (seen.filtered) seen.sightLow = 0
    manifest.entries.set(row.stateKey, seen)
  }
  if (isMoved) return
  for (const [key, seen] of manifest.entries) {
    if (printed.has(key) || seen.present === 0) continue
    const isProven = holding === 0 && truth.listed !== null
    if (seen.present === 2 || isProven) seen.absentAt = now
    seen.present = isProven ? 0 : 1
    seen.sightLow = 0
    if (seen.present === 0) seen.sightHigh = 0
  }
}

function seeFirst({diffType, oldHash, newHash}: DiffEntry, {now, group, truth}: RunFacts): Seen {
  return {
    type: diffType,
    hash: newHash ?? oldHash,
    storedHash: diffType === 'modified' ? oldHash : null,
    digest: truth.digest,
    real: 0,
    unstable: 0,
    firstLow: now,
    firstHigh: now,
    sightLow: 1,
    sightHigh: 1,
    groups: [group],
    lastGroup: group,
    filtered: false,
    present: 2,
    absentAt: null,
  }
}

function seeAgain(known: Seen, row: DiffEntry, run: RunFacts, isDoubtful: boolean): Seen {
  const first = seeFirst(row, run)
  const {now, group} = run
  const content = {...first, ...changesOf(known, first, isDoubtful), firstLow: known.firstLow}
  if (known.present === 0) return {...content, firstHigh: now}
  if (known.present === 1) {
    const sightHigh = known.sightHigh + (known.lastGroup === group ? 0 : 1)
    return {...content, firstHigh: now, sightHigh, sightLow: Math.min(1, sightHigh)}
  }
  const isCounted = known.groups.includes(group)
  return {
    ...content,
    firstHigh: known.firstHigh,
    sightLow: known.sightLow + (isCounted ? 0 : 1),
    sightHigh: known.sightHigh + (known.lastGroup === group ? 0 : 1),
    groups: isCounted ? known.groups : [...known.groups, group],
  }
}

/** Another hash under the same digest and the same stored hash is an unstable rendering. */
function changesOf(known: Seen, now: Seen, isDoubtful: boolean): Pick<Seen, 'real' | 'unstable'> {
  const {real, unstable} = known
  if (known.type !== now.type) return {real: real + 1, unstable: unstable + (isDoubtful ? 1 : 0)}
  if (known.hash === now.hash) return {real, unstable}
  const isKnown = now.digest !== null && known.digest !== null
  if (!isKnown || known.digest !== now.digest) return {real: real + 1, unstable: unstable + (isDoubtful ? 1 : 0)}
  const isStoredKnown = known.storedHash !== null && now.storedHash !== null
  if (now.type !== 'modified' || isDoubtful || !isStoredKnown) return {real: real + 1, unstable: unstable + 1}
  if (known.storedHash !== now.storedHash) return {real: real + 1, unstable}
  return {real, unstable: unstable + 1}
}

function failOnce(known: ShadowFailing | null, code: string, {now, group}: RunFacts): ShadowFailing {
  if (known === null) return {low: 1, high: 1, groups: [group], lastGroup: group, code, since: now}
  const isCounted = known.groups.includes(group)
  return {
    low: known.low + (isCounted ? 0 : 1),
    high: known.high + (known.lastGroup === group ? 0 : 1),
    groups: isCounted ? known.groups : [...known.groups, group],
    lastGroup: group,
    code,
    since: known.since,
  }
}
