import {describe, expect, it} from 'vitest'

import type {Seen} from '../support/story-reading.ts'
import {watchOf, type StoryRun} from '../support/watch-story.ts'

const down: StoryRun = {error: 'ARTIFACT_NETWORK'}
const twice = {notifiers: {ops: {failuresBeforeNotice: 2}}}

describe('check-failed of a run', () => {
  it('is due when it failed in failuresBeforeNotice groups in a row', async () => {
    const story = watchOf(twice)
    expect(await story.run('09:00', {}, down)).toEqual({})
    expect(await story.run('10:00', {}, down)).toEqual({ops: ['check-failed']})
    expect(story.said('ops')).toEqual(['run fails ARTIFACT_NETWORK'])
    expect(await story.run('11:00', {}, down)).toEqual({})
  })

  it('counts the runs of one group once', async () => {
    const story = watchOf(twice)
    await story.run('09:00', {}, {...down, group: 'job-1'})
    expect(await story.run('09:01', {}, {...down, group: 'job-1'})).toEqual({})
    expect(await story.run('10:00', {}, {...down, group: 'job-2'})).toEqual({ops: ['check-failed']})
  })

  it('counts failures in a row whatever their code', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 3}}})
    await story.run('09:00', {}, {error: 'ARTIFACT_NETWORK'})
    await story.run('10:00', {}, {error: 'TAZUNA_NOT_FOUND'})
    expect(await story.run('11:00', {}, {error: 'TAZUNA_TIMED_OUT'})).toEqual({ops: ['check-failed']})
    expect(story.said('ops')).toEqual(['run fails TAZUNA_TIMED_OUT'])
  })

  it('is told per code: another code is told, one that was told is not, even when they take turns', async () => {
    const story = watchOf()
    expect(await story.run('09:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({ops: ['check-failed']})
    expect(await story.run('10:00', {}, {error: 'TAZUNA_NOT_FOUND'})).toEqual({ops: ['check-failed']})
    expect(await story.run('11:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({})
    expect(await story.run('12:00', {}, {error: 'TAZUNA_NOT_FOUND'})).toEqual({})
  })

  it('goes to every notifier, whatever its match', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {match: {manifest: ['other'], diffType: ['removed']}}}})
    expect(await story.run('09:00', {}, down)).toEqual({ops: ['check-failed'], team: ['check-failed']})
  })

  it('states the last known drift as unchecked since', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {}, down)).toEqual({ops: ['check-failed']})
    expect(story.said('ops')).toEqual(['run fails ARTIFACT_NETWORK', 'web a modified open unchecked since 09:00'])
  })

  it('is reminded of, with the last known drift, by remindAfter less 5 minutes', async () => {
    const story = watchOf()
    await story.run('08:00', {web: {modified: ['a']}})
    await story.run('09:00', {}, down)
    expect(await story.run('+1 08:54', {}, down)).toEqual({})
    expect(await story.run('+1 08:55', {}, down)).toEqual({ops: ['reminder']})
    expect(story.said('ops')).toEqual(['run fails ARTIFACT_NETWORK', 'web a modified open unchecked since 08:00'])
  })

  it('is told afresh when it works again in between', async () => {
    const story = watchOf()
    await story.run('09:00', {}, down)
    await story.run('10:00', {web: {}})
    expect(await story.run('11:00', {}, down)).toEqual({ops: ['check-failed']})
  })

  it('begins to count anew after one run that worked', async () => {
    const story = watchOf(twice)
    await story.run('09:00', {}, down)
    await story.run('10:00', {web: {}})
    expect(await story.run('11:00', {}, down)).toEqual({})
  })

  it('stays due until it is delivered', async () => {
    const story = watchOf()
    story.refuse('ops')
    await story.run('09:00', {}, down)
    story.accept('ops')
    expect(await story.run('10:00', {}, down)).toEqual({ops: ['check-failed']})
  })

  it.each<[string, Seen, StoryRun, string]>([
    ['without coverage', {web: {modified: ['a']}}, {noList: true}, 'COVERAGE_UNKNOWN'],
    [
      'without coverage that failed at a Manifest',
      {web: {modified: ['a']}, api: 'fails'},
      {noList: true},
      'TAZUNA_FAILED',
    ],
    [
      'that ended with an error after it had checked everything',
      {web: {modified: ['a']}},
      {crashed: true},
      'TAZUNA_FAILED',
    ],
    ['that checked nothing', {}, {}, 'NOTHING_CHECKED'],
  ])('is also of a run %s', async (_, seen, run, code) => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', seen, run)).toEqual({ops: ['check-failed']})
    expect(story.said('ops')[0]).toBe(`run fails ${code}`)
  })
})

