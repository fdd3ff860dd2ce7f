import {describe, expect, it} from 'vitest'

import type {Seen} from '../support/story-reading.ts'
import {watchOf, type StoryRun} from '../support/watch-story.ts'

const hearing = {notifiers: {ops: {resolved: true, failuresBeforeNotice: 9}}}
const quiet = {notifiers: {ops: {resolved: false, failuresBeforeNotice: 9}}}

describe('proof of absence', () => {
  it('is a Manifest that was checked, and no row of the entry', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {}})).toEqual({ops: ['all-resolved']})
    expect(story.said('ops')).toEqual(['web a resolved'])
  })

  it('is told once', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {}})
    expect(await story.run('11:00', {web: {}})).toEqual({})
    expect(await story.run('+3 11:00', {web: {}})).toEqual({})
  })

  it.each<[string, Seen, StoryRun]>([
    ['a Manifest that failed', {web: 'fails', api: {}}, {}],
    ['a Manifest that was skipped', {web: 'skipped', api: {}}, {}],
    ['a Manifest whose State moved', {web: {moved: true}, api: {}}, {}],
    ['a run that failed', {}, {error: 'ARTIFACT_NETWORK'}],
    ['a run whose tazuna crashed', {web: {}, api: {}}, {crashed: true}],
    ['a run without a list', {web: {}, api: {}}, {noList: true}],
    ['a block with other rows in a run without a list', {web: {modified: ['b']}, api: {}}, {noList: true}],
    ['an ignore rule', {web: {modified: ['a']}, api: {}}, {ignore: ['web/a']}],
  ])('is not %s', async (_, seen, run) => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    const said = await story.run('10:00', seen, run)
    expect(JSON.stringify(said)).not.toMatch(/resolved/)
    await story.run('11:00', {web: {modified: ['a']}, api: {}}, run.ignore === undefined ? {} : run)
    const entry = (await story.known()).manifests.get('web')!.entries.get('web//v1/ConfigMap/web/a')
    expect(entry).toMatchObject({firstSeenAt: '2026-11-21T09:00:00Z', absentSince: null})
  })

  it('is not that a Manifest is gone', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('10:00', {api: {}})).toEqual({ops: ['manifest-gone']})
    expect(story.said('ops')).toEqual(['web gone'])
  })

  it('is not a row that became always-sync: it leaves the told set silently', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {alwaysSync: ['a']}})).toEqual({})
    expect(await story.run('11:00', {web: {}})).toEqual({})
  })

  it('of an entry that became ignored is told to nobody, and it is new when the rule goes', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {modified: ['a']}}, {ignore: ['web/a']})).toEqual({})
    expect(await story.run('11:00', {web: {modified: ['a']}})).toEqual({ops: ['first-drift']})
    await story.run('12:00', {web: {modified: ['a']}}, {ignore: ['web/a']})
    expect(await story.run('13:00', {web: {}})).toEqual({})
  })

  it('of an entry that is muted is told to nobody', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}})
    await story.mute('web/a', '09:30', '+7 09:30')
    expect(await story.run('10:00', {web: {modified: ['a']}})).toEqual({})
    expect(await story.run('11:00', {web: {}})).toEqual({})
  })

  it('of an entry that is not matched any more is told to nobody', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true, match: {diffType: ['modified']}}}})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {removed: ['a']}})).toEqual({})
    expect(await story.run('11:00', {web: {}})).toEqual({})
  })

  it('of an entry that left and is not matched by another config any more is told to nobody, and it is forgotten', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}})
    story.configure({ops: {resolved: true, match: {manifest: ['api']}}})
    expect(await story.run('10:00', {web: {}})).toEqual({})
    await story.run('+2 10:00', {web: {}})
    expect((await story.known()).manifests.get('web')!.entries.size).toBe(0)
  })

  it('ends the age: an entry that returns is as old as its return', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {}})
    await story.run('+1 11:00', {web: {modified: ['a']}})
    expect(story.report().entries[0]!.firstSeenAt).toBe('2026-11-22T11:00:00Z')
  })
})

describe('some-resolved and all-resolved', () => {
  it('are never sent with resolved: false', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a', 'b']}})
    expect(await story.run('10:00', {web: {modified: ['b']}})).toEqual({})
    expect(await story.run('11:00', {web: {}})).toEqual({})
  })

  it('tell what is gone with its age, and what is still there', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a', 'b']}})
    expect(await story.run('10:00', {web: {modified: ['b']}})).toEqual({ops: ['some-resolved']})
    expect(story.said('ops')).toEqual(['web b modified open', 'web a resolved'])
    expect(story.message('ops')!.manifests[0]!.resolved).toEqual([
      {
        stateKey: 'web//v1/ConfigMap/web/a',
        diffType: 'modified',
        firstSeenAt: '2026-11-21T09:00:00Z',
        absentSince: '2026-11-21T10:00:00Z',
        wasTold: true,
      },
    ])
    expect(await story.run('11:00', {web: {}})).toEqual({ops: ['all-resolved']})
    expect(story.said('ops')).toEqual(['web b resolved'])
  })

  it('stay due until delivered, also in a run that could not check the Manifest', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    story.refuse('ops')
    await story.run('10:00', {web: {}, api: {}})
    expect(story.said('ops')).toEqual(['web a resolved'])
    story.accept('ops')
    expect(await story.run('11:00', {web: 'skipped', api: {}})).toEqual({ops: ['all-resolved']})
  })

  it('stay due however long that takes', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}})
    story.refuse('ops')
    await story.run('10:00', {web: {}})
    await story.run('+9 10:00', {web: {}})
    story.accept('ops')
    expect(await story.run('+9 11:00', {web: {}})).toEqual({ops: ['all-resolved']})
    expect(story.said('ops')).toEqual(['web a resolved'])
  })

  it('are dropped when the entry returns before that, which is told again as new', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true, changeInterval: '1h'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    story.refuse('ops')
    await story.run('10:00', {web: {}})
    story.accept('ops')
    expect(await story.run('11:00', {web: {modified: ['a']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web a modified new again'])
  })

  it('with resolved: false, an entry proven gone leaves the told set at once', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h'}}})
    await story.run('09:00', {web: {modified: ['a', 'b']}})
    await story.run('10:00', {web: {modified: ['b']}})
    const told = (await story.known()).notifiers.get('ops')!.manifests.get('web')!
    expect([...told.entries.keys()]).toEqual(['web//v1/ConfigMap/web/b'])
    expect(await story.run('11:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['new-entries']})
    expect(story.said('ops')).toEqual(['web a modified new again', 'web b modified open'])
  })
})
