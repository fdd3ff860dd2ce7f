import type {Memory} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'
import {isHeld} from './mass-drift.ts'
import {nextMutes} from './mutes.ts'
import type {NotifierRules} from './notifier-rules.ts'
import type {Observation} from './observation.ts'
import {settle} from './settle.ts'

/**
 * The memory as a run at this time decides on it for one notifier, if it sees what is remembered: without the mutes that
 * have ended, and what is muted or unmatched has left the told sets.
 */
export function asOf(memory: Memory, rules: NotifierRules, now: Date): Memory {
  const awake = withMutesAt(memory, toTimestamp(now))
  const log = settle(awake.notifiers.get(rules.name), rules, awake, sameSeen(memory, now), new Set())
  return {...awake, notifiers: new Map([...awake.notifiers, [rules.name, log]])}
}

/** The memory without the mutes that have ended by then. */
export function withMutesAt(memory: Memory, at: string): Memory {
  return {...memory, mutes: nextMutes(memory.mutes, memory.manifests, new Map(), at, isHeld(memory.massDrift))}
}

/** The ledger knows already what such a run sees. */
function sameSeen({lastRun}: Memory, now: Date): Observation {
  return {
    run: {id: '', group: '', startedAt: now},
    readAt: now,
    now,
    outcome: lastRun?.outcome ?? 'failed',
    errorCode: null,
    manifests: [],
    entries: [],
    moved: new Set(),
    listKnown: false,
    source: null,
    recovered: new Map(),
    agesLost: false,
  }
}
