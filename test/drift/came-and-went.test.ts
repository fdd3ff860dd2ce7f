import {describe, expect, it} from 'vitest'

import {watchOf} from '../support/watch-story.ts'

const hearing = {notifiers: {ops: {resolved: true, failuresBeforeNotice: 9}}}
const quiet = {notifiers: {ops: {resolved: false, failuresBeforeNotice: 9}}}

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

  it('is told however long the notifier was down', async () => {
    const story = watchOf(hearing)
    await story.run('01:00', {web: {}})
    story.refuse('ops')
    await story.run('02:00', {web: {modified: ['a']}})
    for (const at of ['03:00', '09:00', '+1 09:00']) await story.run(at, {web: {}})
    story.accept('ops')
    await story.run('+1 10:00', {web: {}})
    expect(story.said('ops')).toEqual(['web a came and went'])
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
