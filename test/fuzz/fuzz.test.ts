import {describe, expect, it} from 'vitest'

import {WatchError} from '../../src/errors.ts'
import {challengeTarget} from './challenge-target.ts'
import {fuzz, type FuzzOptions, type FuzzTarget} from './fuzz-target.ts'
import {manifestTarget} from './manifest-target.ts'
import {referenceTarget} from './reference-target.ts'
import {seed} from './seed.ts'
import {tarTarget} from './tar-target.ts'

const count = 100_000

describe(`with random input of seed ${seed}`, () => {
  it.each([challengeTarget, referenceTarget, manifestTarget, tarTarget] as FuzzTarget[])(
    '$name takes it or refuses it with a coded error',
    {timeout: 120_000},
    async target => {
      const {outcomes} = await fuzz(target, {seed, count})
      // else it would not be the code that is looked at, but its first line
      expect(outcomes['taken']).toBeGreaterThan(count / 20)
      expect(outcomes['taken']).toBeLessThan(count * 0.9)
    },
  )
})

describe('fuzz', () => {
  it('gives the same inputs for the same seed, others for another, and one of them alone', async () => {
    const inputs = await inputsOf({seed: 1, count: 20})
    expect(await inputsOf({seed: 1, count: 20})).toEqual(inputs)
    expect(await inputsOf({seed: 2, count: 20})).not.toEqual(inputs)
    expect(await inputsOf({seed: 1, count: 1, first: 13})).toEqual([inputs[13]])
    expect(new Set(inputs).size).toBeGreaterThan(15)
  })

  it('counts what is taken, and what is refused by its code', async () => {
    const {outcomes} = await fuzz(
      target(input => {
        if (input < 500) throw new WatchError('ARTIFACT_UNSAFE_ENTRY', 'refused')
      }),
      {seed: 1, count: 100},
    )
    expect(Object.keys(outcomes).toSorted()).toEqual(['ARTIFACT_UNSAFE_ENTRY', 'taken'])
  })

  it.each([
    ['a crash', () => JSON.parse('{'), 'SyntaxError'],
    ['a rejection', () => Promise.reject(new TypeError('no')), 'TypeError: no'],
    ['an error of another part', () => fail('TAZUNA_FAILED', 'x'), 'WatchError: x'],
    ['a text of two lines', () => fail('ARTIFACT_UNSAFE_ENTRY', 'a\nb'), 'not one short line'],
    ['a text that turns around', () => fail('ARTIFACT_UNSAFE_ENTRY', 'a\u202Eb'), 'not one short line'],
    ['a text without end', () => fail('ARTIFACT_UNSAFE_ENTRY', 'a'.repeat(3000)), 'not one short line'],
    ['an endless loop, nearly', () => busyFor(2200), 'it took'],
    [
      'a polluted prototype',
      () => Object.assign(Object.prototype, {polluted: true}),
      'it changed what all objects have',
    ],
  ])('fails at %s, and says how to see it again', async (_, check, text) => {
    try {
      const failed = fuzz(target(check), {seed: 7, count: 10, first: 3})
      await expect(failed).rejects.toThrow(text)
      await expect(failed).rejects.toThrow('node test/fuzz/fuzz.ts --seed 7 --first 3 --count 1 test')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })
})

/** A target of numbers. */
function target(check: (input: number) => Promise<void> | void): FuzzTarget<number> {
  return {name: 'test', makeInput: random => random.int(1000), check}
}

async function inputsOf(options: FuzzOptions): Promise<number[]> {
  const inputs: number[] = []
  const noting = target(input => void inputs.push(input))
  await fuzz(noting, options)
  return inputs
}

function fail(...[code, message]: ConstructorParameters<typeof WatchError>): never {
  throw new WatchError(code, message)
}

function busyFor(milliseconds: number): void {
  const end = usedMilliseconds() + milliseconds
  while (usedMilliseconds() < end);
}

/** Of the processor. */
function usedMilliseconds(): number {
  const {user, system} = process.cpuUsage()
  return (user + system) / 1000
}
