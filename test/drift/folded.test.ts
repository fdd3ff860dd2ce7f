import {describe, expect, it} from 'vitest'

import {watchOf, type Story, type StoryOptions} from '../support/watch-story.ts'

const large = ['a', 'b', 'c', 'd']

/** A watch whose memory has room for three entries: `web` with its four is folded. */
async function foldedWatch(options: StoryOptions = {}, more: readonly string[] = []): Promise<Story> {
  const story = watchOf(options)
  story.memory.foldAbove(3)
  await story.run('09:00', {web: {modified: [...large, ...more]}, api: {added: ['x']}})
  return story
}

const api = {added: ['x']}

describe('a folded Manifest', () => {
  it('is one that is too large to be remembered entry by entry, and the report says so', async () => {
    const story = await foldedWatch()
    expect(story.said('ops')).toHaveLength(5)
    expect(story.warned()).toEqual(['MEMORY_FOLDED'])
    expect(story.report().warnings[0]!.message).toContain('"web"')
    const known = await story.known()
    expect([...known.manifests].map(([name, {entries, folded}]) => [name, entries.size, folded?.counts])).toEqual([
      ['web', 0, {added: 0, modified: 4, removed: 0}],
      ['api', 1, undefined],
    ])
  })

  it('is not told again while it stays as it is', async () => {
    const story = await foldedWatch()
    expect(await story.run('10:00', {web: {modified: large}, api})).toEqual({})
    expect(await story.run('11:00', {web: {modified: large}, api})).toEqual({})
  })

  it.each([
    ['another entry', [...large, 'e'], {}],
    ['one entry less', ['a', 'b', 'c'], {}],
    ['other content', ['a@2', 'b', 'c', 'd'], {digest: null}],
  ])('with %s is told at once as new-entries, all of it', async (_, rows, run) => {
    const story = await foldedWatch()
    expect(await story.run('10:00', {web: {modified: rows}, api}, run)).toEqual({ops: ['new-entries']})
    expect(story.said('ops')).toEqual([...rows.map(row => `web ${row.split('@')[0]} modified new`), 'api x added open'])
    expect(await story.run('11:00', {web: {modified: rows}, api}, run)).toEqual({})
  })

  it('with any change stays due until it is delivered', async () => {
    const story = await foldedWatch()
    story.refuse('ops')
    await story.run('10:00', {web: {modified: [...large, 'e']}, api})
    story.accept('ops')
    expect(await story.run('11:00', {web: {modified: [...large, 'e']}, api})).toEqual({ops: ['new-entries']})
  })

  it('that was told and is in sync now is told first-drift when it drifts again', async () => {
    const story = await foldedWatch()
    expect(await story.run('10:00', {web: {}, api})).toEqual({})
    expect(await story.run('20:00', {web: {modified: ['a']}, api})).toEqual({ops: ['first-drift']})
  })

  it('is reminded of', async () => {
    const story = await foldedWatch()
    expect(await story.run('+1 09:00', {web: {modified: large}, api})).toEqual({ops: ['reminder']})
  })

  it('keeps its age', async () => {
    const story = await foldedWatch()
    await story.run('10:00', {web: {modified: [...large, 'e']}, api})
    expect(story.report().manifests[0]!.firstSeenAt).toBe('2026-11-21T09:00:00Z')
    expect(story.lastKnown()!.manifests[0]).toMatchObject({counts: {modified: 5}, firstSeenAt: '2026-11-21T09:00:00Z'})
  })

  it.each([
    ['it moved', {web: {modified: ['a'], moved: true}, api}, {}],
    ['the list is unknown', {web: {modified: ['a']}, api}, {noList: true}],
  ])('is compared only where its block is all there is to it: not where %s', async (_, seen, run) => {
    const story = await foldedWatch({notifiers: {ops: {failuresBeforeNotice: 9}}})
    expect(await story.run('10:00', seen, run)).toEqual({})
    expect((await story.known()).manifests.get('web')!.folded?.counts.modified).toBe(4)
    expect(await story.run('11:00', {web: {modified: large}, api})).toEqual({})
  })

  it.each([
    ['is cut', {web: {modified: ['a']}, api: 'fails'} as const],
    ['is skipped', {web: {modified: ['a']}, api: 'skipped'} as const],
  ])('is compared where another one %s', async (_, seen) => {
    const story = await foldedWatch({notifiers: {ops: {failuresBeforeNotice: 9}}})
    expect(await story.run('10:00', seen)).toEqual({ops: ['new-entries']})
    expect(story.said('ops')).toContain('web a modified new')
  })

  it('is told although it is not checked again, where nothing of it was told', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 9}}})
    story.memory.foldAbove(3)
    await story.run('08:00', {web: {}, api: {}})
    story.refuse('ops')
    await story.run('09:00', {web: {modified: large}, api: {}})
    story.accept('ops')
    expect(await story.run('10:00', {web: 'skipped', api: {}})).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web folded unchecked since 09:00'])
    expect(await story.run('11:00', {web: {modified: large}, api: {}})).toEqual({})
  })

  it('is told to be resolved once nothing of it is left, to who wants to hear it', async () => {
    const story = await foldedWatch({notifiers: {ops: {resolved: true}}})
    expect(await story.run('10:00', {web: {}, api})).toEqual({ops: ['all-resolved']})
    expect(await story.run('11:00', {web: {}, api})).toEqual({})
  })

  it('is not stated to who does not match it, nor where it is muted', async () => {
    const story = await foldedWatch()
    story.configure({ops: {match: {manifest: ['api']}}})
    expect(await story.run('10:00', {web: 'skipped', api: {added: ['x', 'y']}})).toEqual({ops: ['new-entries']})
    expect(story.said('ops')).toEqual(['api x added open', 'api y added new'])
  })

  it('is stated as a whole where it could not be compared, with its counts', async () => {
    const story = await foldedWatch({notifiers: {ops: {failuresBeforeNotice: 9}}})
    const seen = {web: 'skipped', api: {added: ['x', 'y']}} as const
    expect(await story.run('10:00', seen)).toEqual({ops: ['new-entries']})
    expect(story.said('ops')).toEqual(['web folded unchecked since 09:00', 'api x added open', 'api y added new'])
    expect(await story.run('11:00', {web: {modified: large}, api: seen.api})).toEqual({})
  })

  it('was not told to a notifier that joins: all of it is new to that one', async () => {
    const story = await foldedWatch()
    story.configure({ops: {}, team: {}})
    expect(await story.run('10:00', {web: {modified: large}, api})).toEqual({team: ['baseline']})
    expect(story.said('team')).toHaveLength(5)
  })

  it('is as if it had been seen often: nothing of it waits for minSightings', async () => {
    const story = watchOf({minSightings: 2})
    story.memory.foldAbove(3)
    await story.run('08:00', {web: {modified: large}})
    await story.run('09:00', {web: {modified: large}})
    expect(await story.run('10:00', {web: {modified: [...large, 'e']}})).toEqual({ops: ['new-entries']})
  })

  it('is open again when there is room for it', async () => {
    const story = await foldedWatch()
    story.memory.foldAbove(100)
    expect(await story.run('10:00', {web: {modified: large}, api})).toEqual({})
    expect((await story.known()).manifests.get('web')).toMatchObject({folded: null, entries: {size: 4}})
    expect(await story.run('11:00', {web: {modified: [...large, 'e']}, api})).toEqual({ops: ['new-entries']})
    expect(story.said('ops').filter(line => line.endsWith('new'))).toEqual(['web e modified new'])
  })

  it('that a notifier was told a part of, by its match, is compared by that part', async () => {
    const story = await foldedWatch({notifiers: {ops: {match: {diffType: ['modified']}}}})
    expect(await story.run('10:00', {web: {modified: large, added: ['e']}, api})).toEqual({})
    expect(await story.run('11:00', {web: {modified: [...large, 'f'], added: ['e']}, api})).toEqual({
      ops: ['new-entries'],
    })
  })
})
