import {describe, expect, it} from 'vitest'

import type {Claim} from '../src/model/memory.ts'
import {keyOf} from './support/story-reading.ts'
import {stamp, timeOf, watchOf, type Story} from './support/watch-story.ts'

const drifted = {web: {modified: ['a']}}
const more = {web: {modified: ['a', 'b']}}

/** A watch that ran at 09:00, and somebody's claim. */
async function claimed(claim: Partial<Claim> = {}): Promise<Story> {
  const story = watchOf()
  await story.run('09:00', drifted)
  await claimBy(story, claim)
  return story
}

function claimBy({memory}: Story, claim: Partial<Claim> = {}): Promise<void> {
  const held = {run: 'other', group: 'other', at: stamp('09:59'), until: stamp('10:05'), ...claim}
  return memory.change(kept => ({...kept, claim: held}))
}

/** Another run, whose reading began then. */
function readBy({memory}: Story, at: string): Promise<void> {
  const readAt = timeOf(at).toISOString()
  return memory.change(kept => ({...kept, lastRun: {...kept.lastRun!, id: 'other', readAt}}))
}

const calls = ({memory}: Story) => memory.calls.splice(0)

describe('the claim', () => {
  it('is written with the reading when something is due, and given back with the last log', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {}}})
    await story.run('09:00', drifted)
    expect(calls(story)).toEqual(['load', 'save, claimed', 'save, claimed', 'save'])
    expect((await story.known()).claim).toBeNull()
  })

  it('is not written when nothing is due', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}})
    expect(calls(story)).toEqual(['load', 'save'])
  })

  it('names run and group, and ends a minute after the run has to', async () => {
    const story = watchOf()
    let claim: Claim | null = null
    const whileSending = async () => void ({claim} = await story.known())
    await story.run('09:00', drifted, {id: 'run-7', group: 'job-7', whileSending})
    expect(claim).toEqual({run: 'run-7', group: 'job-7', at: stamp('09:00'), until: stamp('09:02')})
  })

  it('is given back when every notifier failed', async () => {
    const story = watchOf()
    story.refuse('ops')
    await story.run('09:00', drifted)
    expect((await story.known()).claim).toBeNull()
    expect(calls(story)).toEqual(['load', 'save, claimed', 'save'])
  })

  it('of another group that is alive: the run sends and saves nothing, and fails as MEMORY_BUSY', async () => {
    const story = await claimed()
    const before = await story.known()
    expect(await story.run('10:00', more)).toEqual({})
    expect(story.report()).toMatchObject({outcome: 'failed', error: {code: 'MEMORY_BUSY'}, notifications: []})
    expect(story.report().error!.message).toContain('run other is telling the notifiers')
    expect(story.lastKnown()).toBeUndefined()
    expect(await story.known()).toEqual(before)
  })

  it('of another group stands in the way also of a run that has nothing to tell', async () => {
    const story = await claimed()
    await story.run('10:00', drifted)
    expect(story.report().error?.code).toBe('MEMORY_BUSY')
  })

  it.each<[string, Partial<Claim>]>([
    ['its own group, as a retry does', {group: 'job-2'}],
    ['another group that has expired', {until: stamp('10:00')}],
    ['another group that is from the future', {at: stamp('10:06'), until: stamp('10:20')}],
  ])('of %s is taken over', async (_, claim) => {
    const story = await claimed(claim)
    expect(await story.run('10:00', more, {group: 'job-2'})).toEqual({ops: ['new-entries']})
    expect((await story.known()).claim).toBeNull()
  })

  it('that was left behind ends with the next run, even if that has nothing to tell', async () => {
    const story = await claimed({until: stamp('09:30')})
    await story.run('10:00', drifted)
    expect((await story.known()).claim).toBeNull()
  })

  it('that was made while this run was reading is met at the claim', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    expect(await story.run('10:00', more, {meanwhile: () => claimBy(story)})).toEqual({})
    expect(story.report().error?.code).toBe('MEMORY_BUSY')
  })

  it('that was given back while this run was reading is in nobody’s way', async () => {
    const story = await claimed()
    const meanwhile = () => story.memory.change(kept => ({...kept, claim: null}))
    expect(await story.run('10:00', more, {meanwhile})).toEqual({ops: ['new-entries']})
  })
})

describe('a reading', () => {
  it('that is older than one saved since the memory was loaded is not told and not saved', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    const meanwhile = () => story.run('10:01', {web: {modified: ['a', 'c']}})
    expect(await story.run('10:00', more, {meanwhile})).toEqual({})
    expect(story.report().error).toMatchObject({code: 'MEMORY_BUSY'})
    const known = await story.known()
    expect(known.lastRun!.readAt).toBe('2026-11-21T10:01:00.000Z')
    expect(known.manifests.get('web')!.entries.has(keyOf('web', 'b'))).toBe(false)
  })

  it.each([
    ['by a clock that is a little fast', '10:04'],
    ['by a clock that is much too fast: that is read as now', '13:00'],
  ])('that is older than one saved since, %s, is not told and not saved', async (_, readAt) => {
    const story = watchOf()
    await story.run('09:00', drifted)
    expect(await story.run('10:00', more, {meanwhile: () => readBy(story, readAt)})).toEqual({})
    expect(story.report().error).toMatchObject({code: 'MEMORY_BUSY'})
  })

  it('that is newer than one saved since is compared with that', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    const meanwhile = () => story.run('09:59', more)
    expect(await story.run('10:00', {web: {modified: ['a', 'b', 'c']}}, {meanwhile})).toEqual({ops: ['new-entries']})
    expect(story.said('ops')).toEqual(['web a modified open', 'web b modified open', 'web c modified new'])
  })

  it('is not older than what was there when it began, whatever its clock said', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    await readBy(story, '12:00')
    const meanwhile = () => story.mute('web', '09:30', '+7 09:30')
    expect(await story.run('10:00', more, {meanwhile})).toEqual({})
    expect(story.report().error).toBeNull()
    expect((await story.known()).mutes).toHaveLength(1)
  })

  it('meets a mute that was set while it was made', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}})
    const meanwhile = () => story.mute('web/a', '09:59', '+7 09:30')
    expect(await story.run('10:00', drifted, {meanwhile})).toEqual({})
    expect((await story.known()).mutes).toHaveLength(1)
  })
})

