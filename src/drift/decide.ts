import type {KnownEntry, KnownManifest, Memory, NotificationLog, ToldFailure, ToldManifest} from '../model/memory.ts'
import {isOpen} from '../model/open-entries.ts'
import type {ManifestNotice, Notice, OpenEntry, ResolvedEntry} from '../model/notice.ts'
import {reasons as allReasons, type Reason} from '../model/report.ts'
import {awaitsGone} from './forget.ts'
import {isSameContent} from './known-entry.ts'
import {isHeld} from './mass-drift.ts'
import {mutedUntil} from './mutes.ts'
import type {NotifierRules} from './notifier-rules.ts'
import {threadOf} from './thread-of.ts'
import {concernedEntries, countMuted, isOfInterest, type IsOfInterest, type Open} from './open-drift.ts'

/** A run that comes a little early is not to put a reminder off by a whole interval, in milliseconds. */
export const reminderTolerance = 5 * 60 * 1000

export type DecideOptions = {
  readonly now: Date
  readonly minSightings: number
  /** Milliseconds from first-seen for which what came with a new artifact is not told; 0: none. */
  readonly graceAfterNewArtifact: number
  /** The Manifests that were checked, and those that failed or were skipped, in this run. */
  readonly checked: ReadonlySet<string>
  readonly failed: ReadonlySet<string>
  /** False where State moved, which neither fails a run nor proves that it works. */
  readonly isProof: boolean
}

/**
 * What one notifier is to be told now and why: what it was told against what is true. `memory` is as of this reading.
 * Whatever makes a message due, it states all open drift that concerns its notifier, so that reminders coalesce.
 */
export function decide(memory: Memory, rules: NotifierRules, options: DecideOptions): Notice {
  const log = memory.notifiers.get(rules.name)
  const failing = failureNotice(memory.failing, log?.failure ?? null, rules, options.now)
  const works = options.isProof ? recovered(memory.failing, log?.failure ?? null, rules) : []
  const run: Reason[] = [...failing.reasons, ...works]
  const shared = {muted: countMuted(memory, rules), failing: failing.isStated ? memory.failing : null}
  const withThread = (notice: Omit<Notice, 'thread'>) => ({...notice, thread: threadOf(notice, log)})
  if (isHeld(memory.massDrift)) {
    const reasons = [...run, ...massDriftReasons(memory, log, rules, options.now)]
    return withThread({...shared, reasons: inOrder(reasons), manifests: [], massDrift: massDriftNotice(memory)})
  }
  const concerned = concernedEntries(memory, rules)
  const muted = mutedUntil(memory.mutes)
  const context = {memory, log, rules, options, muted, isConcerned: isOfInterest(memory, rules)}
  const manifests = [...memory.manifests].map(([name, known]) =>
    decideManifest(name, known, concerned.get(name) ?? [], context),
  )
  const reasons = inOrder([...run, ...manifests.flatMap(manifest => manifest.reasons)])
  return withThread({...shared, reasons, manifests: manifests.filter(hasContent), massDrift: null})
}

type Context = {
  memory: Memory
  log: NotificationLog | undefined
  rules: NotifierRules
  options: DecideOptions
  muted: ReturnType<typeof mutedUntil>
  isConcerned: IsOfInterest
}

