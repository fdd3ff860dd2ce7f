import {describe, expect, it} from 'vitest'

import {watchOf} from '../support/watch-story.ts'

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
