import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {checksum} from '../../src/memory/checksum.ts'
import {decodeMemory} from '../../src/memory/decode.ts'
import {encodeMemory} from '../../src/memory/encode.ts'
import {migrate, type Migration} from '../../src/memory/migrate.ts'
import {arbitraryMemory} from './arbitrary-memory.ts'
import {knownEntry, memoryOf} from './memory-builder.ts'

const identity = {cluster: 'prod', watch: 'default'}
const memory = memoryOf({
  web: {
    'web/apps/v1/Deployment/shop/web': knownEntry(),
    'web//v1/ConfigMap/shop/old': knownEntry({absentSince: '2026-11-20T12:00:00Z'}),
    'odd key': knownEntry({filteredBy: 'ignore-rule', changedAt: '2026-11-19T01:02:03Z', sightings: 3}),
  },
})
const text = encodeMemory(memory, '1.2.3')

describe('encodeMemory', () => {
  it('is read back as it was, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMemory, async memory => {
        const decoded = await decodeMemory(encodeMemory(memory, '1.2.3'), memory)
        expect(decoded).toStrictEqual({memory})
        // equality of maps knows no order
        expect('memory' in decoded && [...decoded.memory.manifests.keys()]).toStrictEqual([...memory.manifests.keys()])
      }),
      {numRuns: 300},
    )
  })

  it('leaves out what is as usual, and names what was told by reference', () => {
    const {checksum: _, ...document} = JSON.parse(text) as Record<string, unknown>
    expect(document).toStrictEqual({
      schema: 'tazuna-watch/memory/v1',
      writtenBy: '1.2.3',
      ...identity,
      key: 'ab'.repeat(32),
      lastRun: {
        id: 'run-1',
        group: 'group-1',
        startedAt: '2026-11-20T12:00:00Z',
        readAt: '2026-11-20T12:00:01.500Z',
        outcome: 'drift',
      },
      manifests: [
        {
          name: 'web',
          hasState: true,
          lastCheckedAt: '2026-11-20T12:00:00Z',
          entries: [
            {
              key: 'apps/v1/Deployment/shop/web',
              type: 'modified',
              hash: '0123456789ab',
              storedHash: 'ba9876543210',
              firstSeenAt: '2026-11-19T00:00:00Z',
            },
            {
              key: '/v1/ConfigMap/shop/old',
              type: 'modified',
              hash: '0123456789ab',
              storedHash: 'ba9876543210',
              firstSeenAt: '2026-11-19T00:00:00Z',
              absentSince: '2026-11-20T12:00:00Z',
            },
            {
              rawKey: 'odd key',
              type: 'modified',
              hash: '0123456789ab',
              storedHash: 'ba9876543210',
              firstSeenAt: '2026-11-19T00:00:00Z',
              changedAt: '2026-11-19T01:02:03Z',
              sightings: 3,
              filteredBy: 'ignore-rule',
            },
          ],
        },
      ],
      notifiers: [
        {
          name: 'ops',
          joinedAt: '2026-11-19T00:00:00Z',
          configuredAt: '2026-11-20T12:00:00Z',
          baselineAt: '2026-11-19T00:00:00Z',
          deliveredAt: '2026-11-20T12:00:00Z',
          manifests: [{name: 'web', toldAt: '2026-11-20T12:00:00Z', reasons: ['first-drift'], entries: 'same'}],
        },
      ],
      mutes: [],
    })
  })
})

