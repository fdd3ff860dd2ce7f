import {describe, expect, it} from 'vitest'

import {renderExposition} from '../../src/metrics/exposition.ts'
import {toFamilies, type FamiliesOptions, type RunFamilies} from '../../src/metrics/families.ts'
import type {LastKnown} from '../../src/model/last-known.ts'
import type {Report} from '../../src/model/report.ts'
import {checkMetrics, promtoolPath} from '../support/promtool.ts'
import {buildFailedReport, buildReport, type ManifestSpec} from '../support/report-builder.ts'
import {buildLastKnown} from './build-last-known.ts'

const options: FamiliesOptions = {intervalSeconds: 3600, sets: ['tazuna_watch']}
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'no', hint: 'wait'})
const row = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const since = '2026-11-20T09:00:00Z'
const sinceSeconds = Date.parse(since) / 1000
const [appliedAt, applied] = ['2026-11-19T22:01:00Z', Date.UTC(2026, 10, 19, 22, 1) / 1000]

/** `web` was drifted, `api` in sync, `db` never checked. */
const known = buildLastKnown(
  [
    {name: 'web', counts: {added: 0, modified: 2, removed: 1}, firstSeenAt: since, lastAppliedAt: appliedAt},
    {name: 'api'},
    {name: 'db', lastCheckedAt: null},
  ],
  {gone: 2, muted: 1},
)

/** The gauges about Manifests, without the name's beginning; null where there are none. */
function samplesOf(report: Report, lastKnown: LastKnown | null): string[] | null {
  const {manifests} = toFamilies(report, lastKnown, options)
  if (manifests === null) return null
  const lines = renderExposition(manifests).split('\n')
  return lines.filter(line => line !== '' && !line.startsWith('#')).map(line => line.replace('tazuna_watch_', ''))
}

function about(name: string, report: Report, lastKnown: LastKnown | null): string[] | undefined {
  return samplesOf(report, lastKnown)
    ?.filter(line => line.includes(`manifest="${name}"`))
    .filter(line => !line.includes('last_applied'))
}

const stillDrifted = [
  'manifest_drift{manifest="web"} 1',
  'manifest_entries{diff_type="removed",manifest="web"} 1',
  'manifest_entries{diff_type="modified",manifest="web"} 2',
  'manifest_entries{diff_type="added",manifest="web"} 0',
  'manifest_error{manifest="web"} 0',
  `manifest_first_seen_timestamp_seconds{manifest="web"} ${sinceSeconds}`,
]

describe('a failed run with a memory', () => {
  it('tells what was last known of each Manifest, and nothing of one that was never checked', () => {
    expect(samplesOf(failed, known)).toStrictEqual([
      'entries{diff_type="removed"} 1',
      'entries{diff_type="modified"} 2',
      'entries{diff_type="added"} 0',
      'entries_muted 1',
      'manifest_drift{manifest="web"} 1',
      'manifest_drift{manifest="api"} 0',
      'manifest_entries{diff_type="removed",manifest="web"} 1',
      'manifest_entries{diff_type="modified",manifest="web"} 2',
      'manifest_entries{diff_type="added",manifest="web"} 0',
      'manifest_error{manifest="web"} 0',
      'manifest_error{manifest="api"} 0',
      `manifest_first_seen_timestamp_seconds{manifest="web"} ${sinceSeconds}`,
      `manifest_last_applied_timestamp_seconds{manifest="web"} ${applied}`,
      'manifests{outcome="clean"} 0',
      'manifests{outcome="drift"} 1',
      'manifests{outcome="error"} 0',
      'manifests{outcome="not_checked"} 3',
      'manifests{outcome="gone"} 2',
      'manifests_omitted 0',
      `oldest_drift_timestamp_seconds ${sinceSeconds}`,
    ])
  })

  it('keeps an error that it could not look at', () => {
    const broken = buildLastKnown([
      {name: 'web', failing: {code: 'error', groups: 2, group: '1', since: '2026-11-21T08:00:00Z'}},
      {
        name: 'new',
        failing: {code: 'error', groups: 2, group: '1', since: '2026-11-21T08:00:00Z'},
        lastCheckedAt: null,
      },
    ])
    expect(about('web', failed, broken)).toContain('manifest_error{manifest="web"} 1')
    expect(about('new', failed, broken)).toStrictEqual(['manifest_error{manifest="new"} 1'])
  })

  it('tells of none where the memory never saw a complete run: more may have been exported before it', () => {
    const young = {...known, lastSuccessAt: null}
    expect(toFamilies(failed, young, options)).toMatchObject({manifests: null, replaces: false})
    expect(toFamilies(failed, known, options).replaces).toBe(true)
  })
})

function over(name: string, outcome: 'error' | 'not-checked'): ManifestSpec {
  return {name, outcome, error: outcome === 'error' ? 'no' : null, lastCheckedAt: null}
}

