import {settleMutes, mutedTri} from './mutes.ts'
import type {RunFacts} from './run-facts.ts'
import type {Seen, Shadow, ShadowLog, ShadowTold, ToldOf, Tri} from './shadow.ts'
import {isDoubtful} from './truth.ts'
import type {SimNotifier} from './world.ts'

/** After a reading: what left for good, or is no longer of interest, leaves the told sets; what failed recovers. */
export function settle(shadow: Shadow, run: RunFacts, holding: Tri): void {
  settleMutes(shadow, run, holding)
  for (const [name, log] of shadow.logs) {
    const rules = run.notifiers.find(one => one.name === name) ?? null
    for (const [manifest, told] of log.manifests) settleManifest(shadow, manifest, told, rules, run, holding)
    if (shadow.mass === null && rules !== null) log.mass = null
    settleFailures(shadow, log, rules)
    settleBaseline(shadow, log, rules, run, holding)
  }
}

function settleManifest(
  shadow: Shadow,
  manifest: string,
  told: ShadowTold,
  rules: SimNotifier | null,
  run: RunFacts,
  holding: Tri,
): void {
  if (shadow.manifests.get(manifest)?.goneAt !== null) return
  if (holding === 2) {
    doubtReturned(shadow, manifest, told)
    return
  }
  for (const [key, {low, high}] of told.left) {
    // the wait is over, and perhaps forgotten: a clock that is set back may begin it again
    if (rules !== null && run.now - low > rules.changeInterval) told.left.set(key, {low, high, isSilent: true})
  }
  for (const [key, one] of told.told) {
    const seen = shadow.manifests.get(manifest)?.entries.get(key)
    if (seen === undefined) continue
    if (holding === 1 || rules === null) {
      if (one.isGone && seen.present > 0) Object.assign(one, {isGone: false, isSure: false})
      if (seen.present < 2 || interestOf(shadow, manifest, key, seen, rules, run) < 2) one.isSure = false
    } else settleEntry(told, key, one, seen, interestOf(shadow, manifest, key, seen, rules, run), rules)
  }
}

/** Told sets stay in a mass drift; whether what returns in it is told again as new, the rules do not say. */
function doubtReturned(shadow: Shadow, manifest: string, told: ShadowTold): void {
  for (const [key, one] of told.told) {
    if (!one.isGone || shadow.manifests.get(manifest)?.entries.get(key)?.present === 0) continue
    one.isGone = false
    one.isSure = false
  }
}

function settleEntry(told: ShadowTold, key: string, one: ToldOf, seen: Seen, interest: Tri, rules: SimNotifier): void {
  const leave = (isSilent: boolean) => {
    told.told.delete(key)
    told.left.set(key, {low: one.at, high: one.at, isSilent: isSilent || !one.isSure})
  }
  if (one.isGone) {
    // the notice is dropped if it returns, and needless if nobody wants to hear of it
    if (seen.present > 0) leave(seen.present < 2)
    else if (interest < 2) one.isSure = false
  } else if (seen.present === 1) one.isSure = false
  else if (interest === 0) leave(true)
  else if (interest === 1) one.isSure = false
  else if (seen.present === 0 && rules.resolved) one.isGone = true
  else if (seen.present === 0) leave(false)
}

/** Whether a notifier wants to hear of an entry, be it there or not. */
export function interestOf(
  shadow: Shadow,
  manifest: string,
  key: string,
  seen: Seen,
  rules: SimNotifier | null,
  run: RunFacts,
): Tri {
  if (seen.filtered) return 0
  if (rules !== null && !isMatched(rules, manifest, seen.type)) return 0
  const muted = mutedTri(shadow, manifest, key, run.now)
  return muted === 2 ? 0 : muted === 1 ? 1 : 2
}

export function isMatched({manifests, types}: SimNotifier, manifest: string, type: string): boolean {
  return concerns({manifests}, manifest) && (types === null || (types as readonly string[]).includes(type))
}

export function concerns({manifests}: Pick<SimNotifier, 'manifests'>, manifest: string): boolean {
  return manifests === null || manifests.includes(manifest)
}

/** A told failure that is over is a recovery to tell, or forgotten; one that is back before that was told goes on. */
function settleFailures(shadow: Shadow, log: ShadowLog, rules: SimNotifier | null): void {
  settleFailure(log, shadow.failing !== null, rules)
  if (log.failure !== null && shadow.failing?.low === 0) log.failure = {...log.failure, isSure: false}
  for (const [name, told] of log.manifests) {
    const manifest = shadow.manifests.get(name)
    settleFailure(told, manifest === undefined || manifest.failing !== null || manifest.goneAt !== null, rules)
  }
}

function settleFailure(
  told: Pick<ShadowLog, 'failure' | 'recovered'>,
  isFailing: boolean,
  rules: SimNotifier | null,
): void {
  if (told.failure === null) return
  if (isFailing) {
    if (told.recovered > 0) told.failure = {...told.failure, isSure: false}
    told.recovered = 0
  } else if (rules?.resolved === false) told.failure = null
  else told.recovered = rules !== null && told.failure.isSure ? 2 : 1
}

/** A complete run without drift that concerns a notifier counts as told. */
function settleBaseline(shadow: Shadow, log: ShadowLog, rules: SimNotifier | null, run: RunFacts, holding: Tri): void {
  if (rules === null || log.baseline === 2 || run.truth.kind !== 'complete') return
  const drift = [...shadow.manifests].flatMap(([name, manifest]) =>
    manifest.goneAt === null
      ? [...manifest.entries].filter(
          ([, {present, filtered, type}]) => present > 0 && !filtered && isMatched(rules, name, type),
        )
      : [],
  )
  if (drift.length === 0) log.baseline = holding === 0 && !isDoubtful(run) ? 2 : 1
  else if (drift.every(([key, seen]) => isHeldBack(shadow, key, seen, run))) log.baseline = 1
}

/** There, and yet perhaps not to be told: muted, or not seen often enough. */
function isHeldBack(shadow: Shadow, key: string, seen: Seen, {now, minSightings}: RunFacts): boolean {
  const isUnripe = seen.sightLow < minSightings && seen.type !== 'removed'
  return isUnripe || seen.present < 2 || mutedTri(shadow, key.split('/')[0]!, key, now) > 0
}
