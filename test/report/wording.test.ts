import {expect, it} from 'vitest'

import {age, isJustNow, lasted, since, utc, utcOfDay} from '../../src/report/age.ts'
import {counted, countedEntries, countsText, grouped, mutedText} from '../../src/report/wording.ts'

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

it.each([
  ['2026-11-21T09:00:01Z', 'just now'],
  ['2026-11-21T09:00:00Z', 'just now'],
  ['2026-11-21T08:59:59Z', 'since 8 min'],
  ['2026-11-21T06:00:00Z', 'since 3 h'],
  ['2026-11-16T08:00:00Z', 'since 5 d'],
])('at the end of a run of eight minutes, what began at %s is there %s', (from, expected) => {
  const run = {startedAt: '2026-11-21T09:00:00Z', finishedAt: '2026-11-21T09:08:00Z'}
  expect(since(from, run)).toBe(expected)
  expect(isJustNow(from, run)).toBe(expected === 'just now')
})

it('what began seconds before a short run began just now', () => {
  expect(since('2026-11-21T08:59:58Z', {startedAt: '2026-11-21T09:00:00Z', finishedAt: '2026-11-21T09:00:02Z'})).toBe(
    'just now',
  )
})

it.each([
  ['2026-11-18T09:00:00Z', 'for 3 d'],
  ['2026-11-21T08:59:30Z', 'for less than a minute'],
  ['2026-11-21T10:00:00Z', 'for less than a minute'],
])('what was there from %s on lasted %s', (from, expected) => {
  expect(lasted(from, '2026-11-21T09:00:00Z')).toBe(expected)
})

it('a time of the same day needs no day', () => {
  const now = '2026-11-21T09:00:00Z'
  expect([utcOfDay('2026-11-21T05:00:59Z', now), utcOfDay('2026-11-20T05:00:59Z', now)]).toEqual([
    '05:00 UTC',
    '2026-11-20 05:00 UTC',
  ])
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

it('one entry is muted, many are', () => {
  expect([mutedText(1), mutedText(1200), countedEntries(0)]).toEqual([
    '1 entry is muted',
    '1,200 entries are muted',
    '0 entries',
  ])
})

it('counts name what there is, removed first', () => {
  expect(countsText({added: 1, modified: 0, removed: 2000})).toBe('2,000 removed, 1 added')
})
