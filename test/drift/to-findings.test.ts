import {describe, expect, it} from 'vitest'

import {account} from '../../src/drift/account.ts'
import {filterEntries, type IgnoreRule} from '../../src/drift/filter.ts'
import {toFindings} from '../../src/drift/to-findings.ts'
import {fingerprint} from '../../src/model/fingerprint.ts'
import type {StateReading} from '../../src/model/state-reading.ts'
import {entry, failure, listed, output, reading, unapplied} from '../support/state-reading.ts'

const rules: IgnoreRule[] = [{manifest: ['ignored'], resource: null, diffType: null, reason: 'by hand', until: null}]
const identity = {cluster: 'prod', watch: 'default'}
const at = '2026-11-21T12:00:00Z'

function findings(given: StateReading) {
  const ledger = account(given)
  const {entries} = filterEntries(ledger.entries, rules, new Date(at), ledger.complete)
  return toFindings(ledger, entries, identity, at)
}

function outcomes(given: StateReading): string[] {
  return findings(given).manifests.map(({name, outcome}) => `${name} ${outcome}`)
}

const list = ['web', 'ignored', 'secrets', 'payments'].map(name => listed(name, 'a'))

describe('the outcome of a run', () => {
  it.each<[string, StateReading, string, string | undefined]>([
    [
      'the list is not known, and what was printed is no drift',
      reading(null, output([entry('secrets', 'always-sync', 'a')])),
      'incomplete',
      'COVERAGE_UNKNOWN',
    ],
    [
      'State moved while it was read, and what was printed is no drift',
      reading(list, output([entry('ignored', 'added', 'x')]), ['ignored']),
      'incomplete',
      'MANIFEST_SKIPPED',
    ],
    ['nothing was printed and tazuna exited with 0', reading(list, output([])), 'clean', undefined],
    [
      'only always-sync and ignored rows were printed',
      reading(list, output([entry('secrets', 'always-sync', 'a'), entry('ignored', 'added', 'x')])),
      'clean',
      undefined,
    ],
    ['an entry survived the filter', reading(list, output([entry('web', 'modified', 'a')])), 'drift', undefined],
    [
      'tazuna stopped half-way',
      reading(list, output([entry('web', 'modified', 'a')], failure({manifest: 'payments'}))),
      'incomplete',
      'TAZUNA_FAILED',
    ],
    [
      'tazuna failed after always-sync rows only',
      reading(list, output([entry('secrets', 'always-sync', 'a')], failure())),
      'incomplete',
      'TAZUNA_FAILED',
    ],
    ['tazuna failed before the first block', reading(list, output([], failure())), 'failed', 'TAZUNA_FAILED'],
    [
      'the list is unknown, and rows were printed',
      reading(null, output([entry('web', 'modified', 'a')])),
      'incomplete',
      'COVERAGE_UNKNOWN',
    ],
    ['the list is unknown, and no changes were detected', reading(null, output([])), 'incomplete', 'COVERAGE_UNKNOWN'],
    ['the list is unknown, and tazuna failed at once', reading(null, output([], failure())), 'failed', 'TAZUNA_FAILED'],
    ['nothing is expected', reading([], output([])), 'failed', 'NOTHING_CHECKED'],
    [
      'every Manifest has the same name',
      reading([listed('web'), listed('web')], output([])),
      'failed',
      'DUPLICATE_MANIFEST',
    ],
    [
      'one of several names stands twice',
      reading([...list, listed('web')], output([])),
      'incomplete',
      'DUPLICATE_MANIFEST',
    ],
    [
      'a Manifest was skipped',
      reading(list, output([], {skipped: {named: ['web'], unnamed: 0, unattributed: []}})),
      'incomplete',
      'MANIFEST_SKIPPED',
    ],
    [
      'something was skipped and nobody knows what',
      reading(list, output([], {skipped: {named: [], unnamed: 0, unattributed: ['x']}})),
      'incomplete',
      'MANIFEST_SKIPPED',
    ],
    [
      'only unnamed Manifests were skipped',
      reading(list, output([], {skipped: {named: [], unnamed: 1, unattributed: []}})),
      'clean',
      undefined,
    ],
  ])('%s', (_title, given, outcome, code) => {
    const result = findings(given)
    expect(result.outcome).toBe(outcome)
    expect(result.error?.code).toBe(code)
    expect(result.summary === null).toBe(outcome === 'failed')
  })
})

