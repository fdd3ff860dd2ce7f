import type {
  EntryStatus,
  ExplainedEntry,
  Explanation,
  FailingExplanation,
  ManifestExplanation,
  NotifierExplanation,
} from '../model/explanation.ts'
import type {Failing, KnownManifest, Memory, NotificationLog, ToldFailure} from '../model/memory.ts'
import type {ManifestNotice, Notice} from '../model/notice.ts'
import {reasons as allReasons, type Reason} from '../model/report.ts'
import {toTimestamp} from '../model/time.ts'
import {asOf, withMutesAt} from './as-of.ts'
import {isCheckedLast} from './checked-last.ts'
import {clampTimes} from './clamp-times.ts'
import {decide, graceEnd, type DecideOptions} from './decide.ts'
import {isHeld} from './mass-drift.ts'
import {earliest, manifestTimes, nextTold, runTimes} from './next-told.ts'
import type {NotifierRules, RoutedRules} from './notifier-rules.ts'
import {concernedEntries} from './open-drift.ts'
import {unroutedEntries} from './unrouted-entries.ts'

export type ExplainOptions = {
  readonly now: Date
  readonly minSightings: number
  readonly graceAfterNewArtifact: number
  /** Where the memory is kept, for people. */
  readonly store: string
  /** Only this Manifest; null: all of them. */
  readonly manifest: string | null
}

/**
 * Why each notifier was or was not told: what it was told, what of the drift is open, muted or waits, what the next run
 * would tell if it saw what is remembered, and else what comes next and when. What is due is asked of `decide`, now and
 * at each time at which that may change.
 */
export function explain(kept: Memory, rules: readonly RoutedRules[], options: ExplainOptions): Explanation {
  const now = toTimestamp(options.now)
  const memory = withMutesAt(clampTimes(kept, options.now), now)
  const {cluster, watch, lastRun, claim, failing, massDrift, notifiers} = memory
  const configured = new Set(rules.map(({name}) => name))
  return {
    schema: 'tazuna-watch/explain/v1',
    cluster,
    watch,
    store: options.store,
    now,
    minSightings: options.minSightings,
    lastRun: lastRun && {startedAt: lastRun.startedAt, outcome: lastRun.outcome},
    claim: claim !== null && claim.until > now ? {run: claim.run, until: claim.until} : null,
    failing: failing && {code: failing.code, groups: failing.groups, since: failing.since},
    massDrift: massDrift && {...massDrift, manifests: massDrift.manifests.length},
    notifiers: rules.map(rule => explainNotifier(memory, asOf(memory, rule, options.now), rule, options)),
    unrouted: unroutedEntries(memory, rules, options.manifest),
    unconfigured: [...notifiers.keys()].filter(name => !configured.has(name)),
  }
}

function explainNotifier(
  kept: Memory,
  memory: Memory,
  rules: RoutedRules,
  options: ExplainOptions,
): NotifierExplanation {
  const log = kept.notifiers.get(rules.name)
  const asked = toDecideOptions(memory, options)
  const alone = {...memory, manifests: new Map()}
  const run = decide(alone, rules, asked).reasons
  const manifests = explainManifests(log, memory, rules, asked)
  const due = inOrder([...run, ...manifests.flatMap(({due}) => due)])
  const runNext = () => nextTold(alone, rules, asked, runTimes(log, rules), notice => notice.reasons)
  const nexts = due.length > 0 ? [] : [runNext(), ...manifests.map(({next}) => next)]
  const {manifest} = options
  return {
    name: rules.name,
    match: rules.route,
    joinedAt: log?.joinedAt ?? null,
    baselineAt: log?.baselineAt ?? null,
    deliveredAt: log?.deliveredAt ?? null,
    failedSince: log?.failedSince ?? null,
    due,
    next: earliest(nexts.filter(next => next !== null)),
    failing: explainFailing(memory.failing, log?.failure ?? null, rules),
    massDriftToldAt: log?.massDrift?.since === memory.massDrift?.since ? (log?.massDrift?.toldAt ?? null) : null,
    manifests: manifest === null ? manifests : manifests.filter(({name}) => name === manifest),
  }
}

function toDecideOptions(
  {manifests}: Memory,
  {now, minSightings, graceAfterNewArtifact}: ExplainOptions,
): DecideOptions {
  const withFailing = (wanted: boolean) =>
    new Set([...manifests].filter(([, {failing}]) => (failing !== null) === wanted).map(([name]) => name))
  const patience = {minSightings, graceAfterNewArtifact}
  return {now, ...patience, checked: withFailing(false), failed: withFailing(true), isProof: true}
}

