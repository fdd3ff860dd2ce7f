import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {encodeMemory} from '../../src/memory/encode.ts'
import {fold, foldedNames} from '../../src/memory/fold.ts'
import {gzipText} from '../../src/memory/gzip.ts'
import {contentFingerprint} from '../../src/model/content-fingerprint.ts'
import type {KnownEntry, Memory} from '../../src/model/memory.ts'
import {arbitraryMemory} from './arbitrary-memory.ts'
import {knownEntry, largeMemory, memoryOf} from './memory-builder.ts'

const encodedLength = (memory: Memory) => encodeMemory(memory, '1.2.3').length
const gzippedLength = (memory: Memory) => gzipText(encodeMemory(memory, '1.2.3')).length

/** Rows with keys of the Manifest; of each the overrides. */
function rowsOf(manifest: string, rows: readonly Partial<KnownEntry>[]): Record<string, KnownEntry> {
  return Object.fromEntries(rows.map((row, index) => [`${manifest}/v1/ConfigMap/ns/c${index}`, knownEntry(row)]))
}

describe('fold', () => {
  const small = rowsOf('small', [{}])
  const large = rowsOf('large', [
    {firstSeenAt: '2026-11-03T00:00:00Z', hash: 'aaaaaaaaaaaa'},
    {firstSeenAt: '2026-11-02T00:00:00Z', diffType: 'added', storedHash: null},
    {firstSeenAt: '2026-11-01T00:00:00Z', filteredBy: 'ignore-rule'},
    {firstSeenAt: '2026-11-01T00:00:00Z', absentSince: '2026-11-20T12:00:00Z'},
    {firstSeenAt: '2026-11-05T00:00:00Z', diffType: 'removed', hash: null, storedHash: null},
  ])
  const memory = memoryOf({small, large})
  const present = Object.entries(large).filter((_row, index) => index !== 2 && index !== 3)

  it('leaves a memory that is small enough as it is', () => {
    expect(fold(memory, encodedLength(memory), encodedLength)).toBe(memory)
  })

  it('keeps of the largest Manifest a fingerprint, counts and the age of its oldest drift', () => {
    const folded = fold(memory, encodedLength(memory) - 1, encodedLength)
    expect(foldedNames(folded)).toStrictEqual(['large'])
    expect(folded.manifests.get('small')).toBe(memory.manifests.get('small'))
    expect(folded.manifests.get('large')).toStrictEqual({
      ...memory.manifests.get('large'),
      entries: new Map(),
      folded: {
        fingerprint: contentFingerprint(present),
        counts: {added: 1, modified: 1, removed: 1},
        firstSeenAt: '2026-11-02T00:00:00Z',
      },
    })
  })

  it('counts what was told by what it takes: the drift as it is takes a word', () => {
    const kept = memoryOf({kept: rowsOf('kept', [{}, {}, {}, {}, {}, {}]), folded: rowsOf('folded', [{}, {}, {}, {}])})
    const log = kept.notifiers.get('ops')!
    const told = log.manifests.get('folded')!
    const others = new Map([...told.entries].map(([key, content]) => [key, {...content, hash: 'ffffffffffff'}]))
    const manifests = new Map([...log.manifests, ['folded', {...told, entries: others}]])
    const withOthers = {...kept, notifiers: new Map([['ops', {...log, manifests}]])}
    expect(foldedNames(fold(withOthers, encodedLength(withOthers) - 1, encodedLength))).toStrictEqual(['folded'])
  })

  it('keeps what was told of it as the same kind of fingerprint, and the rest of the log', () => {
    const log = memory.notifiers.get('ops')!
    const left = new Map([['large/v1/Secret/ns/gone', '2026-11-20T00:00:00Z']])
    const toldAll = {...log.manifests.get('large')!, left}
    const toldOne = {...toldAll, entries: new Map([...toldAll.entries].slice(0, 1))}
    const toldNothing = {...toldAll, entries: new Map(), goneAt: '2026-11-20T00:00:00Z'}
    const withLogs = {
      ...memory,
      notifiers: new Map(
        Object.entries({all: toldAll, one: toldOne, nothing: toldNothing}).map(([name, told]) => [
          name,
          {...log, manifests: new Map([...log.manifests, ['large', told]])},
        ]),
      ),
    }
    const folded = fold(withLogs, encodedLength(withLogs) - 1, encodedLength)
    const toldTo = (name: string) => folded.notifiers.get(name)!.manifests.get('large')
    const nothingLeft = {entries: new Map(), left: new Map()}
    const fingerprint = folded.manifests.get('large')!.folded!.fingerprint
    expect(toldTo('all')).toStrictEqual({...toldAll, ...nothingLeft, folded: fingerprint})
    expect(toldTo('one')).toStrictEqual({...toldOne, ...nothingLeft, folded: contentFingerprint(toldOne.entries)})
    expect(toldTo('nothing')).toStrictEqual({...toldNothing, ...nothingLeft})
    expect(folded.notifiers.get('one')!.manifests.get('small')).toBe(log.manifests.get('small'))
  })

  it('has an age and no counts of a Manifest whose rows are all filtered', () => {
    const ignored = memoryOf({web: rowsOf('web', [{filteredBy: 'ignore-rule'}])})
    expect(fold(ignored, 0, encodedLength).manifests.get('web')!.folded).toStrictEqual({
      fingerprint: contentFingerprint([]),
      counts: {added: 0, modified: 0, removed: 0},
      firstSeenAt: '2026-11-19T00:00:00Z',
    })
  })

  it('leaves what is folded already, and names it', () => {
    const all = fold(memory, 0, encodedLength)
    expect(foldedNames(all)).toStrictEqual(['small', 'large'])
    expect(fold(all, 0, encodedLength)).toStrictEqual(all)
  })

  it('keeps to the limit while it can, with few measurements, and gives back what it measured last', () => {
    fc.assert(
      fc.property(arbitraryMemory, fc.double({min: 0, max: 1.1, noNaN: true}), (memory, share) => {
        const limit = encodedLength(memory) * share
        const measured: Memory[] = []
        const folded = fold(memory, limit, smaller => {
          measured.push(smaller)
          return encodedLength(smaller)
        })
        expect(measured.at(-1)).toBe(folded)
        expect(measured.length).toBeLessThanOrEqual(10)
        const unfolded = [...folded.manifests.values()].filter(({entries}) => entries.size > 0)
        expect(encodedLength(folded) <= limit || unfolded.length === 0).toBe(true)
      }),
      {numRuns: 200},
    )
  })

  it('folds no more of 1,000 Manifests than it must', () => {
    const memory = largeMemory(1000, 100)
    const limit = 900 * 1024
    let measurements = 0
    const folded = fold(memory, limit, smaller => {
      measurements += 1
      return gzippedLength(smaller)
    })
    const size = gzippedLength(folded)
    expect(size).toBeLessThanOrEqual(limit)
    expect(size).toBeGreaterThan(limit * 0.9)
    expect(measurements).toBeLessThanOrEqual(4)
  })

  it('folds those that are largest', () => {
    const sizes = [3, 50, 7, 90, 20]
    const uneven = memoryOf(
      Object.fromEntries(
        sizes.map(size => [
          `m${size}`,
          rowsOf(
            `m${size}`,
            Array.from({length: size}, () => ({})),
          ),
        ]),
      ),
    )
    const folded = fold(uneven, encodedLength(uneven) * 0.6, encodedLength)
    expect(foldedNames(folded)).toStrictEqual(['m90'])
  })
})

