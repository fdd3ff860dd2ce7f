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
    ['an ignore rule', {web: {modified: ['a']}, api: {}}, {ignore: ['web/a']}],
  ])('is not %s', async (_, seen, run) => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('10:00', seen, run)).toEqual({})
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

describe('drift that came and went while a notifier was down', () => {
  it('is dropped with resolved: false', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {}})
    story.refuse('ops')
    await story.run('10:00', {web: {modified: ['a']}})
    story.accept('ops')
    expect(await story.run('11:00', {web: {}})).toEqual({})
  })

  it('is one line with resolved: true, once', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {}})
    story.refuse('ops')
    await story.run('10:00', {web: {modified: ['a']}})
    await story.run('11:00', {web: {}})
    story.accept('ops')
    expect(await story.run('12:00', {web: {}})).toEqual({ops: ['all-resolved']})
    expect(story.said('ops')).toEqual(['web a came and went'])
    expect(await story.run('13:00', {web: {}})).toEqual({})
  })

  it('is nothing for a notifier that was not down', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true}, team: {resolved: true}}})
    await story.run('09:00', {web: {}})
    story.refuse('ops')
    await story.run('10:00', {web: {modified: ['a']}})
    story.accept('ops')
    expect(await story.run('11:00', {web: {}})).toEqual({ops: ['all-resolved'], team: ['all-resolved']})
    expect([story.said('ops'), story.said('team')]).toEqual([['web a came and went'], ['web a resolved']])
  })

  it('is nothing if it was muted, as nobody was to be told', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {}, api: {}})
    await story.mute('web/a', '09:30', '+7 09:30')
    story.refuse('ops')
    await story.run('10:00', {web: {modified: ['a']}, api: {added: ['b']}})
    story.accept('ops')
    expect(await story.run('11:00', {web: {}, api: {added: ['b']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['api b added new'])
  })

  it('is nothing if it was told, and came back only to wait', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    await story.run('10:00', {web: {}, api: {}})
    story.refuse('ops')
    await story.run('11:00', {web: {modified: ['a']}, api: {added: ['b']}})
    story.accept('ops')
    expect(await story.run('12:00', {web: {}, api: {added: ['b']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['api b added new'])
  })

  it('is nothing if it went before the notifier was there', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    await story.run('10:00', {web: {}, api: {}})
    story.configure({team: {resolved: true}})
    story.refuse('team')
    await story.run('11:00', {web: {}, api: {added: ['b']}})
    story.accept('team')
    expect(await story.run('12:00', {web: {}, api: {added: ['b']}})).toEqual({team: ['baseline']})
    expect(story.said('team')).toEqual(['api b added new'])
  })

  it('is nothing if it was ignored', async () => {
    const story = watchOf(hearing)
    await story.run('09:00', {web: {}, api: {}})
    story.refuse('ops')
    await story.run('10:00', {web: {modified: ['a']}, api: {added: ['b']}}, {ignore: ['web/a']})
    story.accept('ops')
    await story.run('11:00', {web: {}, api: {added: ['b']}})
    expect(story.said('ops')).toEqual(['api b added new'])
  })

  it('is nothing if it was not seen often enough to be told', async () => {
    const story = watchOf({...hearing, minSightings: 2})
    await story.run('08:00', {web: {}, api: {added: ['b']}})
    story.refuse('ops')
    await story.run('09:00', {web: {modified: ['a']}, api: {added: ['b']}})
    story.accept('ops')
    expect(await story.run('10:00', {web: {}, api: {added: ['b']}})).toEqual({ops: ['baseline']})
    expect(story.said('ops')).toEqual(['api b added new'])
  })
})

describe('an entry that returns', () => {
  const flapping = {notifiers: {ops: {changeInterval: '6h'}}}

  it.each([
    ['waits at 14:59', '14:59', {}],
    ['is told at 15:00', '15:00', {ops: ['first-drift']}],
  ])('within changeInterval after it was told waits until that has passed: %s', async (_, at, told) => {
    const story = watchOf(flapping)
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {}})
    expect(await story.run('11:00', {web: {modified: ['a']}})).toEqual({})
    expect(await story.run(at, {web: {modified: ['a']}})).toEqual(told)
  })

  it('and waits is stated along in a message that has another reason, and is told with it', async () => {
    const story = watchOf(flapping)
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {}})
    expect(await story.run('11:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web a modified new again', 'web b modified new'])
    expect(await story.run('15:00', {web: {modified: ['a', 'b']}})).toEqual({})
  })

  it('does not wait if it is removed now', async () => {
    const story = watchOf(flapping)
    await story.run('09:00', {web: {removed: ['a']}})
    await story.run('10:00', {web: {}})
    expect(await story.run('11:00', {web: {removed: ['a']}})).toEqual({ops: ['first-drift']})
  })

  it('waits also with resolved: true, counted from when the drift was told', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '6h', resolved: true}}})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {}})).toEqual({ops: ['all-resolved']})
    expect(await story.run('11:00', {web: {modified: ['a']}})).toEqual({})
    expect(await story.run('15:00', {web: {modified: ['a']}})).toEqual({ops: ['first-drift']})
  })

  it('and leaves again while it waits is not called resolved: nobody was told of it', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '6h', resolved: true}}})
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {}})
    await story.run('11:00', {web: {modified: ['a']}})
    expect(await story.run('12:00', {web: {}})).toEqual({})
    expect(await story.run('16:00', {web: {}})).toEqual({})
  })

  it('is known to have been there for as long as changeInterval, however long that is', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '3d'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {}})
    await story.run('+2 09:00', {web: {}})
    expect(await story.run('+2 10:00', {web: {modified: ['a']}})).toEqual({})
    expect(await story.run('+3 09:00', {web: {modified: ['a']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web a modified new again'])
  })

  it('after changeInterval is forgotten, and is told as any other', async () => {
    const story = watchOf(flapping)
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {}})
    await story.run('16:00', {web: {}})
    expect((await story.known()).manifests.get('web')!.entries.size).toBe(0)
    expect(await story.run('16:30', {web: {modified: ['a']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web a modified new'])
  })
})
