import type {Reason} from '../../src/model/report.ts'
import {mutedTri} from './mutes.ts'
import {slack, type RunFacts} from './run-facts.ts'
import type {SeenRun} from './see.ts'
import {concerns, isMatched} from './settle.ts'
import type {Seen, ShadowFailing, ShadowLog, ShadowManifest, ShadowTold, ShadowToldFailure, Tri} from './shadow.ts'
import {isIgnored, minute, type SimNotifier} from './world.ts'

/** What one notifier is to be told in one run: what it must hear, and what it may. */
export type Expectation = {
  /** Each of these makes a message due. */
  readonly must: readonly {readonly manifest: string | null; readonly what: string; readonly key: string | null}[]
  readonly manifests: ReadonlyMap<string, ExpectedManifest>
  /** Reasons that the message as a whole may have, besides those of its Manifests. */
  readonly reasons: ReadonlySet<Reason>
  readonly holding: Tri
  /** The log is not known. */
  readonly isFuzzy: boolean
  /** Entries that would be told if they were not muted: at least and at most. */
  readonly muted: readonly [number, number]
}

export type ExpectedManifest = {
  readonly reasons: ReadonlySet<Reason>
  readonly entries: ReadonlyMap<string, ExpectedEntry>
  readonly resolvable: ReadonlyMap<string, {readonly tri: Tri; readonly wasTold: boolean}>
}

export type ExpectedEntry = {
  readonly seen: Seen
  /** Whether a message states it. */
  readonly stated: Tri
  readonly told: Tri
  readonly changed: Tri
}

export function expect(name: string, {shadow, holding}: SeenRun, run: RunFacts): Expectation {
  const rules = run.notifiers.find(one => one.name === name)!
  const log = shadow.logs.get(name)!
  const must: {manifest: string | null; what: string; key: string | null}[] = []
  const reasons = new Set<Reason>()
  const manifests = new Map<string, ExpectedManifest>()
  let muted: [number, number] = [0, 0]

  expectMass(shadow.mass, holding, log, rules, run, must, reasons)
  const failing = failureDue(shadow.failing, log, rules, run.now)
  if (failing > 0) reasons.add('check-failed').add('reminder')
  if (failing === 2) must.push({manifest: null, what: `the failing of the run (${shadow.failing?.code})`, key: null})
  if (rules.resolved && log.recovered > 0) reasons.add('check-recovered')
  if (rules.resolved && log.recovered === 2) must.push({manifest: null, what: 'the recovery of the run', key: null})
  for (const [manifest, known] of shadow.manifests) {
    const told = log.manifests.get(manifest)
    const one = expectManifest(manifest, known, told, {shadow, holding}, log, rules, run)
    if (one === null) continue
    manifests.set(manifest, one.expected)
    muted = [muted[0] + one.muted[0], muted[1] + one.muted[1]]
    if (holding === 0) must.push(...one.must.map(({what, key}) => ({manifest, what, key})))
  }
  return {isFuzzy: log.isFuzzy, must: log.isFuzzy ? [] : must, manifests, reasons, holding, muted}
}

type Due = {what: string; key: string | null}

function expectMass(
  mass: SeenRun['shadow']['mass'],
  holding: Tri,
  log: ShadowLog,
  rules: SimNotifier,
  run: RunFacts,
  must: {manifest: string | null; what: string; key: string | null}[],
  reasons: Set<Reason>,
): void {
  if (holding === 0 || mass === null) return
  const isTold = log.mass !== null && log.mass.since >= mass.since
  const remind = isTold ? elapsed(log.mass!.at, run.now, rules.remindAfter - 5 * minute) : 2
  if (remind === 0 && holding === 2) return
  reasons.add('mass-drift').add('reminder')
  if (holding === 2 && remind === 2) must.push({manifest: null, what: 'the mass drift', key: null})
}