describe('decodeMemory', () => {
  const reset = 'or delete it to begin anew'
  const damaged = `it was damaged, or edited by hand | restore it from a copy, ${reset}`

  it('takes other space and escapes for the same', async () => {
    expect(await decodeMemory(JSON.stringify(JSON.parse(text), null, 2), identity)).toStrictEqual({memory})
  })

  it.each([
    ['nothing', '', `it is empty: ${damaged}`],
    ['half of it', text.slice(0, 200), `it is no JSON: ${damaged}`],
    ['a list', '[]', `it is no object: ${damaged}`],
    ['null', 'null', `it is no object: ${damaged}`],
    ['something else', '{"a":1}', `it is no memory of tazuna-watch: ${damaged}`],
    ['another schema', text.replace('/memory/v1', '/report/v1'), `it is no memory of tazuna-watch: ${damaged}`],
    [
      'a newer version',
      text.replace('/memory/v1', '/memory/v2'),
      'it was written by tazuna-watch 1.2.3 as tazuna-watch/memory/v2, which this version cannot read | ' +
        `run tazuna-watch 1.2.3 or a later one, ${reset}`,
    ],
    [
      'a newer version of a nameless writer',
      '{"schema":"tazuna-watch/memory/v10"}',
      'it was written by another version of tazuna-watch as tazuna-watch/memory/v10, which this version cannot read | ' +
        `run another version of tazuna-watch or a later one, ${reset}`,
    ],
    [
      'version 0',
      text.replace('/memory/v1', '/memory/v0'),
      expect.stringMatching(/^it was written by .* as tazuna-watch\/memory\/v0,/),
    ],
    [
      'a missing key',
      text.replace('"watch":"default",', ''),
      expect.stringMatching(/^it is not as it was written: watch: .*: it was damaged/),
    ],
    [
      'an unknown key',
      text.replace('{"schema"', '{"a":1,"schema"'),
      expect.stringMatching(/^it is not as it was written: the whole: .*"a"/),
    ],
    ['another State key', text.replace('shop/web', 'shop/wec'), `its checksum is wrong: ${damaged}`],
    [
      'no checksum',
      text.replace(/,"checksum":"[^"]*"/, ''),
      expect.stringMatching(/^it is not as it was written: checksum: /),
    ],
  ])('refuses %s', async (_what, text, problem) => {
    expect(await problemOf(text)).toStrictEqual(problem)
  })

  it.each([
    ['cluster', {cluster: 'test', watch: 'default'}],
    ['watch', {cluster: 'prod', watch: 'other'}],
  ])('refuses the memory of another %s', async (_what, watch) => {
    expect(await problemOf(text, watch)).toBe(
      'it is the memory of another watch: cluster "prod", watch "default" instead of ' +
        `cluster "${watch.cluster}", watch "${watch.watch}" | ` +
        'correct `cluster` and `watch`, or give this watch a memory of its own (`memory.configMap` or `memory.file`)',
    )
  })

  it('refuses it wherever it is cut', async () => {
    const cuts = Array.from({length: 60}, (_, index) => Math.floor((index * text.length) / 60))
    const problems = await Promise.all(cuts.map(cut => problemOf(text.slice(0, cut))))
    expect(problems.filter(problem => problem === 'none')).toStrictEqual([])
  })

  it('refuses it whichever bit is flipped', async () => {
    const bytes = Buffer.from(text)
    const unnoticed: string[] = []
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << (at % 8)
      const decoded = await decodeMemory(flipped.toString('utf8'), identity)
      // the same value written otherwise, e.g. a tab for a space, is no damage
      if ('memory' in decoded) unnoticed.push(`${at}: ${flipped.toString('utf8').slice(at - 10, at + 10)}`)
    }
    expect(unnoticed).toStrictEqual([])
  })
})

describe('migrate', () => {
  const steps: Migration[] = [
    document => ({...document, schema: 'tazuna-watch/memory/v2', second: document['first']}),
    document => ({...document, schema: 'tazuna-watch/memory/v3', third: document['second']}),
  ]

  it.each([
    ['v1', {schema: 'tazuna-watch/memory/v3', first: 1, second: 1, third: 1}],
    ['v2', {schema: 'tazuna-watch/memory/v3', first: 1, third: undefined}],
    ['v3', {schema: 'tazuna-watch/memory/v3', first: 1}],
    ['v4', null],
    ['v0', null],
    ['v', null],
  ])('brings %s to the newest version, or knows it not', (version, migrated) => {
    expect(migrate({schema: `tazuna-watch/memory/${version}`, first: 1}, steps)).toStrictEqual(migrated)
  })
})

describe('checksum', () => {
  it('is of the content', () => {
    expect(checksum('{"a":1}')).toBe('015abd7f5cc57a2d')
    expect(checksum('{"a":2}')).not.toBe(checksum('{"a":1}'))
  })
})

async function problemOf(text: string, watch = identity): Promise<string> {
  const decoded = await decodeMemory(text, watch)
  return 'problem' in decoded ? `${decoded.problem} | ${decoded.hint}` : 'none'
}
