import {describe, expect, it} from 'vitest'

import type {MapMemory} from '../support/map-memory.ts'
import {watchOf} from '../support/watch-story.ts'

const saves = ({calls}: MapMemory) => calls.filter(call => call.startsWith('save')).length
const failing = {api: {modified: ['b']}, web: 'fails'} as const
const quiet = {notifiers: {}, alertReceivers: ['am']}

describe('alerts', () => {
  it('are all drift that is open, in every run, and end when they are proven to', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}, api: {removed: ['b']}, db: {}})
    expect(story.alerts('am')).toEqual({open: ['TazunaDrift web', 'TazunaDrift api'], ended: []})
    await story.run('10:00', {web: {modified: ['a']}, api: {}, db: {}})
    expect(story.alerts('am')).toEqual({open: ['TazunaDrift web'], ended: ['TazunaDrift api']})
    await story.run('11:00', {web: {modified: ['a']}, api: {}, db: {}})
    expect(story.alerts('am'), 'once more, as an older run may still be sending').toMatchObject({
      ended: ['TazunaDrift api'],
    })
    await story.run('12:00', {web: {modified: ['a']}, api: {}, db: {}})
    expect(story.alerts('am')).toEqual({open: ['TazunaDrift web'], ended: []})
  })

  it.each([
    ['a run that fails', {}, {error: 'ARTIFACT_NETWORK'}, ['TazunaWatchCheckFailed', 'TazunaDrift web']],
    ['a Manifest that is skipped', {web: 'skipped', api: {}}, {}, ['TazunaDrift web', 'TazunaWatchCheckFailed web']],
    ['a Manifest that fails', failing, {}, ['TazunaDrift api', 'TazunaDrift web', 'TazunaWatchCheckFailed web']],
  ] as const)('stay open through %s', async (_, seen, fault, open) => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    await story.run('10:00', seen, fault)
    expect(story.alerts('am')?.open).toEqual(open)
    expect(story.alerts('am')?.ended).toEqual([])
  })

  it('of what failed end when it works again', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {}, api: {}})
    await story.run('10:00', {}, {error: 'ARTIFACT_NETWORK'})
    expect(story.alerts('am')).toEqual({open: ['TazunaWatchCheckFailed'], ended: []})
    await story.run('11:00', {web: {}, api: {}})
    expect(story.alerts('am')).toEqual({open: [], ended: ['TazunaWatchCheckFailed']})
  })

  it('of a Manifest that is gone are sent no more, and are not said to have ended', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    await story.run('10:00', {api: {}})
    expect(story.alerts('am')).toEqual({open: [], ended: []})
  })

  it('of a Manifest that went and came back in sync end then', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    await story.run('10:00', {api: {}})
    await story.run('11:00', {web: {}, api: {}})
    expect(story.alerts('am')).toEqual({open: [], ended: ['TazunaDrift web']})
  })

  it('end where an ignore rule covers what they were about', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('10:00', {web: {modified: ['a']}}, {ignore: ['web/a']})
    expect(story.alerts('am')).toEqual({open: [], ended: ['TazunaDrift web']})
  })

  it('stay open while notifiers are not told: a mute is not for them', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}})
    await story.mute('web', '09:30', '+3 09:30')
    await story.run('10:00', {web: {modified: ['a']}})
    expect(story.alerts('am')).toEqual({open: ['TazunaDrift web'], ended: []})
  })

  it('that ended stay to be told to each receiver that did not take it', async () => {
    const story = watchOf({notifiers: {}, alertReceivers: ['am', 'am-2']})
    await story.run('09:00', {web: {modified: ['a']}})
    story.refuse('am-2')
    await story.run('10:00', {web: {}})
    await story.run('11:00', {web: {}})
    await story.run('12:00', {web: {}})
    expect(story.alerts('am'), 'told twice').toEqual({open: [], ended: []})
    expect(story.alerts('am-2')).toEqual({open: [], ended: ['TazunaDrift web']})
    story.accept('am-2')
    await story.run('13:00', {web: {}})
    await story.run('14:00', {web: {}})
    await story.run('15:00', {web: {}})
    expect(story.alerts('am-2')).toEqual({open: [], ended: []})
  })

  it('that ended and began again while a receiver was down are only open', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}})
    story.refuse('am')
    await story.run('10:00', {web: {}})
    story.accept('am')
    await story.run('11:00', {web: {modified: ['a']}})
    expect(story.alerts('am')).toEqual({open: ['TazunaDrift web'], ended: []})
    await story.run('12:00', {web: {}})
    expect(story.alerts('am')).toEqual({open: [], ended: ['TazunaDrift web']})
  })

  it('end also where another config was at work in between, which has no receiver', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}})
    const laptop = watchOf({notifiers: {}, memory: story.memory})
    await laptop.run('10:00', {web: {}})
    await story.run('11:00', {web: {}})
    expect(story.alerts('am')).toEqual({open: [], ended: ['TazunaDrift web']})
  })

  it('of a receiver that no config has for 30 days are forgotten', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}})
    const laptop = watchOf({notifiers: {}, memory: story.memory})
    await laptop.run('+29 09:00', {web: {}})
    expect((await laptop.known()).alertReceivers.get('am')?.ended).toHaveLength(1)
    await laptop.run('+30 09:00', {web: {}})
    expect((await laptop.known()).alertReceivers.size).toBe(0)
  })

  it('need no save of their own while nothing ends', async () => {
    const story = watchOf(quiet)
    await story.run('09:00', {web: {modified: ['a']}})
    const before = saves(story.memory)
    await story.run('10:00', {web: {modified: ['a']}})
    expect(saves(story.memory) - before, 'the reading').toBe(1)
    await story.run('11:00', {web: {}})
    expect(saves(story.memory) - before, 'the reading, and that it was delivered').toBe(3)
  })

  it('are sent also while it is not known since when there is drift', async () => {
    const story = watchOf(quiet)
    const recovered = {state: 'failed', message: 'the Pushgateway was not reached'} as const
    await story.run('09:00', {web: {modified: ['a']}}, {recovered})
    await story.run('10:00', {}, {error: 'ARTIFACT_NETWORK', recovered})
    expect(story.lastKnown()).toMatchObject({agesKnown: false})
    expect(story.alerts('am')).toEqual({open: ['TazunaWatchCheckFailed', 'TazunaDrift web'], ended: []})
  })

  it('stay as they are while State is missing widely', async () => {
    const story = watchOf(quiet)
    const names = Array.from({length: 12}, (_, index) => `m${index}`)
    await story.run('09:00', Object.fromEntries(names.map(name => [name, {modified: ['a']}])))
    await story.run('10:00', {other: {}})
    expect(story.alerts('am')?.open).toHaveLength(12)
    expect(story.alerts('am')?.ended).toEqual([])
  })
})
