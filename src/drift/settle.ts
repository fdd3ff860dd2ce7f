import type {KnownManifest, Memory, NotificationLog, ToldManifest} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'
import {contentFingerprint} from '../model/content-fingerprint.ts'
import {isHeld} from './mass-drift.ts'
import type {NotifierRules} from './notifier-rules.ts'
import type {Observation} from './observation.ts'
import {concernedEntries, isOfInterest, type IsOfInterest, type Open} from './open-drift.ts'

/**
 * The log of one notifier, brought in line with the ledger without telling anything: told entries that are proven gone
 * leave (with `resolved: true` only after the notice), and so do, silently, those that became ignored, muted or
 * unmatched. While a mass drift holds, told sets stay as they are.
 */
export function settle(
  log: NotificationLog | undefined,
  rules: NotifierRules,
  ledger: Memory,
  seen: Observation,
  returned: ReadonlySet<string>,
): NotificationLog {
  const now = toTimestamp(seen.now)
  const before = log ?? newLog(now)
  const failure = ledger.failing === null && !rules.resolved ? null : before.failure
  const current: NotificationLog = {...before, configuredAt: now, failure}
  if (isHeld(ledger.massDrift)) return {...current, manifests: withoutPast(current, ledger, rules)}
  const concerned = concernedEntries(ledger, rules)
  const context = {rules, seen, returned, isConcerned: isOfInterest(ledger, rules)}
  const manifests = [...current.manifests].flatMap(([name, told]) => {
    const known = ledger.manifests.get(name)
    if (known === undefined) return []
    return [[name, settleManifest(name, told, known, concerned.get(name) ?? [], context)] as const]
  })
  const isComplete = seen.outcome === 'clean' || seen.outcome === 'drift'
  const isClean = isComplete && concerned.size === 0 && !knowsFolded(ledger, rules)
  return {
    ...current,
    baselineAt: current.baselineAt ?? (isClean ? now : null),
    massDrift: ledger.massDrift === null ? null : current.massDrift,
    manifests: new Map(manifests),
  }
}

/** Told failures that are over, also while told sets have to wait. */
function withoutPast(
  {manifests}: NotificationLog,
  ledger: Memory,
  {resolved}: NotifierRules,
): NotificationLog['manifests'] {
  const isOver = (name: string) => !resolved && ledger.manifests.get(name)?.failing === null
  return new Map([...manifests].map(([name, told]) => [name, isOver(name) ? {...told, failure: null} : told]))
}

function knowsFolded({manifests}: Memory, {matches}: NotifierRules): boolean {
  return [...manifests].some(
    ([name, {folded, goneSince}]) => folded !== null && goneSince === null && matches.manifest(name),
  )
}

type Context = {rules: NotifierRules; seen: Observation; returned: ReadonlySet<string>; isConcerned: IsOfInterest}

function settleManifest(
  name: string,
  told: ToldManifest,
  known: KnownManifest,
  concerned: readonly Open[],
  {rules, seen, returned, isConcerned}: Context,
): ToldManifest {
  if (known.goneSince !== null) return {...told, failure: rules.resolved ? told.failure : null}
  const {entries, folded} = unfold(told, known, concerned, rules.resolved)
  const stay = new Map(entries)
  const left = new Map([...told.left].filter(([, at]) => seen.now.getTime() - Date.parse(at) < rules.changeInterval))
  for (const key of known.folded === null ? entries.keys() : []) {
    const entry = known.entries.get(key)
    const isGone = returned.has(key) || (entry !== undefined && entry.absentSince !== null)
    if (isGone && (returned.has(key) || !rules.resolved)) {
      stay.delete(key)
      left.set(key, told.toldAt)
    } else if (entry?.filteredBy !== null || !isConcerned(name, key, entry)) stay.delete(key)
  }
  return {
    ...told,
    entries: stay,
    folded,
    left,
    failure: known.failing === null && !rules.resolved ? null : told.failure,
    goneAt: known.goneSince === null ? null : told.goneAt,
  }
}

/**
 * A folded told set that meets rows again is told already if the fingerprints agree, else all is new: the fingerprint
 * stays until that is told.
 */
function unfold(
  {entries, folded}: ToldManifest,
  known: KnownManifest,
  concerned: readonly Open[],
  wantsResolved: boolean,
): Pick<ToldManifest, 'entries' | 'folded'> {
  if (folded === null || known.folded !== null) return {entries, folded}
  const agrees = contentFingerprint(concerned) === folded
  // all of it may have gone, which is to be told, or it became another set
  if (!agrees && (concerned.length > 0 || wantsResolved)) return {entries: new Map(), folded}
  return {entries: new Map(concerned.map(([key, {diffType, hash}]) => [key, {diffType, hash}])), folded: null}
}

function newLog(now: string): NotificationLog {
  return {
    joinedAt: now,
    configuredAt: now,
    baselineAt: null,
    deliveredAt: null,
    failedSince: null,
    failure: null,
    massDrift: null,
    reference: null,
    manifests: new Map(),
  }
}