describe('a conflict at the claim', () => {
  it.each([1, 5])('%d times is settled by loading again', async times => {
    const story = watchOf()
    story.memory.next('save', ...Array.from({length: times}, () => 'conflict' as const))
    expect(await story.run('09:00', drifted)).toEqual({ops: ['baseline']})
    expect(calls(story).filter(call => call === 'load')).toHaveLength(times + 1)
  })

  it('six times ends the run: nothing is sent, and it fails as MEMORY_BUSY', async () => {
    const story = watchOf()
    story.memory.next('save', ...Array.from({length: 6}, () => 'conflict' as const))
    expect(await story.run('09:00', drifted)).toEqual({})
    expect(story.report().error).toMatchObject({code: 'MEMORY_BUSY'})
    expect(await story.memory.read()).toBeNull()
  })

  it('that is this run’s own save, of which it did not hear, is no other run', async () => {
    const story = watchOf()
    story.memory.beforeSave(async () => {
      const own = watchOf({memory: story.memory})
      await own.run('09:00', drifted, {id: 'run-1'})
    })
    await story.run('09:00', drifted, {id: 'run-1'})
    expect(story.report().error).toBeNull()
  })
})

describe('a memory that is unreachable at the claim', () => {
  it.each<[string, (story: Story) => void]>([
    ['when it is saved', ({memory}) => memory.next('save', 'unreachable')],
    [
      'when it is loaded again',
      ({memory}) => {
        memory.next('save', 'conflict')
        memory.next('load', 'ok', 'unreachable')
      },
    ],
    ['and saved although nobody heard of it', ({memory}) => memory.next('save', 'lost')],
  ])('%s: no notifier is called, the sinks get the failed run, and nothing is lost', async (_, prepare) => {
    const story = watchOf()
    prepare(story)
    expect(await story.run('09:00', drifted)).toEqual({})
    expect(story.report()).toMatchObject({outcome: 'failed', error: {code: 'MEMORY_UNREACHABLE'}})
    expect(story.report().notifications.map(({role, delivery}) => [role, delivery])).toEqual([['sink', 'nothing-due']])
    expect(story.lastKnown()).toBeNull()
    expect(await story.run('10:00', drifted)).toEqual({ops: ['baseline']})
  })
})

describe('a memory that is unusable at the claim', () => {
  it.each<[string, (story: Story) => void]>([
    ['when it is saved', ({memory}) => memory.next('save', 'unusable')],
    [
      'when it is loaded again',
      ({memory}) => {
        memory.next('save', 'conflict')
        memory.next('load', 'ok', 'unusable')
      },
    ],
  ])('%s: one digest without it, a warning, and ages as they were loaded', async (_, prepare) => {
    const story = watchOf()
    await story.run('09:00', drifted)
    prepare(story)
    expect(await story.run('10:00', drifted)).toEqual({ops: ['baseline']})
    expect(story.warned()).toEqual(['MEMORY_UNAVAILABLE'])
    expect(story.report().outcome).toBe('drift')
    expect(story.lastKnown()!.manifests[0]!.firstSeenAt).toBe(stamp('09:00'))
    expect((await story.known()).lastRun!.id).toBe('run-1')
  })

  it('loses nothing that would wait for the next run: no run will ever know of this one', async () => {
    const story = watchOf({minSightings: 2, notifiers: {ops: {failuresBeforeNotice: 2}}})
    story.memory.next('save', 'unusable')
    expect(await story.run('09:00', {...drifted, api: 'skipped'})).toEqual({ops: ['check-failed', 'baseline']})
  })
})

describe('a dry run', () => {
  it('saves nothing, claims nothing and sends nothing, but shows what is due', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    calls(story)
    expect(await story.run('10:00', more, {dryRun: true})).toEqual({})
    expect(story.report().notifications[0]).toMatchObject({delivery: 'dry-run', reasons: ['new-entries']})
    expect(calls(story)).toEqual(['load'])
    expect(await story.run('11:00', more)).toEqual({ops: ['new-entries']})
  })

  it('minds no claim', async () => {
    const story = await claimed()
    await story.run('10:00', more, {dryRun: true})
    expect(story.report().error).toBeNull()
  })
})

describe('a clock that is or was wrong', () => {
  it('is warned of where the memory holds times later than now and 5 minutes, and these are saved as now', async () => {
    const story = watchOf()
    await story.run('12:00', drifted)
    expect(await story.run('10:00', drifted)).toEqual({})
    expect(story.warned()).toEqual(['CLOCK_SKEW'])
    expect((await story.known()).notifiers.get('ops')!.manifests.get('web')!.toldAt).toBe(stamp('10:00'))
    await story.run('10:30', drifted)
    expect(story.warned()).toEqual([])
  })

  it('silences no reminder: what was told in the future is as if told now', async () => {
    const story = watchOf()
    await story.run('+9 09:00', drifted)
    await story.run('09:00', drifted)
    expect(await story.run('+1 09:00', drifted)).toEqual({ops: ['reminder']})
  })

  it('is not warned of within 5 minutes', async () => {
    const story = watchOf()
    await story.run('10:05', drifted)
    await story.run('10:00', drifted)
    expect(story.warned()).toEqual([])
  })
})