/** While a mass drift holds, what is due of single Manifests waits. `log` is as it is kept. */
function explainManifests(
  log: NotificationLog | undefined,
  memory: Memory,
  rules: NotifierRules,
  asked: DecideOptions,
): ManifestExplanation[] {
  const held = isHeld(memory.massDrift)
  const single = {...memory, massDrift: null, failing: null}
  const notices = new Map(decide(single, rules, asked).manifests.map(notice => [notice.name, notice]))
  const concerned = concernedEntries(memory, rules)
  return [...memory.manifests].map(([name, known]) => {
    const told = log?.manifests.get(name)
    const notice = notices.get(name)
    const matched = rules.matches.manifest(name)
    const due = held ? [] : (notice?.reasons ?? [])
    const own = {...single, manifests: new Map([[name, known]])}
    const waits = !held && due.length === 0
    return {
      name,
      matched,
      lastCheckedAt: known.lastCheckedAt,
      checked: isCheckedLast(memory, known),
      goneSince: known.goneSince,
      told: told === undefined ? null : {at: told.toldAt, reasons: told.reasons, goneAt: told.goneAt},
      due,
      next: waits ? nextTold(own, rules, asked, manifestTimes(name, memory, rules, asked), reasonsOfOnly) : null,
      failing: matched ? explainFailing(known.failing, told?.failure ?? null, rules) : null,
      folded: known.folded && {
        counts: known.folded.counts,
        firstSeenAt: known.folded.firstSeenAt,
        told: (told?.folded ?? null) !== null,
      },
      mutes: memory.mutes
        .filter(({key}) => key === name || known.entries.has(key))
        .map(({key, reason, until}) => ({key, reason, until})),
      entries: explainEntries(name, known, notice, {
        rules,
        asked,
        concerned: new Set(concerned.get(name)?.map(([key]) => key)),
      }),
    }
  })
}

function reasonsOfOnly({manifests}: Notice): readonly Reason[] {
  return manifests[0]?.reasons ?? []
}

function explainEntries(
  manifest: string,
  {entries, goneSince}: KnownManifest,
  notice: ManifestNotice | undefined,
  {rules: {matches}, asked, concerned}: {rules: NotifierRules; asked: DecideOptions; concerned: ReadonlySet<string>},
): ExplainedEntry[] {
  if (goneSince !== null) return []
  const open = new Map(notice?.open.map(({stateKey, status}) => [stateKey, status]))
  const resolved = new Set(notice?.resolved.map(({stateKey}) => stateKey))
  const explained = [...entries].flatMap(([stateKey, entry]): ExplainedEntry[] => {
    const {diffType, firstSeenAt, changedAt, sightings, absentSince, filteredBy, cause} = entry
    const end = graceEnd(entry, asked.graceAfterNewArtifact)
    const inGrace = diffType !== 'removed' && end > asked.now.getTime()
    if (absentSince !== null && !resolved.has(stateKey)) return []
    const statusOfOpen = (): EntryStatus => {
      if (filteredBy !== null) return filteredBy
      if (!matches.entry({manifest, stateKey, diffType})) return 'unmatched'
      if (!concerned.has(stateKey)) return 'muted'
      const status = open.get(stateKey) ?? (sightings < asked.minSightings ? 'unripe' : 'grace')
      return status === 'open' ? 'told' : status
    }
    const status = absentSince === null ? statusOfOpen() : 'resolved'
    const graceUntil = inGrace ? toTimestamp(new Date(end)) : null
    return [{stateKey, diffType, status, firstSeenAt, changedAt, sightings, cause, graceUntil}]
  })
  return explained.toSorted((a, b) => (a.stateKey < b.stateKey ? -1 : 1))
}

function explainFailing(
  failing: Failing | null,
  told: ToldFailure | null,
  {failuresBeforeNotice}: NotifierRules,
): FailingExplanation | null {
  if (failing === null) return null
  const {code, groups, since} = failing
  return {code, groups, since, needed: failuresBeforeNotice, toldAt: told?.toldAt ?? null}
}

function inOrder(reasons: readonly Reason[]): Reason[] {
  return allReasons.filter(reason => reasons.includes(reason))
}
