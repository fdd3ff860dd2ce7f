import {describe, expect, it} from 'vitest'

import type {ManifestReading, Seen} from '../support/story-reading.ts'
import {watchOf} from '../support/watch-story.ts'

const inSync: ManifestReading = {}
const lost: ManifestReading = {added: ['a'], state: false}

/** So many Manifests: the first ones as `first`, the others as `rest`. */
function many(count: number, first: ManifestReading, affected: number, rest: ManifestReading = inSync): Seen {
  return Object.fromEntries(Array.from({length: count}, (_, i) => [`m${i}`, i < affected ? first : rest]))
}

describe('mass-drift', () => {
  it('is that State is missing for every Manifest that had it', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {match: {manifest: ['other']}}}})
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('10:00', {web: lost, api: lost})).toEqual({ops: ['mass-drift'], team: ['mass-drift']})
    expect(story.said('ops')).toEqual(['state-missing 2 of 2'])
    expect(story.message('ops')!.manifests).toEqual([])
  })

  it('is not that State is missing for some of them', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}, api: {}})
    expect(await story.run('10:00', {web: lost, api: {}})).toEqual({ops: ['first-drift']})
  })

  it('is not touched by a Manifest that never had State', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}, api: lost})
    expect(await story.run('10:00', {web: lost, api: lost})).toEqual({ops: ['mass-drift']})
  })

  it('is not touched by a Manifest that renders nothing: it has lost no State', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}, empty: {}})
    expect(await story.run('10:00', {web: lost, empty: {state: false}})).toEqual({ops: ['mass-drift']})
    expect(story.said('ops')).toEqual(['state-missing 1 of 2'])
  })

  it('is not a first run in which nothing was ever applied, of few Manifests', async () => {
    const story = watchOf()
    expect(await story.run('09:00', {web: lost, api: lost})).toEqual({ops: ['baseline']})
  })

  it.each([
    ['8 of 10', 10, 8, 'mass-drift', 'all-added 8 of 10'],
    ['7 of 10', 10, 7, 'baseline', 'm0 a added new'],
    ['all of 9', 9, 9, 'baseline', 'm0 a added new'],
    ['9 of 11', 11, 9, 'mass-drift', 'all-added 9 of 11'],
    ['8 of 11', 11, 8, 'baseline', 'm0 a added new'],
  ])(
    'is of %s Manifests entirely added or not, by 10 Manifests and 80 %%',
    async (_, count, affected, reason, line) => {
      const story = watchOf()
      expect(await story.run('09:00', many(count, lost, affected))).toEqual({ops: [reason]})
      expect(story.said('ops')[0]).toBe(line)
    },
  )

  it('does not take a Manifest for entirely added that has other rows, or State', async () => {
    const mixed = watchOf()
    expect(await mixed.run('09:00', many(10, {added: ['a'], modified: ['b'], state: false}, 10))).toEqual({
      ops: ['baseline'],
    })
    const applied = watchOf()
    expect(await applied.run('09:00', many(10, {added: ['a']}, 10))).toEqual({ops: ['baseline']})
  })

  it('takes a Manifest for entirely added that prints always-sync rows, too', async () => {
    const story = watchOf()
    const secret = {added: ['a'], alwaysSync: ['/v1/Secret/web/s'], state: false}
    expect(await story.run('09:00', many(10, secret, 8))).toEqual({ops: ['mass-drift']})
  })

  it('is not wide modified drift: that is ordinary', async () => {
    const story = watchOf()
    await story.run('09:00', many(12, inSync, 0))
    expect(await story.run('10:00', many(12, {modified: ['a']}, 12))).toEqual({ops: ['first-drift']})
  })

  it.each([
    ['8 of 10', 10, 8, 'mass-drift', 'all-gone 8 of 10'],
    ['7 of 10', 10, 7, 'manifest-gone', 'm3 gone'],
    ['8 of 9', 9, 8, 'manifest-gone', 'm1 gone'],
  ])('is of %s Manifests gone or not', async (_, count, gone, reason, line) => {
    const story = watchOf()
    await story.run('09:00', many(count, inSync, 0))
    expect(await story.run('10:00', many(count - gone, inSync, 0))).toEqual({ops: [reason]})
    expect(story.said('ops')[0]).toBe(line)
  })

  it('is not begun by a run without a list, nor by one that failed', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 9}}})
    await story.run('09:00', many(10, inSync, 0))
    expect(await story.run('10:00', {m0: {added: ['b']}}, {noList: true})).toEqual({ops: ['first-drift']})
    expect(await story.run('11:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({})
    expect((await story.known()).massDrift).toBeNull()
  })

  it('is told once, stays due until delivered, and then is reminded of', async () => {
    const story = watchOf({notifiers: {ops: {remindAfter: '4h'}}})
    await story.run('08:00', {web: {}})
    story.refuse('ops')
    await story.run('09:00', {web: lost})
    story.accept('ops')
    expect(await story.run('10:00', {web: lost})).toEqual({ops: ['mass-drift']})
    expect(await story.run('11:00', {web: lost})).toEqual({})
    expect(await story.run('13:54', {web: lost})).toEqual({})
    expect(await story.run('13:55', {web: lost})).toEqual({ops: ['reminder']})
    expect(story.said('ops')).toEqual(['state-missing 1 of 1'])
  })

  it('is a baseline for one that was never told anything', async () => {
    const story = watchOf()
    expect(await story.run('09:00', many(10, lost, 10))).toEqual({ops: ['mass-drift']})
    expect(await story.run('10:00', {...many(10, inSync, 0), m0: {modified: ['a']}})).toEqual({ops: ['first-drift']})
  })
})

