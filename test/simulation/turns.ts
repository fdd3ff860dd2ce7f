import {setImmediate as nextTurn} from 'node:timers/promises'

import type {Random} from './random.ts'

/** Awaited before each call to the outside. */
export type Turn = () => Promise<void>

/** Lets runs go on one at a time, from call to call, in random order. */
export async function takeTurns(random: Random, runs: readonly ((turn: Turn) => Promise<void>)[]): Promise<void> {
  const waiting: (() => void)[] = []
  const turn: Turn = () => new Promise(resolve => waiting.push(resolve))
  const open = new Set(runs)
  for (const run of runs) void run(turn).finally(() => open.delete(run))
  while (open.size > 0) {
    await nextTurn()
    if (waiting.length > 0) waiting.splice(random.below(waiting.length), 1)[0]!()
  }
}
