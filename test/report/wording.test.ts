import {expect, it} from 'vitest'

import {age, utc} from '../../src/report/age.ts'
import {counted, countsText, grouped} from '../../src/report/wording.ts'

it.each([
  ['2026-11-21T09:00:00Z', '0 min'],
  ['2026-11-21T10:00:00Z', '0 min'],
  ['2026-11-21T08:00:01Z', '59 min'],
  ['2026-11-21T08:00:00Z', '1 h'],
  ['2026-11-19T09:00:01Z', '47 h'],
  ['2026-11-19T09:00:00Z', '2 d'],
  ['2025-11-21T09:00:00Z', '365 d'],
])('the age of %s is %s', (from, expected) => {
  expect(age(from, '2026-11-21T09:00:00Z')).toBe(expected)
})

it('a time is shown to the minute', () => {
  expect(utc('2026-11-19T22:01:59Z')).toBe('2026-11-19 22:01 UTC')
})

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1234567, '1,234,567'],
])('%i is written %s', (count, expected) => {
  expect(grouped(count)).toBe(expected)
})

it('one is not many', () => {
  expect([counted(1, 'row'), counted(0, 'row'), counted(2000, 'row')]).toEqual(['1 row', '0 rows', '2,000 rows'])
})

it('counts name what there is, removed first', () => {
  expect(countsText({added: 1, modified: 0, removed: 2000})).toBe('2,000 removed, 1 added')
})
