import {describe, expect, it} from 'vitest'

import type {Seen} from '../support/story-reading.ts'
import {stamp, watchOf, type Story, type StoryOptions, type StoryRun} from '../support/watch-story.ts'

/** A watch that saw this, and then had a mute set at 09:30 for a week. */
async function muted(key: string, seen: Seen, options: StoryOptions = {}): Promise<Story> {
  const story = watchOf(options)
  await story.run('09:00', seen)
  await story.mute(key, '09:30', '+7 09:30')
  return story
}

const folder: StoryRun = {digest: null}

describe('a mute', () => {
  it('tells nobody of the entry, and every message says how many are muted', async () => {
    const story = await muted('web/a', {web: {}, api: {}})
    expect(await story.run('10:00', {web: {modified: ['a']}, api: {}})).toEqual({})
    expect(await story.run('11:00', {web: {modified: ['a']}, api: {added: ['b']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['api b added new', '1 muted'])
  })

  it('touches notifiers only: outcome, counts and what sinks get stay', async () => {
    const story = await muted('web/a', {web: {modified: ['a']}})
    await story.run('10:00', {web: {modified: ['a']}})
    expect(story.report()).toMatchObject({outcome: 'drift', summary: {entries: {modified: 1}}})
    expect(story.report().entries[0]!.mutedUntil).toBe(stamp('+7 09:30'))
    expect(story.lastKnown()).toMatchObject({muted: 1, manifests: [{counts: {modified: 1}}]})
  })

  it('counts only for notifiers that match the entry', async () => {
    const story = await muted('web/a', {web: {}, api: {}}, {notifiers: {ops: {match: {manifest: ['api']}}, team: {}}})
    await story.run('10:00', {web: {modified: ['a']}, api: {added: ['b']}})
    expect(story.said('ops')).toEqual(['api b added new'])
    expect(story.said('team')).toEqual(['api b added new', '1 muted'])
  })

  it('of an entry leaves the others of its Manifest alone', async () => {
    const story = await muted('web/a', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web b modified new', '1 muted'])
  })

  it('stops reminders', async () => {
    const story = await muted('web/a', {web: {modified: ['a']}})
    expect(await story.run('+1 09:00', {web: {modified: ['a']}})).toEqual({})
  })

  it('takes the entry out of the told set: it is new when the mute ends', async () => {
    const story = await muted('web/a', {web: {modified: ['a']}})
    await story.run('10:00', {web: {modified: ['a']}})
    expect(await story.run('+7 09:29', {web: {modified: ['a']}})).toEqual({})
    expect(await story.run('+7 09:30', {web: {modified: ['a']}})).toEqual({ops: ['first-drift']})
    expect((await story.known()).mutes).toEqual([])
  })

  it.each<[string, Seen, string]>([
    ['the hash changes', {web: {modified: ['a@2']}}, 'web a modified new'],
    ['the diff type changes', {web: {removed: ['a']}}, 'web a removed new'],
  ])('ends when %s', async (_, seen, line) => {
    const story = await muted('web/a', {web: {modified: ['a']}})
    await story.run('10:00', {web: {modified: ['a']}}, folder)
    expect(await story.run('20:00', seen, folder)).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual([line])
  })

  it('does not end when the entry goes and comes back as it was', async () => {
    const story = await muted('web/a', {web: {modified: ['a']}})
    await story.run('10:00', {web: {modified: ['a']}})
    await story.run('11:00', {web: {}})
    expect(await story.run('+2 12:00', {web: {modified: ['a']}})).toEqual({})
  })

  it('does not end while the entry only cannot be checked', async () => {
    const story = await muted('web/a', {web: {modified: ['a']}, api: {}}, {notifiers: {ops: {failuresBeforeNotice: 9}}})
    await story.run('10:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('11:00', {web: 'skipped', api: {}})).toEqual({})
    expect(await story.run('12:00', {web: {modified: ['a']}, api: {}})).toEqual({})
  })

  it('does not end when the same artifact renders it differently each time', async () => {
    const story = await muted('web/a', {web: {modified: ['a']}})
    await story.run('10:00', {web: {modified: ['a']}})
    expect(await story.run('20:00', {web: {modified: ['a@2']}})).toEqual({})
  })

  it('that was set before anything was seen is about the first content seen', async () => {
    const story = await muted('web/a', {web: {}})
    expect(await story.run('10:00', {web: {modified: ['a']}}, folder)).toEqual({})
    expect(await story.run('11:00', {web: {modified: ['a']}}, folder)).toEqual({})
    expect(await story.run('12:00', {web: {modified: ['a@2']}}, folder)).toEqual({ops: ['first-drift']})
  })

  it('is ended by no mass drift', async () => {
    const story = await muted('web', {web: {modified: ['a']}, api: {}})
    await story.run('10:00', {web: {modified: ['a']}, api: {}})
    const lost = {web: {added: ['a', 'b', 'c'], state: false}, api: {added: ['d'], state: false}}
    expect(await story.run('11:00', lost)).toEqual({ops: ['mass-drift']})
    expect(await story.run('12:00', {web: {modified: ['a']}, api: {}})).toEqual({})
    expect(await story.run('13:00', {web: {modified: ['a']}, api: {added: ['e']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['api e added new', '1 muted'])
  })

  it('is not what a row is that is no drift', async () => {
    const story = await muted('web', {web: {}})
    await story.run('10:00', {web: {modified: ['a', 'b'], alwaysSync: ['c']}}, {ignore: ['web/b']})
    expect(story.report().entries.map(({mutedUntil}) => mutedUntil)).toEqual([stamp('+7 09:30'), null, null])
  })

  it('counts nothing of a Manifest that is gone', async () => {
    const story = await muted('web', {web: {modified: ['a']}, api: {}})
    expect(await story.run('10:00', {api: {}})).toEqual({ops: ['manifest-gone']})
    expect(story.said('ops')).toEqual(['web gone'])
  })

  it('says nothing of failures: a muted Manifest that cannot be checked is told', async () => {
    const story = await muted('web', {web: {modified: ['a']}, api: {}})
    expect(await story.run('10:00', {web: 'skipped', api: {}})).toEqual({ops: ['check-failed']})
    expect(story.said('ops')).toEqual(['web fails not-checked', '1 muted'])
  })
})

describe('a mute of a Manifest', () => {
  it('is of all its entries', async () => {
    const story = await muted('web', {web: {modified: ['a'], added: ['b']}, api: {}})
    expect(await story.run('10:00', {web: {modified: ['a'], added: ['b']}, api: {removed: ['c']}})).toEqual({
      ops: ['first-drift'],
    })
    expect(story.said('ops')).toEqual(['api c removed new', '2 muted'])
  })

  it('ends with a new entry: then all of the Manifest is told', async () => {
    const story = await muted('web', {web: {modified: ['a']}})
    await story.run('10:00', {web: {modified: ['a']}})
    expect(await story.run('11:00', {web: {modified: ['a'], added: ['b']}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web a modified new', 'web b added new'])
  })

  it('does not end with a new row that is no drift', async () => {
    const story = await muted('web', {web: {modified: ['a']}})
    await story.run('10:00', {web: {modified: ['a']}})
    expect(await story.run('11:00', {web: {modified: ['a'], alwaysSync: ['b']}})).toEqual({})
    expect(await story.run('12:00', {web: {modified: ['a', 'c']}}, {ignore: ['web/c']})).toEqual({})
  })

  it('does not end when some of it goes', async () => {
    const story = await muted('web', {web: {modified: ['a', 'b']}})
    await story.run('10:00', {web: {modified: ['a', 'b']}})
    expect(await story.run('11:00', {web: {modified: ['a']}})).toEqual({})
  })
})
