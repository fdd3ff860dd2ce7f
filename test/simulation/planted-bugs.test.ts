import {describe, expect, test} from 'vitest'

import {bugs, type Bug} from './bugs.ts'
import {buggedSubject} from './bugged-subject.ts'
import {simulate} from './drive.ts'
import {newSchedule} from './schedule.ts'
import {realSubject, type Subject} from './subject.ts'

/** So many seeds must be enough for each. */
const enough = 400

describe('the simulator finds what it is for', () => {
  test.each(bugs)(
    '$name',
    async bug => {
      const seed = await firstToFind(bug)
      expect(seed, 'the first seed that breaks a promise').not.toBeNull()
    },
    120_000,
  )
})

async function firstToFind({changes, tamper, breaks}: Bug): Promise<number | null> {
  if (changes === undefined) return await findWith({...realSubject, ...(tamper && {tamper})}, breaks)
  await using subject = await buggedSubject(changes)
  return await findWith(subject, breaks)
}

async function findWith(subject: Subject, breaks: RegExp): Promise<number | null> {
  for (let seed = 1; seed <= enough; seed += 1) {
    const {violations} = await simulate(newSchedule(seed), subject)
    if (violations.some(text => breaks.test(text))) return seed
  }
  return null
}
