import {describe, expect, it} from 'vitest'

import {filterEntries, type IgnoreRule} from '../../src/drift/filter.ts'
import {entry} from '../support/state-reading.ts'

const now = new Date('2026-11-21T12:00:00Z')

function rule(fields: Partial<IgnoreRule>): IgnoreRule {
  return {manifest: null, resource: null, diffType: null, reason: 'because', until: null, ...fields}
}

function filteredBy(rules: IgnoreRule[], ...entries: ReturnType<typeof entry>[]) {
  return filterEntries(entries, rules, now, true).entries.map(one => one.filteredBy)
}

const hpa = 'autoscaling/v2/HorizontalPodAutoscaler/web/nginx'

describe('filterEntries', () => {
  it('takes always-sync rows out, whatever the rules', () => {
    const [filtered] = filterEntries([entry('web', 'always-sync', 'a')], [rule({manifest: ['web']})], now, true).entries
    expect(filtered).toMatchObject({filteredBy: 'always-sync', ignoreReason: null})
  })

  it('gives the reason of the first rule that matches', () => {
    const rules = [
      rule({manifest: ['api'], reason: 'one'}),
      rule({manifest: ['w*'], reason: 'two'}),
      rule({manifest: ['web'], reason: 'three'}),
    ]
    expect(filterEntries([entry('web', 'modified', 'a')], rules, now, true).entries[0]).toMatchObject({
      filteredBy: 'ignore-rule',
      ignoreReason: 'two',
    })
  })

  it.each<[string, Partial<IgnoreRule>, string, boolean]>([
    ['a Manifest pattern', {manifest: ['web-*']}, 'web-eu', true],
    ['another Manifest', {manifest: ['web-*']}, 'web', false],
    ['one of a list', {manifest: ['api', 'web']}, 'web', true],
    ['a resource pattern', {resource: ['autoscaling/*/HorizontalPodAutoscaler/*/*']}, 'web', true],
    ['a resource across segments', {resource: ['autoscaling/**']}, 'web', true],
    ['one segment only with *', {resource: ['autoscaling/*']}, 'web', false],
    ['both fields', {manifest: ['web'], resource: ['**/nginx']}, 'web', true],
    ['both fields, of which one does not fit', {manifest: ['api'], resource: ['**/nginx']}, 'web', false],
    ['another case', {manifest: ['WEB']}, 'web', false],
    ['part of the name', {manifest: ['we']}, 'web', false],
  ])('matches by %s', (_title, fields, manifest, expected) => {
    expect(filteredBy([rule(fields)], entry(manifest, 'modified', hpa))).toEqual([expected ? 'ignore-rule' : null])
  })

  it('matches the core group by its leading slash', () => {
    expect(filteredBy([rule({resource: ['/v1/ConfigMap/**']})], entry('web', 'added', 'a'))).toEqual(['ignore-rule'])
  })

  it('matches raw keys as they are', () => {
    const raw = {...entry('web', 'added', 'x'), stateKey: 'web/broken-key'}
    expect(filteredBy([rule({resource: ['broken-*']})], raw)).toEqual(['ignore-rule'])
  })

  it('covers removed only when the rule names it', () => {
    const removed = entry('web', 'removed', 'a')
    expect(filteredBy([rule({manifest: ['web']})], removed)).toEqual([null])
    expect(filteredBy([rule({manifest: ['web'], diffType: ['removed']})], removed)).toEqual(['ignore-rule'])
  })

  it('covers only the diff types that are named', () => {
    const entries = [entry('web', 'added', 'a'), entry('web', 'modified', 'b')]
    expect(filteredBy([rule({manifest: ['web'], diffType: ['modified']})], ...entries)).toEqual([null, 'ignore-rule'])
  })

  it.each([
    ['2026-11-21T23:59:59Z', '2026-11-21', 'ignore-rule', 'IGNORE_RULE_EXPIRING'],
    ['2026-11-22T00:00:00Z', '2026-11-21', null, 'IGNORE_RULE_EXPIRED'],
    ['2026-11-21T00:00:00Z', '2026-11-28', 'ignore-rule', undefined],
    ['2026-11-22T00:00:00Z', '2026-11-28', 'ignore-rule', 'IGNORE_RULE_EXPIRING'],
  ])('at %s holds a rule until %s as %s and warns %s', (at, until, expected, warning) => {
    const rules = [rule({manifest: ['web'], until})]
    const result = filterEntries([entry('web', 'added', 'a')], rules, new Date(at), true)
    expect(result.entries[0]!.filteredBy).toBe(expected)
    expect(result.warnings[0]?.code).toBe(warning)
  })

  it('warns of a rule that matched nothing, but not when something was not checked', () => {
    const rules = [rule({manifest: ['gone'], reason: 'old'})]
    expect(filterEntries([], rules, now, true).warnings).toEqual([
      {code: 'IGNORE_RULE_UNUSED', message: 'the ignore rule for gone (old) matched nothing in this run'},
    ])
    expect(filterEntries([], rules, now, false).warnings).toEqual([])
  })
})