function decideManifest(
  name: string,
  known: KnownManifest,
  concerned: readonly Open[],
  context: Context,
): ManifestNotice {
  const {memory, log, rules, options} = context
  const told = log?.manifests.get(name)
  const checked = options.checked.has(name)
  const isWanted = rules.matches.manifest(name) && context.muted(name, name) === null
  const notice = {name, folded: isWanted ? known.folded : null, checked, lastCheckedAt: known.lastCheckedAt}
  if (known.goneSince !== null) {
    const due = awaitsGone(name, known.goneSince, rules, memory.notifiers)
    const reasons: Reason[] = due ? ['manifest-gone'] : []
    return {...notice, reasons, open: [], resolved: [], failing: null, goneSince: due ? known.goneSince : null}
  }
  const open = concerned
    .filter(([key, entry]) => told?.entries.has(key) === true || isRipe(entry, options, options.now))
    .map(entry => toOpenEntry(entry, told))
  const resolved = resolvedEntries(name, known, told, context)
  const watched = rules.matches.manifest(name)
  const failing = failureNotice(known.failing, told?.failure ?? null, rules, options.now)
  const reasons: Reason[] = [
    ...(watched && options.failed.has(name) ? failing.reasons : []),
    ...(watched && checked ? recovered(known.failing, told?.failure ?? null, rules) : []),
    ...newReasons(open, told, log, rules, options.now),
    ...foldedReasons(notice.folded, known, told, log, rules),
    ...changeReasons(open, told, rules, options.now),
    ...resolvedReasons(open, resolved),
  ]
  const isDue = told !== undefined && elapsed(told.toldAt, options.now) >= rules.remindAfter - reminderTolerance
  const isOpenTold = open.some(({status}) => status !== 'new')
  if (reasons.length === 0 && checked && isOpenTold && isDue) reasons.push('reminder')
  return {
    ...notice,
    reasons: inOrder(reasons),
    open: open.toSorted((a, b) => (a.stateKey < b.stateKey ? -1 : 1)),
    resolved,
    failing: watched && failing.isStated ? known.failing : null,
    goneSince: null,
  }
}

/** Whether an entry was seen often and long enough to be told of. `removed` never waits. */
function isRipe(entry: KnownEntry, {minSightings, graceAfterNewArtifact}: DecideOptions, at: Date): boolean {
  if (entry.diffType === 'removed') return true
  return entry.sightings >= minSightings && at.getTime() >= graceEnd(entry, graceAfterNewArtifact)
}

/**
 * Until when an entry that came with a new artifact may just not be applied yet, in milliseconds: counted from its own
 * first-seen, so that the artifacts after it do not put it off. Without a grace nothing waits, also not for a clock that
 * was set back.
 */
export function graceEnd({cause, firstSeenAt}: Pick<KnownEntry, 'cause' | 'firstSeenAt'>, grace: number): number {
  return cause === 'new-artifact' && grace > 0 ? Date.parse(firstSeenAt) + grace : 0
}

function toOpenEntry([stateKey, entry]: Open, told: ToldManifest | undefined): OpenEntry {
  const {diffType, hash, again, cause, firstSeenAt, changedAt} = entry
  const before = told?.entries.get(stateKey)
  const status = before === undefined ? 'new' : isSameContent(before, entry) ? 'open' : 'changed'
  return {stateKey, diffType, hash, status, again, cause, firstSeenAt, changedAt}
}

/** Drift that is not in the told set. What came back soon after it was told waits a while, `removed` never. */
function newReasons(
  open: readonly OpenEntry[],
  told: ToldManifest | undefined,
  log: NotificationLog | undefined,
  {changeInterval}: NotifierRules,
  now: Date,
): Reason[] {
  const waits = ({stateKey, diffType}: OpenEntry) => {
    const toldAt = told?.left.get(stateKey)
    return diffType !== 'removed' && toldAt !== undefined && elapsed(toldAt, now) < changeInterval
  }
  if (!open.some(entry => entry.status === 'new' && !waits(entry))) return []
  if ((log?.baselineAt ?? null) === null) return ['baseline']
  const isToldOf = open.some(({status}) => status !== 'new') || (told?.folded ?? null) !== null
  return [isToldOf ? 'new-entries' : 'first-drift']
}

/**
 * Of drift that was too much to remember only a fingerprint is known: it is due where nothing of it was told, and
 * settled once nothing of it is left.
 */
function foldedReasons(
  folded: KnownManifest['folded'],
  known: KnownManifest,
  told: ToldManifest | undefined,
  log: NotificationLog | undefined,
  {resolved}: NotifierRules,
): Reason[] {
  const isTold = told !== undefined && (told.folded !== null || told.entries.size > 0)
  if (folded !== null && !isTold) return [(log?.baselineAt ?? null) === null ? 'baseline' : 'first-drift']
  const isSettled =
    known.folded === null && (told?.folded ?? null) !== null && ![...known.entries.values()].some(isOpen)
  return resolved && isSettled ? ['all-resolved'] : []
}

