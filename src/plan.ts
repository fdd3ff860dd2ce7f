import {clampTimes, clockTolerance} from './drift/clamp-times.ts'
import {decide} from './drift/decide.ts'
import {followAlerts} from './drift/follow-alerts.ts'
import type {NotifierRules} from './drift/notifier-rules.ts'
import type {Observation} from './drift/observation.ts'
import {remember} from './drift/remember.ts'
import type {MemoryStore, MemoryTrouble, Version} from './memory/memory-store.ts'
import type {AlertReceiver} from './model/alert.ts'
import {emptyMemory, type Claim, type Memory} from './model/memory.ts'
import type {Notice} from './model/notice.ts'
import type {ReportWarning} from './model/report.ts'
import {toTimestamp} from './model/time.ts'
import {memoryWarning, type Recalled} from './recall.ts'

export type PlanOptions = {
  /** 64 random hex digits, for a new memory. */
  readonly newMemoryKey: () => string
  readonly minSightings: number
  /** Milliseconds; 0: none. */
  readonly graceAfterNewArtifact: number
  readonly rules: readonly NotifierRules[]
  readonly alertReceivers: readonly AlertReceiver[]
  readonly run: {readonly cluster: string; readonly watch: string; readonly id: string; readonly group: string}
  readonly dryRun: boolean
  readonly clock: () => Date
  /** Milliseconds until the end of the run. */
  readonly timeLeft: () => number
}

/** What is to be told, with the memory that says so. */
export type Plan = {
  readonly state: 'planned'
  /** Null where nothing can be kept. */
  readonly store: MemoryStore | null
  readonly version: Version
  /** As it was before this reading. */
  readonly loaded: Memory
  readonly memory: Memory
  /** One per notifier, in the order of the rules. */
  readonly notices: readonly Notice[]
  readonly warnings: readonly ReportWarning[]
}

/** Somebody else is at work or knows better, or the memory cannot be asked: nothing may be sent. */
export type NoPlan = {readonly state: 'busy'; readonly message: string} | MemoryTrouble

/** How often a save is tried again after somebody else saved. */
export const conflictRetries = 5
export const saveTimeout = 15_000
/** A claim outlives its run a little: saving comes after the deadline. */
const claimGrace = 60_000

/**
 * Decides what every notifier is to be told, and saves the reading. If something is due the memory is claimed with it,
 * so that no other run says the same: read the log → claim → send → write the log.
 */
export async function plan(recalled: Kept, seen: Observation, options: PlanOptions): Promise<Plan | NoPlan> {
  const {store} = recalled
  let {memory, version} = recalled
  for (let attempt = 0; ; attempt += 1) {
    const planned = think({store, memory, version}, seen, options)
    if (store === null || options.dryRun) return planned
    const holder = otherClaim(memory, options)
    if (holder === null) {
      const isDue = planned.notices.some(({reasons}) => reasons.length > 0)
      const claimed = {...planned.memory, claim: isDue ? toClaim(options) : null}
      const saved = await store.save(claimed, version, AbortSignal.timeout(saveTimeout))
      if (saved.state === 'saved') {
        const folded = foldWarning(saved.folded)
        return {...planned, memory: claimed, version: saved.version, warnings: [...planned.warnings, ...folded]}
      }
      if (saved.state === 'unreachable') return saved
      if (saved.state === 'unusable') return withoutStore(planned, saved, seen, options)
    }
    if (attempt >= (holder === null ? conflictRetries : 1)) return {state: 'busy', message: busyText(holder)}
    const reloaded = await store.load(AbortSignal.timeout(saveTimeout))
    if (reloaded.state !== 'loaded') {
      return reloaded.state === 'unreachable' ? reloaded : withoutStore(planned, reloaded, seen, options)
    }
    if (isNewer(reloaded.memory, memory, seen)) {
      return {state: 'busy', message: 'another run saved a newer reading meanwhile'}
    }
    ;({memory, version} = reloaded)
  }
}

/** Where every run knows no other. */
export const nothingKept: Kept = {store: null, memory: null, version: null}

type Kept = Pick<Recalled, 'store' | 'memory' | 'version'>