describe('toFindings', () => {
  it('calls no Manifest clean without the list, or while its State moves', () => {
    const printed = output([entry('secrets', 'always-sync', 'a'), entry('web', 'modified', 'a')])
    expect(outcomes(reading(null, printed))).toEqual(['secrets not-checked', 'web drift'])
    expect(outcomes(reading([listed('secrets'), listed('web')], printed, ['secrets']))).toEqual([
      'secrets not-checked',
      'web drift',
    ])
  })

  it('counts rows that survived, and the others by what filtered them', () => {
    const rows = [
      entry('web', 'modified', 'a'),
      entry('web', 'added', 'b'),
      entry('web', 'removed', 'c'),
      entry('ignored', 'added', 'x'),
      entry('ignored', 'removed', 'a'),
      entry('secrets', 'always-sync', 'a'),
    ]
    const {summary, manifests} = findings(reading(list, output(rows)))
    expect(summary).toEqual({
      coverage: {expected: 4, checked: 4, unnamed: 0},
      manifests: {drift: 2, clean: 2, error: 0, notChecked: 0, gone: 0},
      entries: {added: 1, modified: 1, removed: 2, alwaysSync: 1, ignored: 1},
    })
    expect(manifests.map(({name, outcome}) => [name, outcome])).toEqual([
      ['web', 'drift'],
      ['ignored', 'drift'],
      ['secrets', 'clean'],
      ['payments', 'clean'],
    ])
  })

  it('keeps every row, with the reason why it is not drift', () => {
    const {entries} = findings(
      reading(list, output([entry('ignored', 'added', 'x'), entry('secrets', 'always-sync', 'a')])),
    )
    expect(entries.map(({filteredBy, ignoreReason}) => [filteredBy, ignoreReason])).toEqual([
      ['ignore-rule', 'by hand'],
      ['always-sync', null],
    ])
  })

  it('hides both hashes of a Secret, also of one without namespace, and gives it a fingerprint', () => {
    const rows = [
      entry('web', 'added', '/v1/Secret/web/s'),
      entry('web', 'removed', '/v1/Secret/t'),
      entry('web', 'added', 'Secret/v1/X/web/n'),
    ]
    const {entries} = findings(reading(list, output(rows)))
    expect(entries.map(({stateKey, oldHash, newHash}) => [stateKey, oldHash === null && newHash === null])).toEqual([
      ['web//v1/Secret/t', true],
      ['web//v1/Secret/web/s', true],
      ['web/Secret/v1/X/web/n', false],
    ])
    expect(entries[0]!.fingerprint).toBe(fingerprint('prod', 'default', 'web//v1/Secret/t'))
  })

  it('hides the hashes of a raw key that may be of a Secret', () => {
    const raw = {...entry('a__b', 'added', 'x'), stateKey: 'a/b//v1/Secret/ns/db'}
    expect(findings(reading([listed('a__b')], output([raw]))).entries[0]).toMatchObject({resource: null, newHash: null})
  })

  it('parses the resource of a key, and leaves a raw key unparsed', () => {
    const raw = {...entry('web', 'added', 'x'), stateKey: 'web/broken-key'}
    const {entries} = findings(
      reading(
        list,
        output([
          entry('web', 'added', 'apps/v1/Deployment/web/nginx'),
          raw,
          entry('web', 'added', '/v1/Namespace/web'),
        ]),
      ),
    )
    expect(entries.map(({resource}) => resource)).toEqual([
      {group: '', version: 'v1', kind: 'Namespace', namespace: null, name: 'web'},
      {group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'web', name: 'nginx'},
      null,
    ])
  })

  it('tells of each Manifest what State knows and when it was checked', () => {
    const stopped = output([entry('new', 'added', 'x')], failure({manifest: 'payments', line: 'no chart'}))
    const {manifests} = findings(reading([unapplied('new'), listed('payments', 'a'), listed('web', 'a', 'b')], stopped))
    expect(manifests).toEqual([
      {
        name: 'new',
        outcome: 'drift',
        resources: null,
        lastAppliedAt: null,
        gitCommit: null,
        firstSeenAt: null,
        lastCheckedAt: at,
        error: null,
      },
      {
        name: 'payments',
        outcome: 'error',
        resources: 1,
        lastAppliedAt: '2026-11-19T22:01:00Z',
        gitCommit: '4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c',
        firstSeenAt: null,
        lastCheckedAt: null,
        error: 'no chart',
      },
      {
        name: 'web',
        outcome: 'not-checked',
        resources: 2,
        lastAppliedAt: '2026-11-19T22:01:00Z',
        gitCommit: '4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c',
        firstSeenAt: null,
        lastCheckedAt: null,
        error: null,
      },
    ])
  })
})

describe('fingerprint', () => {
  it('tells cluster, watch and State key apart, and no part flows into the next', () => {
    const all = [
      fingerprint('a', 'b', 'c'),
      fingerprint('ab', '', 'c'),
      fingerprint('a', 'bc', ''),
      fingerprint('a', 'b', 'd'),
    ]
    expect(new Set(all).size).toBe(4)
    expect(all[0]).toMatch(/^[0-9a-f]{32}$/)
  })
})