describe('while a mass drift holds', () => {
  it('per-Manifest reasons wait', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    await story.run('10:00', {web: lost, api: lost})
    expect(await story.run('11:00', {web: {added: ['a', 'b', 'c'], state: false}, api: 'skipped'})).toEqual({})
  })

  it('that a run fails is told all the same', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}})
    await story.run('10:00', {web: lost})
    expect(await story.run('11:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({ops: ['check-failed']})
    expect(story.said('ops')).toEqual(['run fails ARTIFACT_NETWORK', 'state-missing 1 of 1'])
  })

  it('that a run fails again is told again, though it worked in between', async () => {
    const story = watchOf()
    await story.run('08:00', {web: {}})
    await story.run('09:00', {web: lost})
    expect(await story.run('10:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({ops: ['check-failed']})
    await story.run('11:00', {web: lost})
    expect(await story.run('12:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({ops: ['check-failed']})
  })

  it('told sets stay and nothing resolves: after it, what was told is told', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true}}})
    await story.run('09:00', {web: {modified: ['a']}, api: {removed: ['b']}})
    await story.run('10:00', {web: {added: ['z'], state: false}, api: {added: ['z'], state: false}})
    expect(await story.run('11:00', {web: {modified: ['a']}, api: {removed: ['b']}})).toEqual({})
    const {entries} = (await story.known()).manifests.get('web')!
    expect(entries.get('web//v1/ConfigMap/web/a')).toMatchObject({
      firstSeenAt: '2026-11-21T09:00:00Z',
      absentSince: null,
    })
  })

  it('told sets stay, also of a notifier that matches nothing of what is printed now', async () => {
    const story = watchOf({notifiers: {ops: {match: {diffType: ['modified']}}}})
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {added: ['a'], state: false}})
    expect(await story.run('11:00', {web: {modified: ['a']}})).toEqual({})
  })

  it('a run that cannot see all does not end it', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 9}}})
    await story.run('09:00', {web: {}, api: {}, db: {}})
    await story.run('10:00', {web: lost, api: lost, db: lost})
    await story.run('11:00', {}, {error: 'ARTIFACT_NETWORK'})
    const unseen = {skipped: true, state: false}
    await story.run('12:00', {web: unseen, api: unseen, db: lost})
    expect((await story.known()).massDrift).toMatchObject({kind: 'state-missing', since: '2026-11-21T10:00:00Z'})
  })
})