function expectManifest(
  manifest: string,
  known: ShadowManifest,
  told: ShadowTold | undefined,
  {shadow, holding}: SeenRun,
  log: ShadowLog,
  rules: SimNotifier,
  run: RunFacts,
): {expected: ExpectedManifest; must: Due[]; muted: [number, number]} | null {
  const {now, truth} = run
  const isChecked = truth.checked.has(manifest)
  const must: Due[] = []
  const reasons = new Set<Reason>()
  const entries = new Map<string, ExpectedEntry>()
  const muted: [number, number] = [0, 0]
  let isReminded: Tri = 0
  let isNew: Tri = 0
  for (const [key, seen] of known.entries) {
    const isMute = mutedTri(shadow, manifest, key, now)
    const there = presentTri(manifest, key, known, seen, rules, run)
    const ofTold = told?.told.get(key)
    const toldTri: Tri = ofTold === undefined || ofTold.isGone ? 0 : ofTold.isSure && !log.isFuzzy ? 2 : 1
    const isRipe = seen.type === 'removed' || toldTri === 2 ? 2 : ripeTri(seen, run.minSightings, toldTri)
    const wouldBeTold = and(there, isRipe)
    if (isMute > 0 && there > 0) muted[1] += 1
    if (isMute === 2 && wouldBeTold === 2) muted[0] += 1
    const waits = toldTri === 2 || seen.type === 'removed' ? 0 : waitTri(told, key, rules, now)
    const stated = and(wouldBeTold, isMute === 2 ? 0 : isMute === 1 ? 1 : 2, waits > 0 ? 1 : 2)
    if (stated === 0) continue
    const changed = ofTold === undefined ? 0 : changedTri(ofTold, seen, log.isFuzzy)
    entries.set(key, {seen, stated, told: toldTri, changed})
    const newTri = and(stated, not(toldTri), waits === 2 ? 0 : 2)
    if (newTri > isNew) isNew = newTri
    if (newTri === 2) must.push({what: 'a new entry', key})
    const changeDue = changed === 0 ? 0 : and(changed, toldTri, changeTri(ofTold!, seen, told!, rules, now))
    if (changed > 0 && (changeDue > 0 || toldTri === 1)) reasons.add('entries-changed')
    if (changeDue === 2 && stated === 2 && isChecked) must.push({what: 'a changed entry', key})
    const namedAt = told?.namedAt ?? null
    if (toldTri > 0 && isChecked && namedAt !== null) {
      const due = and(stated, elapsed(namedAt, now, rules.remindAfter - 5 * minute))
      if (due > 0) reasons.add('reminder')
      if (and(due, toldTri) > isReminded) isReminded = and(due, toldTri)
    }
  }
  if (isReminded === 2) must.push({what: 'a reminder', key: null})
  if (isNew > 0) addNew(reasons, log, entries)
  const failure = told ?? {failure: null, recovered: 0 as Tri}
  const failing =
    concerns(rules, manifest) && known.goneAt === null ? failureDue(known.failing, failure, rules, now) : 0
  if (failing > 0) reasons.add('check-failed').add('reminder')
  if (failing === 2 && truth.failures.has(manifest))
    must.push({what: `its failing (${known.failing?.code})`, key: null})
  if (rules.resolved && failure.recovered > 0) reasons.add('check-recovered')
  if (rules.resolved && failure.recovered === 2 && isChecked && concerns(rules, manifest)) {
    must.push({what: 'its recovery', key: null})
  }
  const gone: Tri = known.goneAt === null ? 0 : and(told?.gone ?? 0, concerns(rules, manifest) ? 2 : 0)
  if (gone > 0) reasons.add('manifest-gone')
  if (gone === 2) must.push({what: 'that it is gone', key: null})
  const resolvable = resolvableOf(known, told, log, rules, run, holding)
  for (const [key, {tri}] of resolvable) if (tri === 2) must.push({what: 'that an entry is gone', key})
  if (resolvable.size > 0) reasons.add('some-resolved').add('all-resolved')
  return {expected: {reasons, entries, resolvable}, must, muted}
}

function addNew(reasons: Set<Reason>, log: ShadowLog, entries: ReadonlyMap<string, ExpectedEntry>): void {
  if (log.baseline < 2 || log.isFuzzy) reasons.add('baseline')
  const told = [...entries.values()].filter(({stated}) => stated > 0)
  if (told.every(one => one.told < 2)) reasons.add('first-drift')
  if (told.some(one => one.told > 0)) reasons.add('new-entries')
}

