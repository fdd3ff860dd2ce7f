import {describe, expect, it} from 'vitest'

import {watchOf} from '../support/watch-story.ts'

const drifted = {web: {modified: ['a']}, api: {}}

describe('minSightings', () => {
  it('is how many groups must have seen an entry before it is told', async () => {
    const story = watchOf({minSightings: 3})
    expect(await story.run('09:00', drifted)).toEqual({})
    expect(await story.run('10:00', drifted)).toEqual({})
    expect(await story.run('11:00', drifted)).toEqual({ops: ['baseline']})
  })

  it('counts the runs of one group once', async () => {
    const story = watchOf({minSightings: 2})
    expect(await story.run('09:00', drifted, {group: 'job-1'})).toEqual({})
    expect(await story.run('09:01', drifted, {group: 'job-1'})).toEqual({})
    expect(await story.run('09:02', drifted, {group: 'job-1'})).toEqual({})
    expect(await story.run('10:00', drifted, {group: 'job-2'})).toEqual({ops: ['baseline']})
  })

  it('neither counts nor resets by runs that did not check the Manifest', async () => {
    const story = watchOf({minSightings: 2, notifiers: {ops: {failuresBeforeNotice: 9}}})
    await story.run('09:00', drifted)
    expect(await story.run('10:00', {web: 'skipped', api: {}})).toEqual({})
    expect(await story.run('11:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({})
    expect(await story.run('12:00', drifted)).toEqual({ops: ['baseline']})
  })

  it('starts anew after a proof of absence', async () => {
    const story = watchOf({minSightings: 2})
    await story.run('09:00', drifted)
    await story.run('10:00', {web: {}, api: {}})
    expect(await story.run('11:00', drifted)).toEqual({})
    expect(await story.run('12:00', drifted)).toEqual({ops: ['first-drift']})
  })

  it('does not hold back what is removed', async () => {
    const story = watchOf({minSightings: 3})
    expect(await story.run('09:00', {web: {removed: ['a'], modified: ['b']}})).toEqual({ops: ['baseline']})
    expect(story.said('ops')).toEqual(['web a removed new'])
  })

  it('is of no account for what was told already', async () => {
    const story = watchOf({minSightings: 3})
    await story.run('09:00', {web: {removed: ['a']}})
    expect(await story.run('15:00', {web: {modified: ['a']}})).toEqual({ops: ['entries-changed']})
    expect(story.said('ops')).toEqual(['web a modified changed'])
  })

  it('leaves what was not seen often enough out of a message about other drift', async () => {
    const story = watchOf({minSightings: 2})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['baseline']})
    expect(story.said('ops')).toEqual(['web a modified new'])
    expect(await story.run('11:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['new-entries']})
  })

  it('counts sightings of an entry with other content, too', async () => {
    const story = watchOf({minSightings: 2})
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {modified: ['a@2']}}, {digest: null})).toEqual({ops: ['baseline']})
  })

  it('is 1 without a memory: a run that knows no other cannot wait for the next', async () => {
    const story = watchOf({minSightings: 3, memory: 'none', notifiers: {ops: {failuresBeforeNotice: 3}}})
    expect(await story.run('09:00', {...drifted, db: 'skipped'})).toEqual({ops: ['check-failed', 'baseline']})
  })
})

describe('what a run without a memory tells', () => {
  it('is everything, in each run with drift', async () => {
    const story = watchOf({memory: 'none'})
    expect(await story.run('09:00', drifted)).toEqual({ops: ['baseline']})
    expect(await story.run('10:00', drifted)).toEqual({ops: ['baseline']})
    expect(await story.run('11:00', {web: {}})).toEqual({})
  })

  it('is that it failed, in each run that is incomplete or failed', async () => {
    const story = watchOf({memory: 'none', notifiers: {ops: {failuresBeforeNotice: 2}}})
    expect(await story.run('09:00', {web: {}, api: 'fails'})).toEqual({ops: ['check-failed']})
    expect(await story.run('10:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({ops: ['check-failed']})
  })
})