/** The pure part: compares the reading with the memory, and decides. */
function think({store, memory, version}: Kept, seen: Observation, options: PlanOptions): Plan {
  const {cluster, watch} = options.run
  const kept = memory ?? emptyMemory(cluster, watch, options.newMemoryKey())
  const loaded = clampTimes(kept, seen.now)
  const patience = store === null ? withoutPatience(options) : options
  const remembered = remember(loaded, seen, patience.rules)
  return {
    state: 'planned',
    store,
    version,
    loaded,
    memory: followAlerts(loaded, remembered.memory, options.alertReceivers, seen.now),
    notices: decideAll(remembered.memory, seen, patience),
    warnings: [...(loaded === kept ? [] : [skewWarning]), ...remembered.warnings],
  }
}

/** Nothing of this run can be kept: it tells as one that knows no other, but ages are as they were loaded. */
function withoutStore(planned: Plan, trouble: MemoryTrouble, seen: Observation, options: PlanOptions): Plan {
  const memory = {...planned.memory, notifiers: new Map()}
  const notices = decideAll(memory, seen, withoutPatience(options))
  return {...planned, store: null, notices, warnings: [...planned.warnings, memoryWarning(trouble)]}
}

/** A run that knows no other cannot wait for the next one. */
function withoutPatience(options: PlanOptions): PlanOptions {
  return {
    ...options,
    minSightings: 1,
    graceAfterNewArtifact: 0,
    rules: options.rules.map(rule => ({...rule, failuresBeforeNotice: 1})),
  }
}

function decideAll(
  memory: Memory,
  seen: Observation,
  {minSightings, graceAfterNewArtifact, rules}: PlanOptions,
): Notice[] {
  const withState = (wanted: boolean) =>
    new Set(seen.manifests.filter(({state}) => (state === 'checked') === wanted).map(({name}) => name))
  const isProof = seen.outcome !== 'incomplete' || seen.errorCode !== null
  const patience = {minSightings, graceAfterNewArtifact}
  const decideOptions = {now: seen.now, ...patience, checked: withState(true), failed: withState(false), isProof}
  return rules.map(rule => decide(memory, rule, decideOptions))
}

function toClaim({run, clock, timeLeft}: PlanOptions): Claim {
  const now = clock()
  const until = new Date(now.getTime() + Math.max(0, timeLeft()) + claimGrace)
  return {run: run.id, group: run.group, at: toTimestamp(now), until: toTimestamp(until)}
}

/** The claim of a run of another group that may still be sending. */
function otherClaim(memory: Memory | null, {run, clock}: PlanOptions): Claim | null {
  const claim = memory?.claim ?? null
  if (claim === null || claim.group === run.group) return null
  const now = clock()
  const isFromFuture = claim.at > toTimestamp(new Date(now.getTime() + clockTolerance))
  return claim.until > toTimestamp(now) && !isFromFuture ? claim : null
}

/** Another run saved a newer reading since `before` was loaded; one from the future was made just now. */
function isNewer(memory: Memory | null, before: Memory | null, {readAt, run}: Observation): boolean {
  const last = memory?.lastRun ?? null
  if (last === null || last.id === run.id || last.id === before?.lastRun?.id) return false
  return Date.parse(last.readAt) > readAt.getTime()
}

function busyText(holder: Claim | null): string {
  if (holder === null) return `${conflictRetries + 1} times somebody else saved the memory first`
  return `run ${holder.run} is telling the notifiers until ${holder.until} at the latest`
}

const skewWarning: ReportWarning = {
  code: 'CLOCK_SKEW',
  message: 'the memory held times in the future, which are read as now: a clock is or was wrong, here or there',
}

function foldWarning(folded: readonly string[]): ReportWarning[] {
  if (folded.length === 0) return []
  const names = folded.slice(0, 5).map(name => `"${name}"`)
  const more = folded.length > 5 ? ` and ${folded.length - 5} more` : ''
  const message = `too much drift to remember entry by entry: ${names.join(', ')}${more}. Any change of these is told as new`
  return [{code: 'MEMORY_FOLDED', message}]
}
