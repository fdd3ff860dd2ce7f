import {describe, expect, test} from 'vitest'

import {simulate} from './drive.ts'
import {newSchedule} from './schedule.ts'
import {shorten} from './shorten.ts'
import {realSubject} from './subject.ts'

const chunks = 8
const perChunk = 300

describe('the promises hold in random schedules of runs, changes and faults', () => {
  test.each(Array.from({length: chunks}, (_, chunk) => 1 + chunk * perChunk))(
    'seeds from %i on',
    async first => {
      const {found, runs} = await play(first)
      expect(found).toBeNull()
      // a schedule that plays nothing finds nothing
      expect(runs).toBeGreaterThan(perChunk * 20)
    },
    180_000,
  )

  test('the same seed plays the same runs', async () => {
    const [one, other] = [await trace(11), await trace(11)]
    expect(one.length).toBeGreaterThan(50)
    expect(one).toEqual(other)
  })
})

/** Plays a chunk to its end, or to the first schedule that breaks a promise: `found` explains it. */
async function play(first: number): Promise<{found: string | null; runs: number}> {
  let runs = 0
  for (let seed = first; seed < first + perChunk; seed += 1) {
    const played = await simulate(newSchedule(seed), realSubject)
    runs += played.runs
    if (played.violations.length > 0) return {found: await explain(seed), runs}
  }
  return {found: null, runs}
}

async function trace(seed: number): Promise<readonly string[]> {
  const played = await simulate(newSchedule(seed), realSubject, true)
  return [...played.trace, ...played.violations]
}

/** The shortest trace that breaks the same promise, and how to play the whole of it again. */
async function explain(seed: number): Promise<string> {
  const {trace, violations} = await simulate(await shorten(newSchedule(seed), realSubject), realSubject, true)
  return [`seed ${seed}`, ...trace, ...violations, `npm run simulate -- --seed ${seed}`].join('\n')
}
