import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {sampleEntry, testRun} from '../../src/commands/test-report.ts'
import {driftTypes} from '../../src/model/diff-entry.ts'
import {Report} from '../../src/model/report.ts'
import {toEntryMatcher, type Match} from '../../src/notify/match.ts'
import {nothingKept, plan} from '../../src/plan.ts'
import {rulesOf} from '../support/watch-story.ts'

const run = {
  cluster: 'prod',
  watch: 'default',
  id: 'id',
  group: 'id',
  dryRun: false,
  version: '0.1.0',
  startedAt: new Date('2026-11-21T09:00:00Z'),
}

const segment = fc.constantFrom('web', '*', 'a*', '?', 'x?y*', '**', 'prod.example', '設定')
const pattern = fc.array(segment, {minLength: 1, maxLength: 5}).map(segments => segments.join('/'))
const patterns = fc.array(pattern, {minLength: 1, maxLength: 3})
const matches: fc.Arbitrary<Match> = fc.record(
  {
    manifest: fc.array(segment, {minLength: 1, maxLength: 3}),
    resource: patterns.map(list => list.map(text => (text.startsWith('*') ? text : `/${text}`))),
    diffType: fc.subarray([...driftTypes], {minLength: 1}),
  },
  {requiredKeys: []},
)

describe('the report of a test', () => {
  it('has an entry that fits any match', () => {
    fc.assert(
      fc.property(matches, match => {
        expect(toEntryMatcher(match).entry(sampleEntry(match))).toBe(true)
      }),
      {numRuns: 300},
    )
  })

  it.each([
    ['apps/**', 'apps/v1/Test/test/test'],
    ['apps/*/Deployment/**', 'apps/v1/Deployment/test/test'],
    ['/**', '/v1/Test/test/test'],
    ['**', '/v1/Test/test/test'],
    ['*/*/Secret/**', 'test/v1/Secret/test/test'],
    ['**/web-*', '/v1/Test/test/web-test'],
    ['apps/v1/Deployment/web/nginx/**', 'apps/v1/Deployment/web/nginx/test'],
  ])('has for %s a resource as there may be', (resource, sample) => {
    const {stateKey} = sampleEntry({resource: [resource]})
    expect(stateKey).toBe(`test/${sample}`)
    expect(toEntryMatcher({resource: [resource]}).entry(sampleEntry({resource: [resource]}))).toBe(true)
  })

  it('has an entry as it is asked for, and fits the match in what is not asked', () => {
    const match: Match = {manifest: ['web-*'], resource: ['apps/**'], diffType: ['removed']}
    expect(sampleEntry(match, {manifest: 'batch'})).toMatchObject({
      manifest: 'batch',
      stateKey: 'batch/apps/v1/Test/test/test',
      diffType: 'removed',
    })
    const resource = '/v1/Namespace/web'
    expect(sampleEntry(match, {resource, diffType: 'added'})).toEqual({
      manifest: 'web-test',
      stateKey: 'web-test//v1/Namespace/web',
      diffType: 'added',
      oldHash: null,
      newHash: 'f'.repeat(64),
    })
  })

  it('is a valid report of one drifted Manifest, and says everywhere that it is a test', () => {
    const report = Report.parse(testRun(run, sampleEntry(undefined)).report)
    expect(report).toMatchObject({
      outcome: 'drift',
      cluster: 'TEST, not real: prod',
      source: null,
      warnings: [{code: 'TEST'}],
      summary: {coverage: {expected: 1, checked: 1}, entries: {modified: 1}},
    })
  })

  it('is about one entry that is told to a notifier with any match, as a baseline', async () => {
    await fc.assert(
      fc.asyncProperty(matches, async match => {
        const {seen, report} = testRun(run, sampleEntry(match))
        const planned = await plan(nothingKept, seen, {
          newMemoryKey: () => '',
          minSightings: 3,
          graceAfterNewArtifact: 0,
          rules: [{...rulesOf('ops', {failuresBeforeNotice: 3}), matches: toEntryMatcher(match)}],
          alertReceivers: [],
          run,
          dryRun: false,
          clock: () => run.startedAt,
          timeLeft: () => 0,
        })
        expect(planned).toMatchObject({
          state: 'planned',
          notices: [{reasons: ['baseline'], manifests: [{open: [{stateKey: report.entries[0]!.stateKey}]}]}],
        })
      }),
      {numRuns: 100},
    )
  })
})
