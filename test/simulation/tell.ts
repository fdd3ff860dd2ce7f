import type {Notification} from '../../src/notify/notifier.ts'
import type {Expectation} from './expect.ts'
import type {RunFacts} from './run-facts.ts'
import type {SeenRun} from './see.ts'
import {copyLog, toldOf, type Left, type ShadowLog, type ShadowTold, type ShadowToldFailure} from './shadow.ts'

/** The log of a notifier after it was delivered a message: what it says is what was told. */
export function tell(
  before: ShadowLog,
  message: Notification,
  {manifests}: Expectation,
  {shadow}: SeenRun,
  {now}: RunFacts,
  delivery: number,
): ShadowLog {
  const log = copyLog(before)
  log.delivery = delivery
  log.deliveredAt = now
  log.hasMissed = false
  if (log.isFuzzy) doubt(log)
  log.isFuzzy = false
  if (message.massDrift !== null && shadow.mass !== null) {
    log.mass = {since: shadow.mass.since, at: now}
    log.baseline = 2
  }
  if (message.manifests.some(({open}) => open.length > 0)) log.baseline = 2
  log.failure = addFailure(log.failure, message.failing?.code, now)
  if (message.reasons.includes('check-recovered') && log.recovered > 0) {
    log.failure = null
    log.recovered = 0
  }
  for (const notice of message.manifests) {
    const told = toldOf(log, notice.name)
    told.namedAt = now
    for (const {stateKey} of notice.resolved) leave(told, stateKey, now)
    for (const {stateKey} of notice.open) {
      const entry = manifests.get(notice.name)?.entries.get(stateKey)
      if (entry === undefined) continue
      const {type, hash, digest, real, unstable} = entry.seen
      told.told.set(stateKey, {type, hash, digest, real, unstable, at: now, isSure: true, isGone: false})
      told.left.delete(stateKey)
    }
    told.failure = addFailure(told.failure, notice.failing?.code, now)
    if (notice.failing === null && told.recovered > 0) {
      if (notice.reasons.includes('check-recovered')) told.failure = null
      told.recovered = 0
    }
    if (notice.goneSince !== null) Object.assign(told, {gone: 0, isToldGone: true})
  }
  return log
}

/** The log may not have been there: what was not said again is no longer certain. */
export function doubt(log: ShadowLog): void {
  log.isFuzzy = true
  log.failure = doubtful(log.failure)
  if (log.recovered === 2) log.recovered = 1
  for (const told of log.manifests.values()) {
    told.failure = doubtful(told.failure)
    if (told.gone === 2) told.gone = 1
    if (told.recovered === 2) told.recovered = 1
    for (const one of told.told.values()) one.isSure = false
  }
}

function doubtful(failure: ShadowToldFailure | null): ShadowToldFailure | null {
  return failure && {...failure, isSure: false}
}

function leave(told: ShadowTold, key: string, now: number): void {
  const one = told.told.get(key)
  told.told.delete(key)
  const left: Left = {low: one?.at ?? now, high: now, isSilent: one === undefined}
  told.left.set(key, left)
}

function addFailure(known: ShadowToldFailure | null, code: string | undefined, now: number): ShadowToldFailure | null {
  if (code === undefined) return known
  return {codes: [...(known?.codes ?? []), code], at: now, isSure: true}
}
