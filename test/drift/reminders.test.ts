import {describe, expect, it} from 'vitest'

import {watchOf} from '../support/watch-story.ts'

describe('reminder', () => {
  it.each([
    ['not after 23 h 54 min', '+1 08:54', {}],
    ['not after 23 h 54 min 59 s', '+1 08:54:59', {}],
    ['after 23 h 55 min', '+1 08:55', {ops: ['reminder']}],
    ['after 24 h', '+1 09:00', {ops: ['reminder']}],
  ])('comes when remindAfter less 5 minutes have passed since it was told: %s', async (_, at, told) => {
    const story = watchOf({notifiers: {ops: {remindAfter: '24h'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run(at, {web: {modified: ['a']}})).toEqual(told)
  })

  it('comes again and again, each time counted from the one before', async () => {
    const story = watchOf({notifiers: {ops: {remindAfter: '24h'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('+1 10:00', {web: {modified: ['a']}})).toEqual({ops: ['reminder']})
    expect(await story.run('+2 09:00', {web: {modified: ['a']}})).toEqual({})
    expect(await story.run('+2 10:00', {web: {modified: ['a']}})).toEqual({ops: ['reminder']})
  })

  it('is only of Manifests that were checked in this run', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 9}}})
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('+1 09:00', {web: 'skipped', api: {}})).toEqual({})
    expect(await story.run('+1 10:00', {web: {modified: ['a']}, api: {}})).toEqual({ops: ['reminder']})
  })

  it('is not sent in a run that failed', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 9}}})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('+1 09:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({})
  })

  it('coalesces: any message states all open drift, and counts as told for all of it', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('18:00', {web: {modified: ['a']}, api: {added: ['b']}})).toEqual({ops: ['first-drift']})
    expect(await story.run('+1 09:00', {web: {modified: ['a']}, api: {added: ['b']}})).toEqual({})
    expect(await story.run('+1 18:00', {web: {modified: ['a']}, api: {added: ['b']}})).toEqual({ops: ['reminder']})
    expect(story.said('ops')).toEqual(['web a modified open', 'api b added open'])
  })

  it('states along what is not due yet, also what was not checked', async () => {
    const story = watchOf({notifiers: {ops: {failuresBeforeNotice: 9}}})
    await story.run('09:00', {web: {modified: ['a']}, api: {added: ['b']}})
    expect(await story.run('+1 09:00', {web: {modified: ['a']}, api: 'skipped'})).toEqual({ops: ['reminder']})
    expect(story.said('ops')).toEqual(['web a modified open', 'api b added open unchecked since 09:00'])
  })

  it('is of each notifier by its own remindAfter', async () => {
    const story = watchOf({notifiers: {ops: {remindAfter: '24h'}, team: {remindAfter: '2h'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('11:00', {web: {modified: ['a']}})).toEqual({team: ['reminder']})
  })

  it('stays due after a refusal', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    story.refuse('ops')
    await story.run('+1 09:00', {web: {modified: ['a']}})
    story.accept('ops')
    expect(await story.run('+1 10:00', {web: {modified: ['a']}})).toEqual({ops: ['reminder']})
  })

  it('is not of a Manifest that has another reason: that says it all', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('+1 09:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['new-entries']})
  })
})
