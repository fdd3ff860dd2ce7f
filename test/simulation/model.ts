import type {Loaded, Saved, Version} from '../../src/memory/memory-store.ts'
import type {Claim, Memory} from '../../src/model/memory.ts'
import type {Notification} from '../../src/notify/notifier.ts'
import {expect, type Expectation} from './expect.ts'
import type {RunFacts} from './run-facts.ts'
import {see, type SeenRun} from './see.ts'
import {copyShadow, emptyShadow, type Shadow, type ShadowLog} from './shadow.ts'
import {doubt, tell} from './tell.ts'

/** The checker: it follows what really happens, and says what breaks a promise. */
export type Model = {
  /** What should be remembered in what is kept now. */
  current: Shadow
  /** By version: what is kept may be rolled back. */
  readonly shadows: Map<string | null, Shadow>
  readonly violations: string[]
  deliveries: number
}

export type ModelRun = {
  facts: RunFacts
  readonly isDry: boolean
  /** Another run of the same group goes on at the same time. */
  readonly isTakenOver: boolean
  /** No other run goes on at the same time. */
  readonly isAlone: boolean
  loaded: Shadow | null
  /** Null until it was asked for. */
  loadState: Loaded['state'] | null
  /** There was a memory to load. */
  isRemembered: boolean
  /** Another group's claim was living when the memory was loaded. */
  isBlocked: boolean
  /** What is due, decided when it claimed; or, where nothing was due, at its end. */
  decided: Decided | null
  isClaimed: boolean
  readonly attempts: Map<string, Notification>
  /** Delivered, by the answer: is to be in the log. */
  readonly logs: Map<string, ShadowLog>
  readonly saved: Set<string>
  savedShadow: Shadow | null
  /** As saved last with the reading of this run. */
  remembered: Shadow | null
  hasSavedReading: boolean
  interrupted: boolean
  /** After it nobody needs to be told: the time is over, or a log could not be written. */
  isCutShort: boolean
  saveTrouble: boolean
  sinks: number
}

export type Decided = SeenRun & {readonly expected: ReadonlyMap<string, Expectation>}

export function newModel(): Model {
  const current = emptyShadow()
  return {current, shadows: new Map([[null, current]]), violations: [], deliveries: 0}
}

export function newModelRun(facts: RunFacts, how: Pick<ModelRun, 'isDry' | 'isTakenOver' | 'isAlone'>): ModelRun {
  return {
    facts,
    ...how,
    loaded: null,
    loadState: null,
    isRemembered: false,
    isBlocked: false,
    decided: null,
    isClaimed: false,
    attempts: new Map(),
    logs: new Map(),
    saved: new Set(),
    savedShadow: null,
    remembered: null,
    hasSavedReading: false,
    interrupted: false,
    isCutShort: false,
    saveTrouble: false,
    sinks: 0,
  }
}

export function onLoaded(model: Model, run: ModelRun, loaded: Loaded, now: number): void {
  run.loadState = loaded.state
  if (loaded.state !== 'loaded') return
  // a second time after a conflict: what counts is what was known before the reading
  if (run.loaded !== null) return
  run.isRemembered = loaded.memory !== null && loaded.memory.manifests.size > 0
  run.loaded = model.current
  run.isBlocked = run.isAlone && isForeignClaim(loaded.memory?.claim ?? null, run, now)
}

/** A claim of another group that is living, and not from the future. */
function isForeignClaim(claim: Claim | null, {facts}: ModelRun, now: number): boolean {
  if (claim === null || claim.group === facts.group) return false
  return Date.parse(claim.until) > now && Date.parse(claim.at) < now + 5 * 60_000
}

/** How a save was answered. */
export function onAnswered(run: ModelRun, {state}: Saved): void {
  if (state !== 'unusable') return
  run.saveTrouble = true
  // nothing can be kept: the run goes on as one without a memory
  if (!run.isClaimed) run.loadState = 'unusable'
}

/** What is kept has changed: `memory` is what the run saved. */
export function onSaved(
  model: Model,
  run: ModelRun,
  {memory, replaced, version}: {memory: Memory; replaced: Memory | null; version: Version},
  now: number,
): void {
  const isMine = memory.lastRun?.id === run.facts.id
  const {current} = model
  const isForeign = current !== (run.savedShadow ?? run.loaded)
  if (run.isDry) model.violations.push('a dry run saves')
  if (isForeignClaim(replaced?.claim ?? null, run, now))
    model.violations.push('(h) saves over the claim of another run')
  const isOtherReading = isForeign && current.lastReadAt !== (run.savedShadow ?? run.loaded)?.lastReadAt
  const isNewer = isOtherReading && (current.lastReadAt ?? 0) > run.facts.readAt
  if (isMine && isNewer) model.violations.push('(h) overwrites a newer reading')
  run.decided ??= decide(current, run.facts)
  if (memory.claim?.run === run.facts.id) run.isClaimed = true
  const next = copyShadow(isMine ? (run.remembered ?? run.decided.shadow) : current)
  if (isForeign && run.savedShadow !== null) mergeForeign(next, current, run, isMine)
  for (const [name, log] of run.logs) {
    if (run.saved.has(name)) continue
    const theirs = current.logs.get(name)?.delivery
    const isMet = isForeign && run.savedShadow !== null && theirs !== run.savedShadow.logs.get(name)?.delivery
    next.logs.set(name, isMet || (isForeign && run.isTakenOver) ? {...log, isFuzzy: true} : log)
    run.saved.add(name)
  }
  if (isForeign && run.isTakenOver) next.logs.forEach(doubt)
  if (isMine) {
    run.hasSavedReading = true
    run.remembered = next
    for (const name of run.attempts.keys()) if (!run.logs.has(name)) next.logs.get(name)!.hasMissed = true
  }
  run.savedShadow = next
  model.current = next
  model.shadows.set(version, next)
}

/** Somebody else saved between two saves of this run: of mutes theirs count, of logs those of who delivered. */
function mergeForeign(next: Shadow, theirs: Shadow, run: ModelRun, isMine: boolean): void {
  if (!isMine) return
  const known = new Set(next.mutes.map(({key, until}) => `${key} ${until}`))
  const kept = new Set(theirs.mutes.map(({key, until}) => `${key} ${until}`))
  const added = theirs.mutes.filter(({key, until}) => !known.has(`${key} ${until}`))
  const left = next.mutes.filter(({key, until}) => kept.has(`${key} ${until}`))
  next.mutes.splice(0, Infinity, ...left, ...added)
  for (const [name, log] of theirs.logs) {
    const mine = run.savedShadow?.logs.get(name)
    if (mine?.delivery !== log.delivery) next.logs.set(name, log)
  }
}

export function decide(base: Shadow, facts: RunFacts): Decided {
  const seen = see(base, facts)
  return {...seen, expected: new Map(facts.notifiers.map(({name}) => [name, expect(name, seen, facts)]))}
}

/** The receiver has it, and said so. */
export function onTold(model: Model, run: ModelRun, name: string): void {
  model.deliveries += 1
  const message = run.attempts.get(name)
  if (run.decided === null || message === undefined || run.loadState !== 'loaded') return
  const {decided, facts} = run
  const expected = decided.expected.get(name)!
  run.logs.set(name, tell(decided.shadow.logs.get(name)!, message, expected, decided, facts, model.deliveries))
}