describe('check-failed of a Manifest', () => {
  it.each(['fails', 'skipped'] as const)('is due when it %s in failuresBeforeNotice groups in a row', async how => {
    const story = watchOf(twice)
    await story.run('08:00', {web: {}, api: {modified: ['b']}})
    expect(await story.run('09:00', {web: how, api: {modified: ['b']}})).toEqual({})
    expect(await story.run('10:00', {web: how, api: {modified: ['b']}})).toEqual({ops: ['check-failed']})
    const code = how === 'fails' ? 'error' : 'not-checked'
    expect(story.said('ops')).toEqual([`web fails ${code}`, 'api b modified open'])
    expect(await story.run('11:00', {web: how, api: {modified: ['b']}})).toEqual({})
  })

  it('goes to those whose match.manifest fits, whatever else they match', async () => {
    const story = watchOf({
      notifiers: {web: {match: {manifest: ['web'], diffType: ['removed']}}, api: {match: {manifest: ['api']}}},
    })
    expect(await story.run('09:00', {web: 'skipped', api: {}})).toEqual({web: ['check-failed']})
  })

  it('states its last known drift as unchecked since', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('10:00', {web: 'skipped', api: {}})).toEqual({ops: ['check-failed']})
    expect(story.said('ops')).toEqual(['web fails not-checked', 'web a modified open unchecked since 09:00'])
  })

  it('counts in a row whatever the code, and each code is told once', async () => {
    const story = watchOf(twice)
    await story.run('09:00', {web: 'skipped', api: {}})
    expect(await story.run('10:00', {web: 'skipped', api: {}})).toEqual({ops: ['check-failed']})
    expect(story.said('ops')).toEqual(['web fails not-checked'])
    const drifted = {modified: ['b']}
    expect(await story.run('11:00', {web: 'fails', api: drifted})).toEqual({ops: ['check-failed', 'baseline']})
    expect(story.said('ops')).toEqual(['web fails error', 'api b modified new'])
    expect(await story.run('12:00', {web: 'skipped', api: drifted})).toEqual({})
    expect(await story.run('13:00', {web: 'fails', api: drifted})).toEqual({})
  })

  it('that failed and is skipped then is still one that failed: nobody looked at it again', async () => {
    const story = watchOf()
    await story.run('09:00', {web: 'fails', api: {added: ['b']}})
    await story.run('10:00', {web: 'skipped', api: {added: ['b']}})
    expect((await story.known()).manifests.get('web')!.failing!.code).toBe('error')
  })

  it('is reminded of', async () => {
    const story = watchOf()
    await story.run('09:00', {web: 'skipped', api: {}})
    expect(await story.run('+1 08:54', {web: 'skipped', api: {}})).toEqual({})
    expect(await story.run('+1 08:55', {web: 'skipped', api: {}})).toEqual({ops: ['reminder']})
    expect(story.said('ops')).toEqual(['web fails not-checked'])
  })

  it('does not count runs that failed as a whole, nor is it reset by them', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 3}}})
    await story.run('09:00', {web: 'skipped', api: {}})
    await story.run('10:00', {}, down)
    await story.run('11:00', {web: 'skipped', api: {}})
    expect(await story.run('12:00', {web: 'skipped', api: {}})).toEqual({ops: ['check-failed']})
  })

  it('is not reminded of in a run that failed as a whole: that says nothing of it', async () => {
    const story = watchOf(twice)
    await story.run('09:00', {web: 'skipped', api: {}})
    await story.run('10:00', {web: 'skipped', api: {}})
    expect(await story.run('+1 10:00', {}, down)).toEqual({})
  })

  it('is no failure of the run: an incomplete run counts by its Manifests', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {match: {manifest: ['other']}}}})
    expect(await story.run('09:00', {web: 'skipped', api: {}})).toEqual({ops: ['check-failed']})
    expect((await story.known()).failing).toBeNull()
  })

  it('is told afresh when it works again in between', async () => {
    const story = watchOf()
    await story.run('09:00', {web: 'skipped', api: {}})
    await story.run('10:00', {web: {}, api: {}})
    expect(await story.run('11:00', {web: 'skipped', api: {}})).toEqual({ops: ['check-failed']})
  })

  it('begins to count anew when the Manifest was gone', async () => {
    const story = watchOf(twice)
    await story.run('09:00', {web: 'skipped', api: {}})
    await story.run('10:00', {api: {}})
    expect(await story.run('11:00', {web: 'skipped', api: {}})).toEqual({})
  })

  it('is over when the Manifest is gone', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true}}})
    await story.run('09:00', {web: 'skipped', api: {}})
    expect(await story.run('10:00', {api: {}})).toEqual({ops: ['manifest-gone']})
    expect(await story.run('11:00', {web: 'skipped', api: {}})).toEqual({ops: ['check-failed']})
  })
})

