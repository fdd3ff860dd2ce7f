import {setTimeout as sleep} from 'node:timers/promises'

/** Clock, chance and waiting, so that tests need not wait. */
export type Timing = {
  /** Milliseconds since 1970. */
  now(): number
  /** From 0 up to 1. */
  random(): number
  /** Rejects when `signal` ends it. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

export const realTiming: Timing = {
  now: Date.now,
  random: Math.random,
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, {signal}),
}
