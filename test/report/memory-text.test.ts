import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {toMemoryView} from '../../src/drift/to-memory-view.ts'
import type {Memory} from '../../src/model/memory.ts'
import {renderMemory} from '../../src/report/memory-text.ts'
import {asked, conf, knows, nginx, told, uncheckedSince} from '../drift/explain-situations.ts'
import {arbitraryMemory} from '../memory/arbitrary-memory.ts'
import {knownEntry} from '../memory/memory-builder.ts'

function rendered(memory: Memory, color = false): string {
  return renderMemory(toMemoryView(memory, 'file /m.json', asked), {color, width: 100})
}

const since = '2026-11-20T12:00:00Z'
const now = '2026-11-20T15:00:00Z'
const failing = {code: 'error', groups: 2, group: 'group-1', since}

describe('a memory as text', () => {
  it('has the last run, the drift with its ages, the notifiers and the mutes', () => {
    const rows = {
      [nginx]: knownEntry({changedAt: since, sightings: 12}),
      [conf]: knownEntry({diffType: 'removed', again: true}),
      'web//v1/ConfigMap/web/a': knownEntry({filteredBy: 'ignore-rule'}),
      'web//v1/ConfigMap/web/b': knownEntry({absentSince: since}),
    }
    const until = '2026-11-21T00:00:00Z'
    const content = new Map([[nginx, {diffType: 'modified' as const, hash: null}]])
    const mutes = [
      {key: nginx, reason: 'ticket 4711', createdAt: since, until, content},
      {key: 'other', reason: 'later', createdAt: since, until, content: null},
      {key: 'web', reason: 'this one has ended', createdAt: since, until: since, content: null},
    ]
    const failure = {codes: ['TAZUNA_FAILED'], toldAt: since}
    const memory = told({...knows(rows), source: 'oci://r/x:1', lastSuccessAt: since, mutes}, {}, {failure})
    expect(rendered(memory)).toBe(`prod · file /m.json
Last run 2026-11-20 12:00 UTC (3 h ago): drift, group group-1.
Source: oci://r/x:1
Every Manifest was last checked 3 h ago.

web  1 removed, 1 modified
  last checked 3 h ago
  besides: 1 ignored, 1 gone of late
  removed   ConfigMap web/conf    since 39 h, came back after it had gone, seen in 1 run
  modified  Deployment web/nginx  since 39 h, content changed 3 h ago, seen in 12 runs in a row, muted until 2026-11-21 00:00 UTC

notifier ops
  last delivered 3 h ago
  told 3 h ago that the run fails (TAZUNA_FAILED)
  told of web 3 h ago (first-drift): 2 entries

Muted
  ${nginx}
    until 2026-11-21 00:00 UTC (1 entry, set 3 h ago): ticket 4711
  other
    until 2026-11-21 00:00 UTC (nothing seen yet, set 3 h ago): later
`)
  })

  it.each<[string, Memory, string]>([
    [
      'nothing is kept',
      {...knows({}), lastRun: null, manifests: new Map(), notifiers: new Map()},
      'No run has ended yet.',
    ],
    ['a Manifest is in sync', told(knows({}), null), '\nIn sync: web\n'],
    [
      'a Manifest was not checked',
      uncheckedSince(told(knows({}), null), 'failed'),
      '\nUnchecked since 12:00 UTC, in sync then: web\n',
    ],
    [
      'an entry is new',
      knows({[nginx]: knownEntry({firstSeenAt: now, changedAt: now, again: true, sightings: 10})}),
      'nginx  first seen just now, came back after it had gone, seen in 10 runs in a row\n',
    ],
    [
      'a run is a group of its own',
      {...knows({}), lastRun: {...knows({}).lastRun!, group: 'run-1'}},
      'Last run 2026-11-20 12:00 UTC (3 h ago): drift.\n',
    ],
    [
      'a Manifest fails',
      knows({}, {failing, lastCheckedAt: null}),
      'web\n  never checked\n  fails since 3 h, 2 runs in a row (now error)\n',
    ],
    ['a Manifest is gone', knows({}, {goneSince: since}), 'web\n  gone from tazuna.yaml since 3 h\n'],
    [
      'a Manifest is folded',
      knows({}, {folded: {fingerprint: 'f', counts: {added: 0, modified: 9000, removed: 1}, firstSeenAt: since}}),
      '  too many entries to keep one by one: 1 removed, 9,000 modified, the oldest since 3 h\n',
    ],
    ['the run fails', {...knows({}), failing}, 'The run as a whole fails since 3 h, 2 runs in a row (now error).\n'],
    [
      'State is missing',
      {...knows({}), massDrift: {kind: 'all-added', since, manifests: ['web'], over: false}},
      'All of 1 Manifest would be added since 3 h: wrong cluster, or lost State?\n',
    ],
    [
      'a run is at work',
      {...knows({}), claim: {run: 'run-2', group: 'g', at: since, until: '2026-11-20T15:10:00Z'}},
      'Run run-2 is telling the notifiers now, until 15:10 UTC at the latest.\n',
    ],
    [
      'deliveries fail',
      told(knows({}), null, {deliveredAt: null, failedSince: since}),
      'notifier ops\n  joined 39 h ago, never got a message\n  deliveries fail since 3 h\n',
    ],
  ])('says that %s', (_title, memory, text) => {
    expect(rendered(memory)).toContain(text)
  })

  it('shows names, reasons and keys of others without what could do harm', () => {
    const bad = '\u001b[31m\u202e\n::error::'
    const mutes = [{key: bad, reason: bad, createdAt: since, until: '2026-11-21T00:00:00Z', content: null}]
    const text = rendered({...knows({}), cluster: bad, source: bad, mutes})
    expect(text.split('�[31m��::error::').length).toBe(5)
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
  })

  it('of any memory: has no character that could do harm, and no key or hash, also as JSON', () => {
    fc.assert(
      fc.property(arbitraryMemory, memory => {
        const text = rendered(memory)
        expect(text).not.toMatch(/(?![\n\u200D])[\p{Cc}\p{Cf}\p{Cs}]/u)
        expect(text + JSON.stringify(toMemoryView(memory, 'file', asked))).not.toMatch(/0123456789ab|ba9876543210/)
      }),
      {numRuns: 100},
    )
  })
})
