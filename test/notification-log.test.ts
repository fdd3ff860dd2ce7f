import {describe, expect, it} from 'vitest'

import type {Memory} from '../src/model/memory.ts'
import {keyOf} from './support/story-reading.ts'
import {stamp, watchOf, type Story} from './support/watch-story.ts'

const drifted = {web: {modified: ['a']}}
const two = {notifiers: {ops: {}, team: {}}}

const told = (memory: Memory, name: string) => [
  ...(memory.notifiers.get(name)?.manifests.get('web')?.entries.keys() ?? []),
]

/** As another run leaves it that read half a minute later, and saw no row. */
function withNewerReading(memory: Memory): Memory {
  return {
    ...memory,
    lastRun: {...memory.lastRun!, id: 'other', readAt: '2026-11-21T10:00:30.000Z'},
    manifests: new Map([...memory.manifests].map(([name, known]) => [name, {...known, entries: new Map()}])),
  }
}

/** As another run leaves it that told `team` what `ops` knows. */
function toldTeam(memory: Memory): Memory {
  const log = {...memory.notifiers.get('team')!, deliveredAt: stamp('10:00'), failedSince: null}
  const {manifests} = memory.notifiers.get('ops')!
  return {...memory, notifiers: new Map([...memory.notifiers, ['team', {...log, manifests}]])}
}

describe('the notification log', () => {
  it('is written notifier by notifier: the first is told and written before the second is called', async () => {
    const story = watchOf(two)
    const known: unknown[] = []
    const whileSending = async (name: string) => {
      const memory = await story.known()
      known.push([name, memory.claim?.run, told(memory, 'ops').length, told(memory, 'team').length])
    }
    await story.run('09:00', drifted, {whileSending})
    expect(known).toEqual([
      ['ops', 'run-1', 0, 0],
      ['team', 'run-1', 1, 0],
    ])
    const memory = await story.known()
    expect([told(memory, 'ops').length, told(memory, 'team').length, memory.claim]).toEqual([1, 1, null])
  })

  it('says when a notifier was told, and since when it cannot be', async () => {
    const story = watchOf(two)
    story.refuse('team')
    await story.run('09:00', drifted)
    await story.run('10:00', drifted)
    const {notifiers} = await story.known()
    expect(notifiers.get('ops')).toMatchObject({deliveredAt: stamp('09:00'), failedSince: null})
    expect(notifiers.get('team')).toMatchObject({deliveredAt: null, failedSince: stamp('09:00')})
    story.accept('team')
    await story.run('11:00', drifted)
    expect((await story.known()).notifiers.get('team')).toMatchObject({deliveredAt: stamp('11:00'), failedSince: null})
  })

  it('names the reasons of the last message about a Manifest', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}})
    await story.run('10:00', drifted)
    expect((await story.known()).notifiers.get('ops')!.manifests.get('web')).toMatchObject({
      toldAt: stamp('10:00'),
      reasons: ['first-drift'],
    })
  })

  it('holds nothing of what was not sent', async () => {
    const story = watchOf(two)
    story.refuse('ops')
    await story.run('09:00', drifted)
    expect(told(await story.known(), 'ops')).toEqual([])
  })
})

