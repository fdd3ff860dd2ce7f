import {describe, expect, it} from 'vitest'

import {toLastKnown} from '../../src/drift/last-known.ts'
import type {KnownManifest, Memory} from '../../src/model/memory.ts'
import {knownEntry, memoryOf} from '../memory/memory-builder.ts'
import {watchOf} from '../support/watch-story.ts'

const early = '2026-11-18T00:00:00Z'

function withManifest(memory: Memory, over: Partial<KnownManifest>): Memory {
  return {...memory, manifests: new Map([...memory.manifests].map(([name, known]) => [name, {...known, ...over}]))}
}

describe('what is last known of a Manifest', () => {
  it('is its open drift: what is there and not filtered', () => {
    const memory = memoryOf({
      web: {
        a: knownEntry({firstSeenAt: '2026-11-19T00:00:00Z'}),
        b: knownEntry({diffType: 'removed', firstSeenAt: '2026-11-20T00:00:00Z'}),
        gone: knownEntry({firstSeenAt: early, absentSince: '2026-11-20T00:00:00Z'}),
        ignored: knownEntry({firstSeenAt: early, filteredBy: 'ignore-rule'}),
        always: knownEntry({firstSeenAt: early, filteredBy: 'always-sync', diffType: 'always-sync'}),
      },
    })
    expect(toLastKnown(memory).manifests).toEqual([
      {
        name: 'web',
        counts: {added: 0, modified: 1, removed: 1},
        firstSeenAt: '2026-11-19T00:00:00Z',
        lastCheckedAt: '2026-11-20T12:00:00Z',
        stateKeys: ['a', 'b'],
        failing: null,
        lastAppliedAt: null,
      },
    ])
  })

  it('is that it fails, and since when', () => {
    const failing = {code: 'error', groups: 1, group: 'g', since: early}
    expect(toLastKnown(withManifest(memoryOf({web: {}}), {failing})).manifests[0]).toMatchObject({failing})
  })

  it.each([
    ['are those that were folded', 2, early],
    ['have no age where all that was folded is filtered', 0, null],
  ])('counts of a folded one %s', (_, modified, firstSeenAt) => {
    const folded = {fingerprint: 'ff', counts: {added: 0, modified, removed: 0}, firstSeenAt: early}
    expect(toLastKnown(withManifest(memoryOf({web: {}}), {folded})).manifests[0]).toMatchObject({
      counts: {added: 0, modified, removed: 0},
      firstSeenAt,
    })
  })

  it('is nothing where it is gone: that only counts', () => {
    const memory = memoryOf({web: {a: knownEntry()}})
    expect(toLastKnown(withManifest(memory, {goneSince: early}))).toMatchObject({manifests: [], gone: 1})
  })

  it('stays through runs that could not check it', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}, api: {removed: ['b']}})
    await story.run('10:00', {web: 'skipped', api: {}})
    expect(story.lastKnown()!.manifests.map(({name, counts}) => [name, counts])).toEqual([
      ['web', {added: 0, modified: 1, removed: 0}],
      ['api', {added: 0, modified: 0, removed: 0}],
    ])
  })
})
