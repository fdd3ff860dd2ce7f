import {describe, expect, it} from 'vitest'

import {watchOf} from '../support/watch-story.ts'

/** Reasons for drift that a notifier does not know yet, or does not know so. */
describe('baseline', () => {
  it('is one digest of all drift for a notifier that was never told anything', async () => {
    const story = watchOf()
    expect(await story.run('09:00', {web: {modified: ['a']}, api: {added: ['b'], removed: ['c']}})).toEqual({
      ops: ['baseline'],
    })
    expect(story.said('ops')).toEqual(['web a modified new', 'api b added new', 'api c removed new'])
  })

  it('is for one notifier that joins, while the others hear nothing again', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    story.configure({ops: {}, team: {}})
    expect(await story.run('10:00', {web: {modified: ['a']}})).toEqual({team: ['baseline']})
    expect(await story.run('11:00', {web: {modified: ['a']}})).toEqual({})
  })

  it('is sent again when the memory was lost', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    story.memory.lose()
    expect(await story.run('10:00', {web: {modified: ['a']}})).toEqual({ops: ['baseline']})
  })

  it('is what a clean first run counts as: drift after it is first drift', async () => {
    const story = watchOf()
    expect(await story.run('09:00', {web: {}})).toEqual({})
    expect(await story.run('10:00', {web: {modified: ['a']}})).toEqual({ops: ['first-drift']})
  })

  it('is still owed after a first run that was not complete and saw no drift', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 3}}})
    expect(await story.run('09:00', {web: {}, api: 'skipped'})).toEqual({})
    expect(await story.run('10:00', {web: {modified: ['a']}, api: {}})).toEqual({ops: ['baseline']})
  })

  it('counts as told where the only drift of the first run does not concern the notifier', async () => {
    const story = watchOf({notifiers: {ops: {match: {manifest: ['api']}}}})
    expect(await story.run('09:00', {web: {modified: ['a']}, api: {}})).toEqual({})
    expect(await story.run('10:00', {web: {modified: ['a']}, api: {added: ['b']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['api b added new'])
  })

  it('stays due until it is delivered', async () => {
    const story = watchOf()
    story.refuse('ops')
    expect(await story.run('09:00', {web: {modified: ['a']}})).toEqual({})
    expect(story.report().notifications[0]).toMatchObject({delivery: 'failed', reasons: ['baseline'], pending: 1})
    story.accept('ops')
    expect(await story.run('10:00', {web: {modified: ['a']}})).toEqual({ops: ['baseline']})
    expect(await story.run('11:00', {web: {modified: ['a']}})).toEqual({})
  })
})

describe('first-drift', () => {
  it('is for a Manifest that has untold drift, and nothing of it that was told is open', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('10:00', {web: {modified: ['a']}, api: {added: ['b']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web a modified open', 'api b added new'])
  })

  it('is also for a Manifest all of whose told drift is gone', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {modified: ['b']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web b modified new'])
  })
})

describe('new-entries', () => {
  it('is for entries that are not in the told set, and states those that are, too', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['new-entries']})
    expect(story.said('ops')).toEqual(['web a modified open', 'web b modified new'])
  })

  it('is due per Manifest: one message tells several reasons', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('10:00', {web: {modified: ['a', 'b']}, api: {added: ['c']}})).toEqual({
      ops: ['first-drift', 'new-entries'],
    })
    const reasons = story.message('ops')!.manifests.map(({name, reasons}) => [name, reasons])
    expect(reasons).toEqual([
      ['web', ['new-entries']],
      ['api', ['first-drift']],
    ])
  })

  it('states all open drift, and that counts as told: what was stated along is not said again', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    await story.run('10:00', {web: {modified: ['a', 'b']}, api: {added: ['c']}})
    expect(await story.run('11:00', {web: {modified: ['a', 'b']}, api: {added: ['c']}})).toEqual({})
  })

  it('is due for what was untold of a Manifest that this run could not check', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 9}}})
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    story.refuse('ops')
    await story.run('10:00', {web: {modified: ['a', 'b']}, api: {}})
    story.accept('ops')
    expect(await story.run('11:00', {web: 'skipped', api: {}})).toEqual({ops: ['new-entries']})
    expect(story.said('ops')).toEqual([
      'web a modified open unchecked since 10:00',
      'web b modified new unchecked since 10:00',
    ])
  })
})

describe('entries-changed', () => {
  it('is for a told entry with another hash', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('15:00', {web: {modified: ['a@2']}}, {digest: 'sha256:two'})).toEqual({
      ops: ['entries-changed'],
    })
    expect(story.said('ops')).toEqual(['web a modified changed'])
  })

  it('is for a told entry with another diff type', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('15:00', {web: {added: ['a']}})).toEqual({ops: ['entries-changed']})
    expect(story.said('ops')).toEqual(['web a added changed'])
  })

  it.each([
    ['waits at 14:59:59', '14:59:59', {}],
    ['is told at 15:00', '15:00', {ops: ['entries-changed']}],
  ])(
    'comes at most once per changeInterval after the last message that names the Manifest: %s',
    async (_, at, told) => {
      const story = watchOf({notifiers: {ops: {changeInterval: '6h'}}})
      await story.run('09:00', {web: {modified: ['a']}})
      expect(await story.run(at, {web: {modified: ['a@2']}}, {digest: 'sha256:two'})).toEqual(told)
    },
  )

  it('counts the interval from the last message that named the Manifest, whatever it was about', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '6h'}}})
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    await story.run('14:00', {web: {modified: ['a']}, api: {added: ['b']}})
    expect(await story.run('15:00', {web: {modified: ['a@2']}, api: {added: ['b']}}, {digest: null})).toEqual({})
    expect(await story.run('20:00', {web: {modified: ['a@2']}, api: {added: ['b']}}, {digest: null})).toEqual({
      ops: ['entries-changed'],
    })
  })

  it('is told along with whatever else is due, and not again', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {modified: ['a@2', 'b']}}, {digest: null})).toEqual({ops: ['new-entries']})
    expect(story.said('ops')).toEqual(['web a modified changed', 'web b modified new'])
    expect(await story.run('20:00', {web: {modified: ['a@2', 'b']}}, {digest: null})).toEqual({})
  })

  it('never waits when it is removed now', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('09:10', {web: {removed: ['a']}})).toEqual({ops: ['entries-changed']})
    expect(story.said('ops')).toEqual(['web a removed changed'])
    expect(await story.run('09:20', {web: {removed: ['a@2']}}, {digest: null})).toEqual({})
  })

  it('is dropped if the content is as told again before it was due', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {modified: ['a@2']}}, {digest: null})
    expect(await story.run('16:00', {web: {modified: ['a']}}, {digest: null})).toEqual({})
  })
})
