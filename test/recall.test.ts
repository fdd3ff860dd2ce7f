import {describe, expect, it} from 'vitest'

import {noMemory} from '../src/memory/none.ts'
import {recall} from '../src/recall.ts'
import {memoryOf} from './memory/memory-builder.ts'
import {mapMemory} from './support/map-memory.ts'
import {stamp, watchOf} from './support/watch-story.ts'

const never = new AbortController().signal
const options = {recoverFirstSeen: null, readingSignal: never}
const drifted = {web: {modified: ['a']}, api: {}}
const since = new Map([['web', stamp('03:00')]])

describe('recall', () => {
  it('gives the memory as it is kept, with its version', async () => {
    const place = mapMemory()
    const memory = memoryOf({web: {}})
    place.keep(memory)
    expect(await recall({...options, memory: place.open()})).toMatchObject({
      state: 'recalled',
      memory,
      version: 'v1',
      warnings: [],
      store: {description: 'map memory'},
    })
  })

  it('gives a store without a memory where nothing was kept yet', async () => {
    expect(await recall({...options, memory: mapMemory().open()})).toMatchObject({
      state: 'recalled',
      memory: null,
      version: null,
      store: {keeps: true},
    })
  })

  it('gives no store where nothing is ever kept', async () => {
    expect(await recall({...options, memory: noMemory()})).toEqual({
      state: 'recalled',
      store: null,
      memory: null,
      version: null,
      warnings: [],
    })
  })

  it('goes on without a memory that is unusable, with a warning that says what to do', async () => {
    const place = mapMemory()
    place.next('load', 'unusable')
    expect(await recall({...options, memory: place.open()})).toEqual({
      state: 'recalled',
      store: null,
      memory: null,
      version: null,
      warnings: [{code: 'MEMORY_UNAVAILABLE', message: 'the map memory is unusable (look at the test)'}],
    })
  })

  it('does not go on without one that is unreachable', async () => {
    const place = mapMemory()
    place.next('load', 'unreachable')
    expect(await recall({...options, memory: place.open()})).toMatchObject({state: 'unreachable'})
  })
})

describe('since when there is drift', () => {
  it('is taken from another place where there is no memory yet', async () => {
    const story = watchOf()
    await story.run('09:00', drifted, {recovered: {state: 'read', firstSeen: since}})
    expect(story.report().manifests.map(({firstSeenAt}) => firstSeenAt)).toEqual([stamp('03:00'), null])
    expect(story.lastKnown()!.manifests[0]!.firstSeenAt).toBe(stamp('03:00'))
    await story.run('10:00', drifted)
    expect(story.report().manifests[0]!.firstSeenAt).toBe(stamp('03:00'))
  })

  it('is not asked of another place where the memory knows it', async () => {
    const story = watchOf()
    await story.run('09:00', drifted)
    await story.run('10:00', drifted, {recovered: {state: 'read', firstSeen: since}})
    expect(story.report().manifests[0]!.firstSeenAt).toBe(stamp('09:00'))
  })

  it('is now where the other place knows of nothing', async () => {
    const story = watchOf()
    await story.run('09:00', drifted, {recovered: {state: 'absent'}})
    expect(story.report().manifests[0]!.firstSeenAt).toBe(stamp('09:00'))
    expect(story.warned()).toEqual([])
  })

  it('is warned to be unknown where the other place cannot be asked', async () => {
    const story = watchOf()
    expect(await story.run('09:00', drifted, {recovered: {state: 'failed', message: 'it said 503'}})).toEqual({
      ops: ['baseline'],
    })
    expect(story.warned()).toEqual(['FIRST_SEEN_UNKNOWN'])
  })

  it('is asked again until the other place has answered, and only makes drift older', async () => {
    const story = watchOf()
    await story.run('09:00', drifted, {recovered: {state: 'failed', message: 'it said 503'}})
    await story.run('10:00', drifted, {recovered: {state: 'read', firstSeen: since}})
    expect(story.report().manifests[0]!.firstSeenAt).toBe(stamp('03:00'))
    await story.run('11:00', drifted, {recovered: {state: 'read', firstSeen: new Map([['web', stamp('02:00')]])}})
    expect(story.report().manifests[0]!.firstSeenAt).toBe(stamp('03:00'))
  })
})
