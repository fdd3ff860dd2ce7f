import {describe, expect, it} from 'vitest'

import {watchOf} from '../support/watch-story.ts'

const drifted = {web: {modified: ['a']}}

describe('the log of a notifier that is not configured', () => {
  it('is kept: a run with another config must not forget', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {}}})
    await story.run('09:00', drifted)
    story.configure({ops: {}})
    await story.run('10:00', drifted)
    story.configure({ops: {}, team: {}})
    expect(await story.run('11:00', drifted)).toEqual({})
  })

  it.each([
    ['is kept after 29 days', '+29 09:00', ['ops', 'team']],
    ['is dropped after 30 days', '+30 09:00', ['ops']],
  ])('%s', async (_, at, names) => {
    const story = watchOf({notifiers: {ops: {}, team: {}}})
    await story.run('09:00', drifted)
    story.configure({ops: {}})
    await story.run(at, drifted)
    expect([...(await story.known()).notifiers.keys()]).toEqual(names)
  })

  it('that was dropped begins anew with a baseline', async () => {
    const story = watchOf({notifiers: {ops: {remindAfter: '9w'}, team: {}}})
    await story.run('09:00', drifted)
    story.configure({ops: {remindAfter: '9w'}})
    await story.run('+30 09:00', drifted)
    story.configure({ops: {remindAfter: '9w'}, team: {}})
    expect(await story.run('+30 10:00', drifted)).toEqual({team: ['baseline']})
  })

  it('is not dropped only because the watch itself did not run for long', async () => {
    const story = watchOf({notifiers: {ops: {remindAfter: '9w'}}})
    await story.run('09:00', drifted)
    expect(await story.run('+40 09:00', drifted)).toEqual({})
  })
})

describe('what each notifier was told', () => {
  it('is its own: one that failed keeps its backlog, and the others are not told again', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {}}})
    story.refuse('team')
    expect(await story.run('09:00', drifted)).toEqual({ops: ['baseline']})
    expect(await story.run('10:00', drifted)).toEqual({})
    story.accept('team')
    expect(await story.run('11:00', drifted)).toEqual({team: ['baseline']})
  })

  it('is of its own match only', async () => {
    const story = watchOf({notifiers: {ops: {match: {diffType: ['removed']}}, team: {match: {manifest: ['api']}}}})
    await story.run('09:00', {web: {}, api: {}})
    const seen = {web: {removed: ['a'], modified: ['b']}, api: {added: ['c']}}
    expect(await story.run('10:00', seen)).toEqual({ops: ['first-drift'], team: ['first-drift']})
    expect([story.said('ops'), story.said('team')]).toEqual([['web a removed new'], ['api c added new']])
  })

  it('leaves silently what its match does not cover any more, and is new when it does again', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    story.configure({ops: {match: {manifest: ['api']}}})
    expect(await story.run('10:00', drifted)).toEqual({})
    story.configure({ops: {}})
    expect(await story.run('11:00', drifted)).toEqual({ops: ['first-drift']})
  })
})
