import type {Memory} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'

/** Clocks may differ by so much, in milliseconds. */
export const clockTolerance = 5 * 60 * 1000
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** What may lie in the future, or is text of people. */
const free: ReadonlySet<unknown> = new Set(['until', 'reason', 'key'])

/**
 * Stored times later than now + 5 min are read as now: a clock was wrong, here or there, and an age that begins in the
 * future would silence reminders. A claim from the future holds nothing. Gives the memory itself where nothing is so.
 */
export function clampTimes(memory: Memory, now: Date): Memory {
  const limit = toTimestamp(new Date(now.getTime() + clockTolerance))
  const {claim} = memory
  const claimed = claim !== null && claim.at > limit ? {...memory, claim: null} : memory
  // nearly always there is none, and to look takes a fraction of the time of a copy
  return hasLater(claimed, limit) ? (clampValue(claimed, limit, toTimestamp(now)) as Memory) : claimed
}

function hasLater(value: unknown, limit: string): boolean {
  if (typeof value === 'string') return value > limit && time.test(value)
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Map) {
    for (const item of value.values()) if (hasLater(item, limit)) return true
    return false
  }
  for (const key in value) if (!free.has(key) && hasLater(value[key as keyof typeof value], limit)) return true
  return false
}

/** The same value where no time in it is later than `limit`; the copy shares what did not change. */
function clampValue(value: unknown, limit: string, now: string): unknown {
  if (typeof value === 'string') return value > limit && time.test(value) ? now : value
  if (typeof value !== 'object' || value === null) return value
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value)
  const clamped = entries.map(([key, item]): [unknown, unknown] => [
    key,
    free.has(key) && !(value instanceof Map) ? item : clampValue(item, limit, now),
  ])
  if (clamped.every(([, item], index) => item === entries[index]?.[1])) return value
  if (value instanceof Map) return new Map(clamped)
  return Array.isArray(value) ? clamped.map(([, item]) => item) : Object.fromEntries(clamped as [string, unknown][])
}