/** Told entries that are proven gone, and what came and went while the notifier could not be reached. */
function resolvableOf(
  known: ShadowManifest,
  told: ShadowTold | undefined,
  log: ShadowLog,
  rules: SimNotifier,
  run: RunFacts,
  holding: Tri,
): ExpectedManifest['resolvable'] {
  const resolvable = new Map<string, {tri: Tri; wasTold: boolean}>()
  if (!rules.resolved || holding === 2) return resolvable
  const isCovered = run.truth.listed !== null
  for (const [key, one] of told?.told ?? []) {
    const seen = known.entries.get(key)
    // without coverage nothing is proven, but what was proven before stays so
    const isUncovered = !isCovered && seen?.absentAt === run.now
    if (seen === undefined || seen.present === 2 || (seen.present === 1 && isUncovered)) continue
    const isChecked = run.truth.checked.has(key.split('/')[0]!) && !run.truth.moved.has(key.split('/')[0]!)
    const isCertain = one.isGone && one.isSure && isChecked && known.goneAt === null
    resolvable.set(key, {tri: isCertain ? 2 : 1, wasTold: true})
  }
  if (!log.hasMissed) return resolvable
  for (const [key, {present, absentAt}] of known.entries) {
    const isNewlyGone =
      present === 1 || (present === 0 && absentAt !== null && absentAt >= (log.deliveredAt ?? 0) - slack)
    if (isNewlyGone && !resolvable.has(key)) resolvable.set(key, {tri: 1, wasTold: false})
  }
  return resolvable
}

/** Whether it is drift that this notifier cares for, as far as known. */
function presentTri(
  manifest: string,
  stateKey: string,
  known: ShadowManifest,
  seen: Seen,
  rules: SimNotifier,
  run: RunFacts,
): Tri {
  if (seen.present === 0 || seen.type === 'always-sync' || !isMatched(rules, manifest, seen.type)) return 0
  if (run.truth.checked.has(manifest) && !run.truth.moved.has(manifest)) return seen.filtered ? 0 : seen.present
  // not looked at: whether it is ignored is known from before, and the rules may be others now
  const row = {manifest, stateKey, diffType: seen.type, oldHash: null, newHash: null}
  const isIgnoredNow = isIgnored(row, run.ignore, run.now)
  if (seen.filtered) return isIgnoredNow ? 0 : 1
  return isIgnoredNow || known.goneAt !== null ? 1 : seen.present
}

function ripeTri(seen: Seen, minSightings: number, toldTri: Tri): Tri {
  if (seen.sightLow >= minSightings) return 2
  return seen.sightHigh >= minSightings || toldTri > 0 ? 1 : 0
}

/** Whether an entry that came back waits, as it was told not long ago. */
function waitTri(told: ShadowTold | undefined, key: string, rules: SimNotifier, now: number): Tri {
  const left = told?.left.get(key)
  if (left === undefined) return 0
  const isOver = and(elapsed(left.low, now, rules.changeInterval), elapsed(left.high, now, rules.changeInterval))
  const mayBeOver = elapsed(left.low, now, rules.changeInterval)
  if (isOver === 2) return 0
  return mayBeOver > 0 || left.isSilent ? 1 : 2
}

function changedTri(
  told: ShadowTold['told'] extends Map<string, infer T> ? T : never,
  seen: Seen,
  isFuzzy: boolean,
): Tri {
  if (isFuzzy) return 1
  if (told.type !== seen.type) return told.isSure ? 2 : 1
  const isStable = seen.unstable === 0
  if (told.real === seen.real) {
    const isSameDigest = told.digest !== null && told.digest === seen.digest && seen.storedHash !== null
    return told.isSure && (isStable || isSameDigest) ? 0 : 1
  }
  if (told.hash === seen.hash) return told.isSure && isStable ? 0 : 1
  return told.isSure && isStable ? 2 : 1
}

/** Whether a change is not to wait any more. */
function changeTri(one: {type: string}, seen: Seen, told: ShadowTold, rules: SimNotifier, now: number): Tri {
  if (seen.type === 'removed' && one.type !== 'removed') return 2
  return told.namedAt === null ? 1 : elapsed(told.namedAt, now, rules.changeInterval)
}

function failureDue(
  failing: ShadowFailing | null,
  {failure}: {failure: ShadowToldFailure | null},
  {failuresBeforeNotice, remindAfter}: SimNotifier,
  now: number,
): Tri {
  // told, over, and failing again before that was told
  if (failing !== null && failure !== null && !failure.isSure) return 1
  if (failing === null || failing.high < failuresBeforeNotice) return 0
  const due = failing.low >= failuresBeforeNotice ? 2 : 1
  if (failure === null) return due
  if (!failure.codes.includes(failing.code)) return due
  return elapsed(failure.at, now, remindAfter - 5 * minute)
}

/** Whether so much time has passed. */
function elapsed(since: number, now: number, wait: number): Tri {
  const left = since + wait - now
  return left > slack ? 0 : left < -slack ? 2 : 1
}

function and(...all: readonly Tri[]): Tri {
  return Math.min(...all) as Tri
}

function not(tri: Tri): Tri {
  return (2 - tri) as Tri
}