describe('contentFingerprint', () => {
  const entries = [
    ['web/a', {diffType: 'modified', hash: 'aa'}],
    ['web/b', {diffType: 'removed', hash: null}],
  ] as const

  it('is the same in any order, and of richer entries', () => {
    const richer = entries.map(([key, content]) => [key, {...knownEntry(), ...content}] as const)
    expect(contentFingerprint(entries)).toMatch(/^[0-9a-f]{32}$/)
    expect(contentFingerprint(entries.toReversed())).toBe(contentFingerprint(entries))
    expect(contentFingerprint(new Map<string, KnownEntry>(richer))).toBe(contentFingerprint(entries))
  })

  it.each([
    ['one entry less', entries.slice(1)],
    ['another hash', [entries[1], ['web/a', {diffType: 'modified', hash: 'ab'}]]],
    ['no hash', [entries[1], ['web/a', {diffType: 'modified', hash: null}]]],
    ['another diff type', [entries[1], ['web/a', {diffType: 'added', hash: 'aa'}]]],
    ['another key', [entries[1], ['web/c', {diffType: 'modified', hash: 'aa'}]]],
    ['parts that run together', [entries[1], ['web/amodified', {diffType: '', hash: 'aa'}]]],
  ] as const)('is another with %s', (_what, others) => {
    expect(contentFingerprint(others)).not.toBe(contentFingerprint(entries))
  })
})