describe('check-recovered', () => {
  it('is sent with resolved: true after a told failure of the run, once', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true}, team: {}}})
    await story.run('09:00', {}, down)
    expect(await story.run('10:00', {web: {}})).toEqual({ops: ['check-recovered']})
    expect(await story.run('11:00', {web: {}})).toEqual({})
  })

  it('is sent with resolved: true after a told failure of a Manifest, once', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true}, team: {}}})
    await story.run('09:00', {web: 'skipped', api: {}})
    expect(await story.run('10:00', {web: {}, api: {}})).toEqual({ops: ['check-recovered']})
    expect(story.message('ops')!.manifests.map(({name}) => name)).toEqual(['web'])
    expect(await story.run('11:00', {web: {}, api: {}})).toEqual({})
  })

  it('is not sent after a failure that was not told', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true, failuresBeforeNotice: 2}}})
    await story.run('09:00', {}, down)
    await story.run('10:00', {web: 'skipped', api: {}})
    expect(await story.run('11:00', {web: {}, api: {}})).toEqual({})
  })

  it('stays due until it is delivered', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true}}})
    await story.run('09:00', {}, down)
    story.refuse('ops')
    await story.run('10:00', {web: {}})
    story.accept('ops')
    expect(await story.run('11:00', {web: {}})).toEqual({ops: ['check-recovered']})
  })

  it('of a Manifest stays due through a message that could not say it, as the run failed', async () => {
    const story = watchOf({notifiers: {ops: {resolved: true}}})
    await story.run('08:00', {web: {modified: ['a']}, api: {}})
    await story.run('09:00', {web: 'skipped', api: {}})
    story.refuse('ops')
    await story.run('10:00', {web: {modified: ['a']}, api: {}})
    story.accept('ops')
    expect(await story.run('11:00', {}, down)).toEqual({ops: ['check-failed']})
    expect(await story.run('12:00', {web: {modified: ['a']}, api: {}})).toEqual({ops: ['check-recovered']})
    expect(story.message('ops')!.manifests.map(({name, reasons}) => [name, reasons])).toEqual([
      ['web', ['check-recovered']],
    ])
  })
})
