import {describe, expect, it} from 'vitest'

import {merge} from '../../src/drift/merge.ts'
import type {EndedAlert} from '../../src/model/alert.ts'
import type {KnownAlertReceiver, KnownEntry, Memory, Mute, NotificationLog} from '../../src/model/memory.ts'
import {knownEntry, memoryOf} from '../memory/memory-builder.ts'

const early = '2026-11-19T00:00:00Z'
const late = '2026-11-20T00:00:00Z'

const readAt = (time: string, rows: Record<string, Record<string, KnownEntry>>, over: Partial<Memory> = {}) =>
  memoryOf(rows, {
    lastRun: {id: time, group: time, startedAt: early, readAt: `2026-11-20T${time}.000Z`, outcome: 'drift'},
    ...over,
  })

const logs = (over: Record<string, Partial<NotificationLog>>) => {
  const log = memoryOf({}).notifiers.get('ops')!
  return new Map(Object.entries(over).map(([name, part]) => [name, {...log, ...part}]))
}

const mute = (key: string, createdAt: string, content: Mute['content'] = null): Mute => ({
  key,
  createdAt,
  reason: 'known',
  until: '2026-12-01T00:00:00Z',
  content,
})

const receiver = (configuredAt: string, ...ended: readonly EndedAlert[]): KnownAlertReceiver => ({
  configuredAt,
  failuresBeforeNotice: 2,
  ended,
})

const endOf = (manifest: string, deliveries = 0): EndedAlert => ({
  name: 'TazunaDrift',
  manifest,
  startsAt: early,
  deliveries,
})

const newerIs = [
  ['ours', '10:00:01', '10:00:00'],
  ['theirs', '10:00:00', '10:00:01'],
] as const

describe('merge', () => {
  it.each([
    ['ours', '10:00:01', '10:00:00', 'ours'],
    ['theirs', '10:00:00', '10:00:01', 'theirs'],
  ])('keeps the ledger of the newer reading: %s', (_, ours, theirs, expected) => {
    const merged = merge(
      readAt(ours, {web: {ours: knownEntry()}}),
      readAt(theirs, {web: {theirs: knownEntry()}}),
      memoryOf({}),
    )
    expect([...merged.manifests.get('web')!.entries.keys()]).toEqual([expected])
  })

  it('keeps the earliest first-seen of each entry, whichever reading is newer', () => {
    const older = {a: knownEntry({firstSeenAt: early}), b: knownEntry({firstSeenAt: late})}
    const newer = {a: knownEntry({firstSeenAt: late}), b: knownEntry({firstSeenAt: early})}
    for (const [ours, theirs] of [
      ['10:00:00', '10:00:01'],
      ['10:00:01', '10:00:00'],
    ] as const) {
      const {manifests} = merge(readAt(ours, {web: older}), readAt(theirs, {web: newer}), memoryOf({}))
      expect([...manifests.get('web')!.entries.values()].map(({firstSeenAt}) => firstSeenAt)).toEqual([early, early])
    }
  })

  it('gives an entry that had gone in between no age from before', () => {
    const before = readAt('10:00:00', {web: {a: knownEntry({firstSeenAt: early, absentSince: late})}})
    const after = readAt('10:00:01', {web: {a: knownEntry({firstSeenAt: late})}})
    expect(merge(before, after, memoryOf({})).manifests.get('web')!.entries.get('a')!.firstSeenAt).toBe(late)
  })

  it.each([
    ['ours', late, early, 'ours'],
    ['theirs', early, late, 'theirs'],
    ['ours, if they never told it', late, null, 'ours'],
    ['theirs, if we never told it', null, late, 'theirs'],
  ])('takes per notifier the log of the later delivery as a whole: %s', (_, ours, theirs, expected) => {
    const merged = merge(
      readAt('10:00:00', {}, {notifiers: logs({ops: {deliveredAt: ours, configuredAt: 'ours'}})}),
      readAt('10:00:01', {}, {notifiers: logs({ops: {deliveredAt: theirs, configuredAt: 'theirs'}})}),
      memoryOf({}),
    )
    expect(merged.notifiers.get('ops')!.configuredAt).toBe(expected)
  })

  it.each([
    ['ours', '10:00:01', '10:00:00', 'ours'],
    ['theirs', '10:00:00', '10:00:01', 'theirs'],
  ])(
    'takes the log that was settled with the newer reading where nobody told that notifier since: %s',
    (_, ours, theirs, expected) => {
      const merged = merge(
        readAt(ours, {}, {notifiers: logs({ops: {deliveredAt: early, configuredAt: 'ours'}})}),
        readAt(theirs, {}, {notifiers: logs({ops: {deliveredAt: early, configuredAt: 'theirs'}})}),
        memoryOf({}),
      )
      expect(merged.notifiers.get('ops')!.configuredAt).toBe(expected)
    },
  )

  it('keeps the logs of notifiers that only one of the two knows', () => {
    const merged = merge(
      readAt('10:00:00', {}, {notifiers: logs({ops: {}})}),
      readAt('10:00:01', {}, {notifiers: logs({team: {}})}),
      memoryOf({}),
    )
    expect([...merged.notifiers.keys()].toSorted()).toEqual(['ops', 'team'])
  })

  it('keeps the mutes as they set them, without those that this reading ended', () => {
    const [kept, ended, removed] = [mute('kept', early), mute('ended', early), mute('removed', early)]
    const set = mute('set', late)
    const again = mute('ended', late)
    const content = new Map([['a', {diffType: 'modified' as const, hash: null}]])
    const merged = merge(
      readAt('10:00:00', {}, {mutes: [{...kept, content}, removed]}),
      readAt('10:00:01', {}, {mutes: [kept, ended, set, again]}),
      memoryOf({}, {mutes: [kept, ended, removed]}),
    )
    expect(merged.mutes).toEqual([{...kept, content}, set, again])
  })

  it.each(newerIs)(
    'keeps all receivers of alerts that either of the two knows, the newer reading being %s',
    (_, a, b) => {
      const merged = merge(
        readAt(a, {}, {alertReceivers: new Map([['ours', receiver(early)]])}),
        readAt(b, {}, {alertReceivers: new Map([['theirs', receiver(late)]])}),
        memoryOf({}),
      )
      expect(Object.fromEntries(merged.alertReceivers)).toEqual({ours: receiver(early), theirs: receiver(late)})
    },
  )

  it.each(newerIs)('keeps each end of an alert that either has, once, the newer reading being %s', (newer, a, b) => {
    const ours = receiver(early, endOf('web', 1), endOf('api'))
    const theirs = receiver(late, endOf('web'), endOf('batch'))
    const merged = merge(
      readAt(a, {}, {alertReceivers: new Map([['one', ours]])}),
      readAt(b, {}, {alertReceivers: new Map([['one', theirs]])}),
      memoryOf({}),
    )
    expect(merged.alertReceivers.get('one')).toEqual(
      newer === 'ours'
        ? receiver(early, endOf('web', 1), endOf('api'), endOf('batch'))
        : receiver(late, endOf('web'), endOf('batch'), endOf('api')),
    )
  })

  it('keeps our claim, as we are still at work', () => {
    const claim = {run: 'ours', group: 'ours', at: early, until: late}
    const merged = merge(readAt('10:00:00', {}, {claim}), readAt('10:00:01', {}), memoryOf({}))
    expect(merged.claim).toEqual(claim)
  })
})
