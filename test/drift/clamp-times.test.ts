import {describe, expect, it} from 'vitest'

import {clampTimes} from '../../src/drift/clamp-times.ts'
import type {Memory} from '../../src/model/memory.ts'
import {knownEntry, memoryOf} from '../memory/memory-builder.ts'

const now = new Date('2026-11-21T09:00:00Z')
const key = 'web//v1/ConfigMap/web/a'
const future = '2026-11-21T09:05:01Z'
const near = '2026-11-21T09:05:00Z'

const withSeen = (time: string) => memoryOf({web: {[key]: knownEntry({firstSeenAt: time, changedAt: time})}})
const seenIn = ({manifests}: Memory) => manifests.get('web')!.entries.get(key)!

describe('times of a memory', () => {
  it('are left alone, and so is the memory, where none is later than now and 5 minutes', () => {
    const memory = withSeen(near)
    expect(clampTimes(memory, now)).toBe(memory)
  })

  it('later than now and 5 minutes are read as now', () => {
    expect(seenIn(clampTimes(withSeen(future), now))).toMatchObject({
      firstSeenAt: '2026-11-21T09:00:00Z',
      changedAt: '2026-11-21T09:00:00Z',
      lastSeenAt: '2026-11-20T12:00:00Z',
    })
  })

  it('are read so wherever they stand', () => {
    const memory = memoryOf({web: {[key]: knownEntry({absentSince: future})}})
    const log = memory.notifiers.get('ops')!
    const told = {...log.manifests.get('web')!, toldAt: future, left: new Map([[key, future]]), goneAt: future}
    const failure = {codes: ['X'], toldAt: future}
    const clamped = clampTimes(
      {
        ...memory,
        lastRun: {...memory.lastRun!, readAt: '2026-11-21T10:00:00.123Z'},
        lastSuccessAt: future,
        failing: {code: 'X', groups: 1, group: 'g', since: future},
        massDrift: {kind: 'all-gone', since: future, manifests: ['web'], over: false},
        notifiers: new Map([
          ['ops', {...log, deliveredAt: future, failedSince: future, failure, manifests: new Map([['web', told]])}],
        ]),
      },
      now,
    )
    expect(JSON.stringify(clamped, (_, value: unknown) => (value instanceof Map ? [...value] : value))).not.toMatch(
      /T09:05|T10:00/,
    )
    expect(clamped.notifiers.get('ops')!.manifests.get('web')!.left.get(key)).toBe('2026-11-21T09:00:00Z')
  })

  it('may lie in the future where that is what they are for, and texts of people are no times', () => {
    const mute = {key: future, reason: future, createdAt: future, until: '2026-12-21T09:00:00Z', content: null}
    const {mutes} = clampTimes({...memoryOf({}), mutes: [mute]}, now)
    expect(mutes).toEqual([{...mute, createdAt: '2026-11-21T09:00:00Z'}])
  })

  it.each([
    ['stays', near, true],
    ['from the future holds nothing', future, false],
  ])('a claim %s', (_, at, stays) => {
    const claim = {run: 'r', group: 'g', at, until: '2026-11-21T10:00:00Z'}
    expect(clampTimes({...memoryOf({}), claim}, now).claim).toEqual(stays ? claim : null)
  })
})