describe('an incomplete run with a memory', () => {
  it('keeps the drift of what it did not check, and tells what it did', () => {
    const report = buildReport([over('web', 'not-checked'), {name: 'api', rows: [row]}, over('db', 'error')])
    expect(about('web', report, known)).toStrictEqual(stillDrifted)
    expect(about('api', report, known)).toContain('manifest_drift{manifest="api"} 1')
    expect(about('db', report, known)).toStrictEqual(['manifest_error{manifest="db"} 1'])
    expect(samplesOf(report, known)).toEqual(
      expect.arrayContaining([
        'manifests{outcome="clean"} 0',
        'manifests{outcome="drift"} 2',
        'manifests{outcome="error"} 1',
        'manifests{outcome="not_checked"} 1',
        'entries{diff_type="modified"} 3',
      ]),
    )
  })

  it('keeps the drift of one that failed', () => {
    const report = buildReport([over('web', 'error'), over('api', 'not-checked')])
    expect(about('web', report, known)).toStrictEqual(
      stillDrifted.map(line => line.replace('error{manifest="web"} 0', 'error{manifest="web"} 1')),
    )
  })

  it('ends the drift of one that it found in sync', () => {
    const report = buildReport([{name: 'web'}, over('api', 'not-checked')])
    const known = buildLastKnown([{name: 'web'}, {name: 'api'}])
    expect(about('web', report, known)).toStrictEqual([
      'manifest_drift{manifest="web"} 0',
      'manifest_error{manifest="web"} 0',
    ])
    expect(samplesOf(report, known)!.filter(line => line.startsWith('oldest'))).toStrictEqual([])
  })

  it('keeps what the run saw without proof that the rest is gone', () => {
    const report = buildReport([{name: 'web', rows: [row]}], {warnings: [{code: 'STATE_MOVED', message: 'it moved'}]})
    expect(about('web', report, known)).toStrictEqual(stillDrifted)
  })

  it('keeps the drift of Manifests that all seem to be gone', () => {
    const report = buildReport([{name: 'web', outcome: 'gone'}])
    expect(about('web', report, known)).toStrictEqual(stillDrifted)
  })

  it('knows Manifests that it could not list', () => {
    const report = buildReport([{name: 'api', rows: [row]}], {outcome: 'incomplete'})
    expect(about('web', report, known)).toStrictEqual(stillDrifted)
  })

  it('says nothing of one that is gone', () => {
    const report = buildReport([{name: 'web', outcome: 'gone'}, over('api', 'not-checked')])
    const known = buildLastKnown([{name: 'api'}])
    expect(about('web', report, known)).toStrictEqual([])
    expect(samplesOf(report, known)).toContain('manifests{outcome="gone"} 1')
  })

  it('does not remember when a Manifest was applied that is listed without State', () => {
    const lost = buildReport([{...over('web', 'not-checked'), lastAppliedAt: null}])
    expect(samplesOf(lost, known)!.filter(line => line.includes('last_applied'))).toStrictEqual([])
  })
})

function allFamilies(report: Report): RunFamilies {
  return toFamilies(report, null, {...options, sets: ['tazuna_watch', 'drift_stack']})
}

describe('where it is not known since when drift is there', () => {
  const unknown = {warnings: [{code: 'FIRST_SEEN_UNKNOWN', message: 'the Pushgateway was not reached'}]}
  const aged = /first_seen|oldest|age_hours/

  it('no age is told, all else is, and what was exported of ages stays', () => {
    const report = buildReport([{name: 'web', rows: [row], firstSeenAt: '2026-11-21T09:00:02Z'}], unknown)
    const {manifests, replaces} = allFamilies(report)
    expect(replaces).toBe(false)
    expect(manifests!.map(({name}) => name).filter(name => aged.test(name))).toStrictEqual([])
    expect(renderExposition(manifests!)).toContain('tazuna_watch_manifest_drift{manifest="web"} 1\n')
  })

  it('nothing stays if there is no drift', () => {
    expect(allFamilies(buildReport([{name: 'web'}], unknown)).replaces).toBe(true)
  })
})

it('a complete run takes an age that only the memory knows, of drift alone', () => {
  const report = buildReport([{name: 'web', rows: [row]}, {name: 'api'}])
  const aged = buildLastKnown([
    {name: 'web', firstSeenAt: since},
    {name: 'api', firstSeenAt: since},
  ])
  expect(samplesOf(report, aged)!.filter(line => line.includes('first_seen'))).toStrictEqual([
    `manifest_first_seen_timestamp_seconds{manifest="web"} ${sinceSeconds}`,
  ])
})

it('the cap drops what was found in sync before what was not checked', () => {
  const many = Array.from({length: 2000}, (_, at) => ({name: `clean-${at}`}))
  const report = buildReport([...many, over('api', 'not-checked')])
  const drifts = samplesOf(report, buildLastKnown([...many, {name: 'api'}]))!
  expect(drifts).toContain('manifest_drift{manifest="api"} 0')
  expect(drifts).toContain('manifests_omitted 1')
})

it('the cap drops what is known to be in sync before what was drifted and could not be checked', () => {
  const many = Array.from({length: 2000}, (_, at) => ({name: `clean-${at}`}))
  const {manifests} = known
  const drifts = samplesOf(failed, {
    ...buildLastKnown(many),
    manifests: [...buildLastKnown(many).manifests, ...manifests],
  })!
  expect(drifts).toContain('manifest_drift{manifest="web"} 1')
  expect(drifts).toContain('manifests_omitted 3')
  expect(drifts.filter(line => line.startsWith('manifest_drift'))).toHaveLength(2000)
})

it.skipIf(promtoolPath === null)('promtool has no complaint about what a failed run remembers', async () => {
  const {run, manifests} = toFamilies(failed, known, options)
  expect(await checkMetrics(renderExposition([...run, ...manifests!]))).toBe('')
})