describe('a mass drift ends', () => {
  it.each([
    ['not when half remain', 5, {}, []],
    ['when fewer than half remain', 4, {ops: ['first-drift']}, ['m0', 'm1', 'm2', 'm3']],
  ])('%s; what is left is decided per Manifest', async (_, remaining, told, named) => {
    const story = watchOf()
    await story.run('09:00', many(10, inSync, 0))
    await story.run('10:00', many(10, lost, 10))
    expect(await story.run('11:00', many(10, lost, remaining))).toEqual(told)
    expect(story.message('ops')?.manifests.map(({name}) => name) ?? []).toEqual(named)
  })

  it('when those that were gone return, without a word', async () => {
    const story = watchOf()
    await story.run('09:00', many(10, inSync, 0))
    await story.run('10:00', many(1, inSync, 0))
    expect(await story.run('11:00', many(10, inSync, 0))).toEqual({})
  })

  it('with those that stay gone told as gone', async () => {
    const story = watchOf()
    await story.run('09:00', many(10, inSync, 0))
    await story.run('10:00', many(1, inSync, 0))
    expect(await story.run('11:00', many(5, inSync, 0))).toEqual({})
    expect(await story.run('12:00', many(6, inSync, 0))).toEqual({ops: ['manifest-gone']})
    expect(story.said('ops')).toEqual(['m6 gone', 'm7 gone', 'm8 gone', 'm9 gone'])
  })

  it.each([
    ['is not over after 23 h 59 min', '+1 09:59', {}, []],
    ['is over after 24 h', '+1 10:00', {ops: ['first-drift']}, ['web a added new', 'api a added new']],
  ])('after 24 h by the clock, and then what is there is decided per Manifest: it %s', async (_, at, told, lines) => {
    const story = watchOf({notifiers: {ops: {remindAfter: '7d'}}})
    await story.run('09:00', {web: {modified: ['b']}, api: {}})
    await story.run('10:00', {web: lost, api: lost})
    expect(await story.run(at, {web: lost, api: lost})).toEqual(told)
    expect(story.said('ops')).toEqual(lines)
  })

  it('after 24 h even if no run saw it since', async () => {
    const story = watchOf({notifiers: {ops: {remindAfter: '7d', failuresBeforeNotice: 99}}})
    await story.run('09:00', {web: {modified: ['b']}, api: {}})
    await story.run('10:00', {web: lost, api: lost})
    await story.run('+1 11:00', {}, {error: 'ARTIFACT_NETWORK'})
    expect((await story.known()).massDrift?.over).toBe(true)
  })

  it('and does not begin again while it lasts', async () => {
    const story = watchOf()
    await story.run('09:00', many(10, inSync, 0))
    await story.run('10:00', many(10, lost, 10))
    expect(await story.run('+1 10:00', many(10, lost, 10))).toEqual({ops: ['first-drift']})
    expect(await story.run('+1 11:00', many(10, lost, 10))).toEqual({})
  })

  it('and one that begins anew is told to a notifier that only knows of the one before', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {}}})
    await story.run('09:00', {web: {}, api: {}})
    await story.run('10:00', {web: lost, api: lost})
    story.configure({ops: {}})
    await story.run('11:00', {web: {}, api: {}})
    story.configure({ops: {}, team: {}})
    expect(await story.run('12:00', {web: lost, api: lost})).toEqual({ops: ['mass-drift'], team: ['mass-drift']})
  })

  it('and may begin again after it had ended', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}, api: {}})
    await story.run('10:00', {web: lost, api: lost})
    await story.run('11:00', {web: {}, api: {}})
    expect(await story.run('12:00', {web: lost, api: lost})).toEqual({ops: ['mass-drift']})
  })
})