describe('a log that cannot be written after a send', () => {
  it.each<[string, (story: Story) => void]>([
    ['the memory is unreachable', ({memory}) => memory.next('save', 'ok', 'unreachable')],
    ['the memory is unusable', ({memory}) => memory.next('save', 'ok', 'unusable')],
    [
      'somebody else saves first six times',
      ({memory}) => memory.next('save', 'ok', ...Array.from({length: 6}, () => 'conflict' as const)),
    ],
    [
      'after a conflict it cannot be loaded',
      ({memory}) => {
        memory.next('save', 'ok', 'conflict')
        memory.next('load', 'ok', 'unreachable')
      },
    ],
  ])('as %s: no further notifier is called, and a warning says so', async (_, prepare) => {
    const story = watchOf({notifiers: {ops: {}, team: {}, page: {}}})
    prepare(story)
    expect(await story.run('09:00', drifted)).toEqual({ops: ['baseline']})
    expect([story.said('team'), story.said('page')]).toEqual([[], []])
    expect(story.warned()).toEqual(['MEMORY_UNAVAILABLE'])
    expect(story.report().notifications.slice(0, 3)).toMatchObject([
      {name: 'ops', delivery: 'delivered', pending: 0},
      {name: 'team', delivery: 'failed', pending: 1, attempts: 0},
      {name: 'page', delivery: 'failed', pending: 1, attempts: 0},
    ])
    expect(story.lastKnown()).not.toBeNull()
  })

  it('repeats that message, and loses none', async () => {
    const story = watchOf(two)
    story.memory.next('save', 'ok', 'unreachable')
    await story.run('09:00', drifted)
    expect(await story.run('10:00', drifted)).toEqual({ops: ['baseline'], team: ['baseline']})
  })

  it('leaves the claim: until it has expired, another run says nothing', async () => {
    const story = watchOf()
    story.memory.next('save', 'ok', 'unreachable')
    await story.run('09:00', drifted)
    await story.run('09:01', drifted)
    expect(story.report().error?.code).toBe('MEMORY_BUSY')
    expect(await story.run('09:02', drifted)).toEqual({ops: ['baseline']})
  })

  it('that was written although nobody heard of it is a message that is not repeated', async () => {
    const story = watchOf()
    story.memory.next('save', 'ok', 'lost')
    await story.run('09:00', drifted)
    expect(await story.run('10:00', drifted)).toEqual({})
  })
})

describe('a conflict after a send', () => {
  it('of up to five times is settled by loading again', async () => {
    const story = watchOf()
    story.memory.next('save', 'ok', ...Array.from({length: 5}, () => 'conflict' as const))
    await story.run('09:00', drifted)
    expect(story.warned()).toEqual([])
    expect(told(await story.known(), 'ops')).toHaveLength(1)
  })

  it('keeps the ledger of the newer reading, with the log of what was sent', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}})
    await story.run('10:00', drifted, {whileSending: () => story.memory.change(withNewerReading)})
    const memory = await story.known()
    expect(memory.lastRun!.id).toBe('other')
    expect(memory.manifests.get('web')!.entries.size).toBe(0)
    expect(told(memory, 'ops')).toEqual([keyOf('web', 'a')])
    expect(memory.claim).toBeNull()
  })

  it('tells nobody else once another run has claimed the memory, and leaves it its claim', async () => {
    const story = watchOf(two)
    const other = {run: 'other', group: 'other', at: '2026-11-21T09:00:00Z', until: '2026-11-21T09:10:00Z'}
    const whileSending = (name: string) =>
      name === 'ops' ? story.memory.change(memory => ({...memory, claim: other})) : Promise.resolve()
    expect(await story.run('09:00', drifted, {whileSending})).toEqual({ops: ['baseline']})
    const memory = await story.known()
    expect([told(memory, 'ops'), told(memory, 'team')]).toEqual([[keyOf('web', 'a')], []])
    expect(memory.claim).toEqual(other)
  })

  it('keeps a mute that was set meanwhile', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}})
    await story.run('10:00', drifted, {whileSending: () => story.mute('web/a', '10:00', '+7 10:00')})
    expect((await story.known()).mutes).toHaveLength(1)
    expect(await story.run('11:00', drifted)).toEqual({})
  })

  it('keeps what another run told another notifier meanwhile', async () => {
    const story = watchOf(two)
    story.refuse('team')
    await story.run('09:00', drifted)
    const whileSending = (name: string) => (name === 'ops' ? story.memory.change(toldTeam) : Promise.resolve())
    await story.run('10:00', {web: {modified: ['a', 'b']}}, {whileSending})
    expect(told(await story.known(), 'team')).toEqual([keyOf('web', 'a')])
    expect(told(await story.known(), 'ops')).toEqual([keyOf('web', 'a'), keyOf('web', 'b')])
  })

  it('writes all there is where the memory was removed meanwhile', async () => {
    const story = watchOf()
    const whileSending = () => Promise.resolve(story.memory.lose())
    await story.run('09:00', drifted, {whileSending})
    expect(told(await story.known(), 'ops')).toEqual([keyOf('web', 'a')])
    expect(await story.run('10:00', drifted)).toEqual({})
  })
})
