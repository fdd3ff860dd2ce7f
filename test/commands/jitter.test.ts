import {describe, expect, it} from 'vitest'

import {jitterOf, waitFor} from '../../src/commands/jitter.ts'

const minutes = 60_000

describe('jitterOf', () => {
  it('is the same for the same cluster and watch', () => {
    expect(jitterOf('prod', 'default', 5 * minutes)).toBe(jitterOf('prod', 'default', 5 * minutes))
    expect(jitterOf('prod', 'default', 5 * minutes)).not.toBe(jitterOf('prod', 'apps', 5 * minutes))
    expect(jitterOf('prod', 'default', 5 * minutes)).not.toBe(jitterOf('lab', 'default', 5 * minutes))
  })

  it('spreads watches over the whole time', () => {
    const waits = Array.from({length: 1000}, (_, index) => jitterOf(`cluster-${index}`, 'default', 10 * minutes))
    const perMinute = Array.from({length: 10}, (_, minute) =>
      waits.filter(wait => Math.floor(wait / minutes) === minute),
    )
    expect(perMinute.map(list => list.length).every(count => count > 60 && count < 140)).toBe(true)
    expect(perMinute.flat()).toHaveLength(1000)
  })
})

describe('waitFor', () => {
  it('ends at once when interrupted', async () => {
    const controller = new AbortController()
    const waiting = waitFor(60 * minutes, controller.signal)
    controller.abort('SIGTERM')
    await expect(waiting).rejects.toMatchObject({code: 'CANCELLED'})
    await expect(waitFor(60 * minutes, AbortSignal.abort('SIGINT'))).rejects.toMatchObject({code: 'CANCELLED'})
  })
})
