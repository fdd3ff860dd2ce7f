import {describe, expect, it} from 'vitest'

import {lastWords, oneLine} from '../src/one-line.ts'

describe.each([
  ['oneLine', oneLine, 'a', ''],
  ['lastWords', lastWords, '', 'a'],
] as const)('%s', (_, cut, before, after) => {
  it.each([9, 10, 11, 12])('cuts no character of two places in half, at %i', limit => {
    const line = cut(`${before}${'😀'.repeat(100)}${after}`, limit)
    expect(line.isWellFormed()).toBe(true)
    expect(line.length).toBeGreaterThanOrEqual(limit - 1)
    expect(line.length).toBeLessThanOrEqual(limit)
  })
})
