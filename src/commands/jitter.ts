import {hash} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'

import {WatchError} from '../errors.ts'

/** Of `jitter` milliseconds, the part that this watch waits: the same in every run, spread evenly over watches. */
export function jitterOf(cluster: string, watch: string, jitter: number): number {
  return Number.parseInt(hash('sha256', JSON.stringify({cluster, watch})).slice(0, 12), 16) % jitter
}

/** Waits that many milliseconds. Throws `CANCELLED` on an interrupt. */
export async function waitFor(milliseconds: number, interrupt: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, {signal: interrupt})
  } catch (error) {
    throw new WatchError('CANCELLED', 'waiting for the jitter: interrupted', {cause: error})
  }
}