/** Other content of what was told: not too often, unless it is `removed` now. */
function changeReasons(
  open: readonly OpenEntry[],
  told: ToldManifest | undefined,
  {changeInterval}: NotifierRules,
  now: Date,
): Reason[] {
  const changed = open.filter(({status}) => status === 'changed')
  if (told === undefined || changed.length === 0) return []
  const isRemoved = ({stateKey, diffType}: OpenEntry) =>
    diffType === 'removed' && told.entries.get(stateKey)?.diffType !== 'removed'
  return changed.some(isRemoved) || elapsed(told.toldAt, now) >= changeInterval ? ['entries-changed'] : []
}

/** What was told and is proven gone, and what came and went while nobody could be told. */
function resolvedEntries(
  name: string,
  {entries}: KnownManifest,
  told: ToldManifest | undefined,
  {log, rules, options, isConcerned}: Context,
): ResolvedEntry[] {
  if (!rules.resolved) return []
  const failedSince = log?.failedSince ?? null
  return [...entries].flatMap(([stateKey, entry]) => {
    const {absentSince, filteredBy, diffType, firstSeenAt} = entry
    if (absentSince === null || filteredBy !== null || !isConcerned(name, stateKey, entry)) return []
    const wasTold = told?.entries.has(stateKey) === true
    const wasDue = failedSince !== null && absentSince >= failedSince && isRipe(entry, options, new Date(absentSince))
    if (!wasTold && (!wasDue || told?.left.has(stateKey) === true)) return []
    return [{stateKey, diffType, firstSeenAt, absentSince, wasTold}]
  })
}

function resolvedReasons(open: readonly OpenEntry[], resolved: readonly ResolvedEntry[]): Reason[] {
  if (resolved.length === 0) return []
  return [open.length === 0 ? 'all-resolved' : 'some-resolved']
}

type Failing = KnownManifest['failing']

/** A failure is told once it lasts, each code once, and then reminded of. */
function failureNotice(
  failing: Failing,
  told: ToldFailure | null,
  {failuresBeforeNotice, remindAfter}: NotifierRules,
  now: Date,
): {reasons: Reason[]; isStated: boolean} {
  if (failing === null) return {reasons: [], isStated: false}
  const isNew = failing.groups >= failuresBeforeNotice && told?.codes.includes(failing.code) !== true
  if (isNew) return {reasons: ['check-failed'], isStated: true}
  if (told === null) return {reasons: [], isStated: false}
  const isDue = elapsed(told.toldAt, now) >= remindAfter - reminderTolerance
  return {reasons: isDue ? ['reminder'] : [], isStated: true}
}

function recovered(failing: Failing, told: ToldFailure | null, {resolved}: NotifierRules): Reason[] {
  return resolved && failing === null && told !== null ? ['check-recovered'] : []
}

function massDriftReasons(
  {massDrift}: Memory,
  log: NotificationLog | undefined,
  {remindAfter}: NotifierRules,
  now: Date,
): Reason[] {
  const told = log?.massDrift ?? null
  if (told === null || told.since !== massDrift?.since) return ['mass-drift']
  return elapsed(told.toldAt, now) >= remindAfter - reminderTolerance ? ['reminder'] : []
}

function massDriftNotice({massDrift, manifests}: Memory): Notice['massDrift'] {
  if (massDrift === null) return null
  const {kind, since} = massDrift
  const present = [...manifests.values()].filter(({goneSince}) => goneSince === null || goneSince >= since)
  return {kind, since, affected: massDrift.manifests.length, total: present.length}
}

function hasContent({reasons, open, failing, folded}: ManifestNotice): boolean {
  return reasons.length > 0 || open.length > 0 || failing !== null || folded !== null
}

/** Milliseconds since a kept time. */
function elapsed(time: string, now: Date): number {
  return now.getTime() - Date.parse(time)
}

function inOrder(reasons: readonly Reason[]): Reason[] {
  return allReasons.filter(reason => reasons.includes(reason))
}
