import type {KnownManifest, Memory} from '../model/memory.ts'
import type {ReportWarning} from '../model/report.ts'
import {toTimestamp} from '../model/time.ts'
import {failAgain, runFailure} from './failing.ts'
import {forget} from './forget.ts'
import {isHeld, nextMassDrift} from './mass-drift.ts'
import {nextMutes} from './mutes.ts'
import type {NotifierRules} from './notifier-rules.ts'
import type {Observation} from './observation.ts'
import {seeManifest, type SeenManifest} from './see-manifest.ts'
import {settle} from './settle.ts'
import {followUnstable, unstableEntries} from './unstable.ts'

export type Remembered = {readonly memory: Memory; readonly warnings: readonly ReportWarning[]}

/**
 * The memory after a reading, before anyone is told: the ledger with what was seen, and the told sets without what is
 * gone or no longer concerns its notifier.
 */
export function remember(before: Memory, seen: Observation, rules: readonly NotifierRules[]): Remembered {
  const now = toTimestamp(seen.now)
  const massDrift = nextMassDrift(before, seen)
  const proof = {now, key: before.key, previousDigest: before.digest, massDriftHolds: isHeld(massDrift)}
  const readings = seeManifests(before, seen, proof)
  const manifests = withGone(before, readings, seen, now)
  const unstable = unstableEntries(before, readings)
  const ledger: Memory = {
    ...before,
    source: seen.source?.ref ?? before.source,
    digest: seen.source === null ? before.digest : seen.source.digest,
    lastRun: {
      id: seen.run.id,
      group: seen.run.group,
      startedAt: toTimestamp(seen.run.startedAt),
      readAt: readAtOf(before, seen),
      outcome: seen.outcome,
    },
    lastSuccessAt: seen.outcome === 'clean' || seen.outcome === 'drift' ? now : before.lastSuccessAt,
    agesLost: seen.agesLost,
    failing: nextFailing(before, seen),
    massDrift,
    manifests,
    mutes: nextMutes(before.mutes, manifests, unstable, now, proof.massDriftHolds),
  }
  const returned = new Set([...readings.values()].flatMap(reading => reading.returned))
  const logs = new Map([...before.notifiers].map(([name, log]) => [name, followUnstable(log, manifests, unstable)]))
  for (const rule of rules) logs.set(rule.name, settle(logs.get(rule.name), rule, ledger, seen, returned))
  return {memory: forget({...ledger, notifiers: logs}, rules, seen.now), warnings: unstableWarnings(readings)}
}

/**
 * A run that saw nothing holds the reading before it. Where that one's time was in the future, it is not known, and any
 * other reading is newer.
 */
function readAtOf({lastRun}: Memory, {outcome, readAt}: Observation): string {
  const now = readAt.toISOString()
  if (outcome !== 'failed' || lastRun === null) return now
  return lastRun.readAt < now ? lastRun.readAt : new Date(0).toISOString()
}

/** A run in which State moved is no failure, and no proof that it works again. */
function nextFailing({failing}: Memory, seen: Observation): Memory['failing'] {
  const code = runFailure(seen)
  if (code !== null) return failAgain(failing, code, seen)
  return seen.outcome === 'incomplete' && seen.errorCode === null ? failing : null
}

function seeManifests(
  before: Memory,
  seen: Observation,
  proof: Parameters<typeof seeManifest>[4],
): ReadonlyMap<string, SeenManifest> {
  const rows = Map.groupBy(seen.entries, ({entry}) => entry.manifest)
  return new Map(
    seen.manifests.map(manifest => {
      const {name} = manifest
      return [name, seeManifest(before.manifests.get(name), manifest, rows.get(name) ?? [], seen, proof)]
    }),
  )
}

/** A remembered Manifest that is not in a complete list is gone; without a list it stays as it was. */
function withGone(
  before: Memory,
  readings: ReadonlyMap<string, SeenManifest>,
  {listKnown}: Observation,
  now: string,
): ReadonlyMap<string, KnownManifest> {
  const missing = [...before.manifests].filter(([name]) => !readings.has(name))
  return new Map([
    ...[...readings].map(([name, {known}]) => [name, known] as const),
    ...missing.map(([name, known]) => {
      if (!listKnown) return [name, known] as const
      return [name, {...known, failing: null, goneSince: known.goneSince ?? now}] as const
    }),
  ])
}

function unstableWarnings(readings: ReadonlyMap<string, SeenManifest>): ReportWarning[] {
  return [...readings].flatMap(([name, {unstable}]) => {
    const [first] = unstable
    if (first === undefined) return []
    const others = unstable.length === 1 ? '' : ` and ${unstable.length - 1} more`
    const message = `"${name}" renders ${first}${others} differently each time, from the same artifact over the same State: that is told once only. Look for random values or times in its templates`
    return [{code: 'UNSTABLE_RENDER', message}]
  })
}
