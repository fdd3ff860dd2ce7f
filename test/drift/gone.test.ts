import {describe, expect, it} from 'vitest'

import {watchOf} from '../support/watch-story.ts'

const both = {web: {modified: ['a']}, api: {}}

describe('manifest-gone', () => {
  it('is told once per notifier when a Manifest is no longer in tazuna.yaml', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {}}})
    await story.run('09:00', both)
    story.refuse('team')
    expect(await story.run('10:00', {api: {}})).toEqual({ops: ['manifest-gone']})
    expect(story.said('ops')).toEqual(['web gone'])
    story.accept('team')
    expect(await story.run('11:00', {api: {}})).toEqual({team: ['manifest-gone']})
    expect(await story.run('+5 11:00', {api: {}})).toEqual({})
  })

  it('goes to those whose match.manifest fits', async () => {
    const story = watchOf({notifiers: {ops: {match: {manifest: ['api']}}, team: {match: {manifest: ['web']}}}})
    await story.run('09:00', both)
    expect(await story.run('10:00', {api: {}})).toEqual({team: ['manifest-gone']})
  })

  it('is told of a Manifest that was in sync, too: what it applied may still be in the cluster', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}, api: {}})
    expect(await story.run('10:00', {api: {}})).toEqual({ops: ['manifest-gone']})
  })

  it.each([
    ['failed', {}, {error: 'ARTIFACT_NETWORK' as const}],
    ['has no list', {api: {added: ['b']}}, {noList: true}],
  ])('is not concluded from a run that %s', async (_, seen, run) => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 9}}})
    await story.run('09:00', {web: {modified: ['a']}, api: {added: ['b']}})
    expect(await story.run('10:00', seen, run)).toEqual({})
    expect((await story.known()).manifests.get('web')!.goneSince).toBeNull()
  })

  it('stays in the report, last, with the age of its drift', async () => {
    const story = watchOf()
    await story.run('09:00', both)
    await story.run('10:00', {api: {}})
    expect(story.report().manifests.map(({name, outcome, firstSeenAt}) => [name, outcome, firstSeenAt])).toEqual([
      ['api', 'clean', null],
      ['web', 'gone', '2026-11-21T09:00:00Z'],
    ])
    expect(story.report().summary!.manifests.gone).toBe(1)
  })

  it('is told with the new name as gone and first-drift in one message after a rename', async () => {
    const story = watchOf()
    await story.run('09:00', both)
    expect(await story.run('10:00', {site: {added: ['a']}, api: {}})).toEqual({ops: ['first-drift', 'manifest-gone']})
    expect(story.said('ops')).toEqual(['site a added new', 'web gone'])
  })

  it('is not told to a notifier that joins later', async () => {
    const story = watchOf()
    await story.run('09:00', both)
    await story.run('10:00', {api: {}})
    story.configure({ops: {}, team: {}})
    expect(await story.run('11:00', {api: {modified: ['b']}})).toEqual({ops: ['first-drift'], team: ['baseline']})
    expect(story.said('team')).toEqual(['api b modified new'])
  })

  it('is told to a notifier that joins in the very run that finds it gone', async () => {
    const story = watchOf()
    await story.run('09:00', both)
    story.configure({ops: {}, team: {}})
    expect(await story.run('10:00', {api: {}})).toEqual({ops: ['manifest-gone'], team: ['manifest-gone']})
  })

  it('is told to a notifier that joined and could not be reached since', async () => {
    const story = watchOf()
    story.refuse('ops')
    await story.run('09:00', both)
    await story.run('10:00', {api: {}})
    story.accept('ops')
    expect(await story.run('11:00', {api: {}})).toEqual({ops: ['manifest-gone']})
  })
})

describe('the record of a gone Manifest', () => {
  it.each([
    ['is there after 29 days', '+29 10:00', ['api', 'web']],
    ['is dropped after 30 days', '+30 10:00', ['api']],
  ])('%s, where all were told', async (_, at, names) => {
    const story = watchOf()
    await story.run('09:00', both)
    await story.run('10:00', {api: {}})
    await story.run(at, {api: {}})
    expect([...(await story.known()).manifests.keys()]).toEqual(names)
  })

  it('stays until every notifier that it concerns was told', async () => {
    const story = watchOf({notifiers: {ops: {}, api: {match: {manifest: ['api']}}}})
    await story.run('09:00', both)
    story.refuse('ops')
    await story.run('10:00', {api: {}})
    await story.run('+40 10:00', {api: {}})
    expect([...(await story.known()).manifests.keys()]).toEqual(['api', 'web'])
    story.accept('ops')
    expect(await story.run('+40 11:00', {api: {}})).toEqual({ops: ['manifest-gone']})
    await story.run('+40 12:00', {api: {}})
    expect([...(await story.known()).manifests.keys()]).toEqual(['api'])
  })

  it('stays while a notifier that was not told is only missing in the config of some runs', async () => {
    const story = watchOf({notifiers: {ops: {}, team: {}}})
    await story.run('09:00', both)
    story.refuse('team')
    await story.run('10:00', {api: {}})
    await story.run('+20 10:00', {api: {}})
    story.configure({ops: {}})
    await story.run('+35 10:00', {api: {}})
    story.accept('team')
    story.configure({ops: {}, team: {}})
    expect(await story.run('+36 10:00', {api: {}})).toEqual({team: ['manifest-gone']})
  })
})

describe('a Manifest that returns', () => {
  it('keeps its ages and is told afresh', async () => {
    const story = watchOf()
    await story.run('09:00', both)
    await story.run('10:00', {api: {}})
    expect(await story.run('+20 10:00', both)).toEqual({ops: ['first-drift']})
    expect(story.said('ops')).toEqual(['web a modified new'])
    expect(story.report().entries[0]!.firstSeenAt).toBe('2026-11-21T09:00:00Z')
  })

  it('and goes again is told to be gone again', async () => {
    const story = watchOf()
    await story.run('09:00', both)
    await story.run('10:00', {api: {}})
    await story.run('11:00', both)
    expect(await story.run('12:00', {api: {}})).toEqual({ops: ['manifest-gone']})
  })

  it('and goes again is told to be gone again, also if a mass drift held when it was back', async () => {
    const story = watchOf()
    await story.run('09:00', both)
    expect(await story.run('10:00', {api: {}})).toEqual({ops: ['manifest-gone']})
    const lost = {added: ['c'], state: false}
    expect(await story.run('11:00', {web: lost, api: lost})).toEqual({ops: ['mass-drift']})
    expect(await story.run('12:00', {api: {}})).toEqual({ops: ['manifest-gone']})
  })

  it('before anybody was told goes on as if it had never left', async () => {
    const story = watchOf()
    await story.run('09:00', both)
    story.refuse('ops')
    await story.run('10:00', {api: {}})
    story.accept('ops')
    expect(await story.run('11:00', both)).toEqual({})
  })
})
