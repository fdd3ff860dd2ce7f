import {describe, expect, it} from 'vitest'

import {watchOf} from '../support/watch-story.ts'

const secret = '/v1/Secret/web/s'

describe('UNSTABLE_RENDER', () => {
  it('is another hash under the same artifact digest and the same stored hash: a warning, and no change', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h'}}})
    await story.run('09:00', {web: {modified: ['a', 'b']}})
    expect(await story.run('12:00', {web: {modified: ['a@2', 'b@2']}})).toEqual({})
    expect(story.warned()).toEqual(['UNSTABLE_RENDER'])
    expect(story.report().warnings[0]!.message).toContain(
      '"web" renders web//v1/ConfigMap/web/a and 1 more differently',
    )
    expect(story.report().entries[0]!.changedAt).toBe('2026-11-21T09:00:00Z')
  })

  it('is said in each run that shows it, and told in none', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    for (const [at, row] of [
      ['11:00', 'a@2'],
      ['13:00', 'a@3'],
    ] as const) {
      expect(await story.run(at, {web: {modified: [row]}})).toEqual({})
      expect(story.warned()).toEqual(['UNSTABLE_RENDER'])
    }
  })

  it.each<[string, string, string | null]>([
    ['another artifact', 'a@2', 'sha256:two'],
    ['another stored hash', 'a@2:2', 'sha256:one'],
    ['a folder, where every change counts', 'a@2', null],
  ])('is not said of %s', async (_, row, digest) => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h'}}})
    await story.run('09:00', {web: {modified: ['a']}}, {digest: digest === null ? null : 'sha256:one'})
    expect(await story.run('12:00', {web: {modified: [row]}}, {digest})).toEqual({ops: ['entries-changed']})
    expect(story.warned()).toEqual([])
  })

  it('needs a known stored hash: that of an added entry is none', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h'}}})
    await story.run('09:00', {web: {added: ['a']}})
    expect(await story.run('12:00', {web: {added: ['a@2']}})).toEqual({ops: ['entries-changed']})
  })

  it('needs a known stored hash: while State moves there is none', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('12:00', {web: {modified: ['a@2'], moved: true}})).toEqual({ops: ['entries-changed']})
    expect(story.warned()).toEqual(['STATE_MOVED'])
  })

  it('does not hide that the diff type changed', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('12:00', {web: {removed: ['a']}})).toEqual({ops: ['entries-changed']})
  })

  it('is of a Secret, too, although its hashes are kept as HMACs', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h'}}})
    await story.run('09:00', {web: {modified: [secret]}})
    expect(await story.run('12:00', {web: {modified: [`${secret}@2`]}})).toEqual({})
    expect(story.warned()).toEqual(['UNSTABLE_RENDER'])
    expect(await story.run('14:00', {web: {modified: [`${secret}@3:2`]}})).toEqual({ops: ['entries-changed']})
  })

  it('is no change later either: what was told is what it renders by then', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('12:00', {web: {modified: ['a@2']}})).toEqual({})
    expect(await story.run('14:00', {web: {modified: ['a@2']}}, {digest: 'sha256:two'})).toEqual({})
  })

  it('is not what was last seen from another artifact, also where a run in between did not print it', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('12:00', {web: {modified: ['b'], moved: true}}, {digest: 'sha256:two'})
    expect(await story.run('14:00', {web: {modified: ['a@2', 'b']}}, {digest: 'sha256:two'})).toEqual({
      ops: ['entries-changed'],
    })
  })

  it('keeps the digest by which it was last checked through runs that could not check it', async () => {
    const story = watchOf({notifiers: {ops: {changeInterval: '1h', failuresBeforeNotice: 9}}})
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    await story.run('10:00', {web: 'skipped', api: {}}, {digest: 'sha256:two'})
    expect(await story.run('12:00', {web: {modified: ['a@2']}, api: {}}, {digest: 'sha256:two'})).toEqual({
      ops: ['entries-changed'],
    })
  })
})
