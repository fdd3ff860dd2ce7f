import {describe, expect, it} from 'vitest'

import {watchOf} from '../support/watch-story.ts'

const [one, two, three] = ['sha256:one', 'sha256:two', 'sha256:three']
const causes = (story: ReturnType<typeof watchOf>) =>
  story.report().entries.map(({stateKey, cause}) => [stateKey.split('/').at(-1), cause])

const patient = () => watchOf({graceAfterNewArtifact: '2h'})

describe('an entry', () => {
  it('came with a new artifact, or under the same one', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}}, {digest: one})
    await story.run('10:00', {web: {modified: ['a']}}, {digest: two})
    expect(causes(story)).toEqual([['a', 'new-artifact']])
    await story.run('11:00', {web: {modified: ['a', 'b']}}, {digest: two})
    expect(causes(story)).toEqual([
      ['a', 'new-artifact'],
      ['b', 'same-artifact'],
    ])
    await story.run('12:00', {web: {modified: ['a', 'b']}}, {digest: three})
    expect(causes(story), 'with what it came does not change').toEqual([
      ['a', 'new-artifact'],
      ['b', 'same-artifact'],
    ])
  })

  it.each([
    ['in the first run', {}, one],
    ['of a folder', {digest: null}, null],
    ['where there was a folder before', {digest: null}, one],
  ] as const)('came with nobody knows what %s', async (_, before, digest) => {
    const story = watchOf()
    if (_ !== 'in the first run') await story.run('09:00', {web: {}}, before)
    await story.run('10:00', {web: {modified: ['a']}}, {digest})
    expect(causes(story)).toEqual([['a', null]])
  })

  it('of a Manifest that is new came with the artifact that is new, if one is', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}}, {digest: one})
    await story.run('10:00', {web: {}, fresh: {added: ['a']}}, {digest: two})
    expect(causes(story)).toEqual([['a', 'new-artifact']])
    await story.run('11:00', {web: {}, fresh: {added: ['a']}, other: {added: ['b']}}, {digest: two})
    expect(causes(story)).toEqual([
      ['a', 'new-artifact'],
      ['b', null],
    ])
  })

  it('of a Manifest that was not checked meanwhile is compared with the artifact it was last checked with', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}, api: {}}, {digest: one})
    await story.run('10:00', {web: 'skipped', api: {}}, {digest: two})
    await story.run('11:00', {web: {added: ['a']}, api: {}}, {digest: two})
    expect(causes(story)).toEqual([['a', 'new-artifact']])
  })

  it('that comes back does so with what there is then', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}}, {digest: one})
    await story.run('10:00', {web: {modified: ['a']}}, {digest: two})
    await story.run('11:00', {web: {}}, {digest: two})
    await story.run('18:00', {web: {modified: ['a']}}, {digest: two})
    expect(causes(story)).toEqual([['a', 'same-artifact']])
  })
})

describe('the artifact of the run before', () => {
  it('stands in the report, also after a run that could not open its own', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {}}, {digest: one})
    expect(story.report().source).toMatchObject({digest: one, previousDigest: null})
    await story.run('10:00', {}, {error: 'ARTIFACT_NETWORK'})
    await story.run('11:00', {web: {}}, {digest: two})
    expect(story.report().source).toMatchObject({digest: two, previousDigest: one})
    await story.run('12:00', {web: {}}, {digest: two})
    expect(story.report().source).toMatchObject({digest: two, previousDigest: two})
  })
})

describe('graceAfterNewArtifact', () => {
  it('of nothing lets nothing wait, also where the clock was set back', async () => {
    const story = watchOf({minSightings: 2})
    await story.run('09:00', {web: {}}, {digest: one})
    await story.run('11:00', {web: {modified: ['a']}}, {digest: two})
    expect(await story.run('10:56', {web: {modified: ['a']}}, {digest: two})).toEqual({ops: ['first-drift']})
  })

  it('keeps what came with a new artifact untold, until it has been there for so long', async () => {
    const story = patient()
    await story.run('09:00', {web: {}}, {digest: one})
    expect(await story.run('10:00', {web: {modified: ['a'], added: ['b']}}, {digest: two})).toEqual({})
    expect(await story.run('11:00', {web: {modified: ['a'], added: ['b']}}, {digest: two})).toEqual({})
    expect(await story.run('12:00', {web: {modified: ['a'], added: ['b']}}, {digest: two})).toEqual({
      ops: ['first-drift'],
    })
    expect(story.said('ops')).toEqual(['web a modified new', 'web b added new'])
  })

  it('holds back what a new Manifest brings, too', async () => {
    const story = patient()
    await story.run('09:00', {web: {}}, {digest: one})
    expect(await story.run('10:00', {web: {}, fresh: {added: ['a']}}, {digest: two})).toEqual({})
    expect(await story.run('12:00', {web: {}, fresh: {added: ['a']}}, {digest: two})).toEqual({ops: ['first-drift']})
  })

  it('is not begun again by the artifacts after it', async () => {
    const story = patient()
    await story.run('09:00', {web: {}}, {digest: one})
    await story.run('10:00', {web: {modified: ['a']}}, {digest: two})
    await story.run('11:00', {web: {modified: ['a@2']}}, {digest: three})
    expect(await story.run('12:00', {web: {modified: ['a@2']}}, {digest: three})).toEqual({ops: ['first-drift']})
  })

  it('is never for removed', async () => {
    const story = patient()
    await story.run('09:00', {web: {}}, {digest: one})
    expect(await story.run('10:00', {web: {removed: ['a'], added: ['b']}}, {digest: two})).toEqual({
      ops: ['first-drift'],
    })
    expect(story.said('ops')).toEqual(['web a removed new'])
  })

  it('is not for what came under the same artifact, nor where that is not known', async () => {
    const story = patient()
    expect(await story.run('09:00', {web: {added: ['a']}}, {digest: one})).toEqual({ops: ['baseline']})
    expect(await story.run('10:00', {web: {added: ['a', 'b']}}, {digest: one})).toEqual({ops: ['new-entries']})
  })

  it('hides nothing of the report, the counts and the sinks', async () => {
    const story = patient()
    await story.run('09:00', {web: {}}, {digest: one})
    await story.run('10:00', {web: {modified: ['a']}}, {digest: two})
    expect(story.report()).toMatchObject({outcome: 'drift', summary: {entries: {modified: 1}}})
    expect(story.lastKnown()?.manifests[0]?.counts.modified).toBe(1)
  })

  it('says nothing of what was applied in time, not even to who hears of what is resolved', async () => {
    const story = watchOf({graceAfterNewArtifact: '2h', notifiers: {ops: {resolved: true}}})
    await story.run('09:00', {web: {}}, {digest: one})
    await story.run('10:00', {web: {modified: ['a']}}, {digest: two})
    expect(await story.run('11:00', {web: {}}, {digest: two})).toEqual({})
    expect(await story.run('12:00', {web: {}}, {digest: two})).toEqual({})
  })

  it('is not for what was told already', async () => {
    const story = patient()
    await story.run('09:00', {web: {modified: ['a']}}, {digest: one})
    expect(await story.run('16:00', {web: {modified: ['a@2']}}, {digest: two})).toEqual({ops: ['entries-changed']})
  })

  it('is over without a memory, where no run knows another', async () => {
    const story = watchOf({graceAfterNewArtifact: '2h', memory: 'none'})
    expect(await story.run('10:00', {web: {modified: ['a']}}, {digest: two})).toEqual({ops: ['baseline']})
  })
})
