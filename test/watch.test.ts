import {describe, expect, it} from 'vitest'

import {Report} from '../src/model/report.ts'
import {toExitCode} from '../src/model/run-exit-code.ts'
import {stamp, watchOf, type Story} from './support/watch-story.ts'

const drifted = {web: {modified: ['a']}, api: {}}

const exitCode = (story: Story) => toExitCode(story.report(), {failOn: [], interrupt: null, outputFailed: false})

describe('a run', () => {
  it('loads the memory, reads tazuna, claims, sends and writes the log, notifier by notifier, and fills the sinks', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {}}})
    const note = (step: string) => Promise.resolve(story.memory.calls.push(step))
    await story.run('09:00', drifted, {meanwhile: () => note('read'), whileSending: name => note(`send ${name}`)})
    expect(story.memory.calls).toEqual([
      'load',
      'read',
      'save, claimed',
      'send ops',
      'save, claimed',
      'send team',
      'save',
    ])
    expect(story.lastKnown()).toMatchObject({manifests: [{name: 'web'}, {name: 'api'}]})
  })

  it('sends one message per notifier, whatever is due', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true}}})
    await story.run('08:00', {web: {modified: ['a', 'b']}, api: {modified: ['c']}, db: {}, old: {}})
    let sent = 0
    const told = await story.run(
      '+1 08:00',
      {web: {modified: ['a', 'n']}, api: {}, db: 'skipped'},
      {whileSending: () => Promise.resolve((sent += 1))},
    )
    expect(told).toEqual({ops: ['check-failed', 'new-entries', 'manifest-gone', 'some-resolved', 'all-resolved']})
    expect(sent).toBe(1)
  })

  it('gives a valid report with the ages that the memory knows', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    expect(story.report().run.previousRunAt).toBeNull()
    await story.run('11:00', {web: {modified: ['a@2'], added: ['b']}, api: {}}, {digest: null})
    const report = Report.parse(story.report())
    expect(report.run.previousRunAt).toBe(stamp('09:00'))
    expect(report.manifests.map(({firstSeenAt, lastCheckedAt}) => [firstSeenAt, lastCheckedAt])).toEqual([
      [stamp('09:00'), stamp('11:00')],
      [null, stamp('11:00')],
    ])
    expect(report.entries.map(({firstSeenAt, changedAt}) => [firstSeenAt, changedAt])).toEqual([
      [stamp('09:00'), stamp('11:00')],
      [stamp('11:00'), stamp('11:00')],
    ])
  })

  it('says of a Manifest that it could not check when that was last done, and since when it had drifted', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    await story.run('11:00', {web: 'skipped', api: {}})
    expect(story.report().manifests[0]).toMatchObject({
      outcome: 'not-checked',
      firstSeenAt: stamp('09:00'),
      lastCheckedAt: stamp('09:00'),
    })
  })

  it('has no Manifests in its report when it failed, and gives the sinks what is last known', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    await story.run('10:00', {}, {error: 'ARTIFACT_NETWORK'})
    expect(story.report()).toMatchObject({outcome: 'failed', manifests: [], summary: null})
    expect(story.lastKnown()).toMatchObject({
      manifests: [
        {name: 'web', counts: {modified: 1}, firstSeenAt: stamp('09:00')},
        {name: 'api', counts: {modified: 0}, firstSeenAt: null},
      ],
    })
  })

  it('remembers when every Manifest was last checked', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    await story.run('10:00', {web: 'skipped', api: {}})
    expect(story.lastKnown()!.lastSuccessAt).toBe(stamp('09:00'))
  })

  it('may use another source: that is a field of the memory only', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    expect(await story.run('10:00', drifted, {digest: null})).toEqual({})
    expect((await story.known()).source).toBe('/tazuna')
  })

  it('remembers ignored and muted rows, too', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a'], alwaysSync: ['b']}}, {ignore: ['web/a']})
    const {entries} = (await story.known()).manifests.get('web')!
    expect([...entries.values()].map(({filteredBy}) => filteredBy)).toEqual(['ignore-rule', 'always-sync'])
  })

  it('keeps the age of an entry through a filter', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    await story.run('10:00', drifted, {ignore: ['web/a']})
    await story.run('11:00', drifted)
    expect(story.report().entries[0]!.firstSeenAt).toBe(stamp('09:00'))
  })
})

describe('a memory that is unreachable before the run', () => {
  it('lets no notifier be called, gives the sinks the failed run, and loses nothing', async () => {
    const story = watchOf()
    story.memory.next('load', 'unreachable')
    let read = false
    expect(await story.run('09:00', drifted, {meanwhile: () => Promise.resolve((read = true))})).toEqual({})
    expect(story.report()).toMatchObject({
      outcome: 'failed',
      summary: null,
      error: {code: 'MEMORY_UNREACHABLE', message: 'the map memory is unreachable', hint: 'look at the test'},
    })
    expect([exitCode(story), story.lastKnown(), read, story.memory.calls]).toEqual([
      75,
      null,
      false,
      ['load: unreachable'],
    ])
    expect(await story.run('10:00', drifted)).toEqual({ops: ['baseline']})
  })
})

describe('a memory that is unusable before the run', () => {
  it('is never overwritten: each run sends one digest without it, with a warning', async () => {
    const story = watchOf({minSightings: 2, notifiers: {ops: {failuresBeforeNotice: 2}}})
    for (const at of ['09:00', '10:00']) {
      story.memory.next('load', 'unusable')
      expect(await story.run(at, drifted)).toEqual({ops: ['baseline']})
      expect([story.warned(), exitCode(story)]).toEqual([['MEMORY_UNAVAILABLE'], 73])
    }
    expect(story.memory.calls).toEqual(['load: unusable', 'load: unusable'])
    expect(story.report().entries[0]!.firstSeenAt).toBeNull()
  })

  it('leaves ages alone: the sinks are told of none', async () => {
    const story = watchOf()
    story.memory.next('load', 'unusable')
    await story.run('09:00', drifted)
    expect(story.lastKnown()).toMatchObject({agesKnown: false, isKept: false})
  })
})

describe('an interrupted run', () => {
  it('that saw something is recorded as nothing', async () => {
    const story = watchOf()
    const interrupt = new AbortController()
    const meanwhile = () => Promise.resolve(interrupt.abort())
    expect(await story.run('09:00', drifted, {interrupt, meanwhile})).toEqual({})
    expect(story.report()).toMatchObject({outcome: 'failed', error: {code: 'CANCELLED'}, manifests: [], entries: []})
    expect(await story.memory.read()).toBeNull()
    expect(story.lastKnown()).toBeUndefined()
  })

  it('that was sending writes down who was told', async () => {
    const story = watchOf()
    const interrupt = new AbortController()
    const whileSending = () => Promise.resolve(interrupt.abort())
    expect(await story.run('09:00', drifted, {interrupt, whileSending})).toEqual({ops: ['baseline']})
    expect(story.report().error?.code).toBe('CANCELLED')
    expect((await story.known()).claim).toBeNull()
    expect(await story.run('10:00', drifted)).toEqual({})
  })
})
