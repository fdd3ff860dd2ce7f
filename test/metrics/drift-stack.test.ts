import {describe, expect, it} from 'vitest'

import {renderExposition} from '../../src/metrics/exposition.ts'
import {toFamilies, type FamiliesOptions, type RunFamilies} from '../../src/metrics/families.ts'
import type {Report} from '../../src/model/report.ts'
import {checkMetrics, promtoolPath} from '../support/promtool.ts'
import {buildFailedReport, buildLargeReport, buildReport, type ManifestSpec} from '../support/report-builder.ts'
import {buildLastKnown} from './build-last-known.ts'

const options: FamiliesOptions = {intervalSeconds: 3600, sets: ['drift_stack']}
const finishedAt = Date.UTC(2026, 10, 21, 9, 0, 2) / 1000

const rows = [{type: 'modified', resource: 'apps/v1/Deployment/web/nginx'}] as const
const web: ManifestSpec = {name: 'web', rows}
const api: ManifestSpec = {name: 'api'}
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'no', hint: 'wait'})

function samplesOf({run, manifests}: RunFamilies): string[] {
  return renderExposition([...run, ...(manifests ?? [])])
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
}

describe('the gauges of drift_stack', () => {
  it('tell how each Manifest stands, and how many there are of each kind', () => {
    const gone: ManifestSpec = {name: 'old', outcome: 'gone'}
    expect(samplesOf(toFamilies(buildReport([web, api, gone]), null, options))).toStrictEqual([
      'drift_clean_count 1',
      `drift_detection_last_run_timestamp ${finishedAt}`,
      'drift_error_count 0',
      'drift_stack_count 1',
      'drift_stack_state{stack="web"} 1',
      'drift_stack_state{stack="api"} 0',
    ])
  })

  it('tell since when a Manifest has been drifted where that is known, and of drifted ones only', () => {
    const since = '2026-11-20T06:00:02Z'
    const report = buildReport([
      {...web, firstSeenAt: since},
      {...api, firstSeenAt: since},
      {name: 'db', rows},
    ])
    expect(samplesOf(toFamilies(report, null, options)).filter(line => /first_seen|age/.test(line))).toStrictEqual([
      'drift_stack_age_hours{stack="web"} 27',
      `drift_stack_first_seen{stack="web"} ${Date.parse(since) / 1000}`,
    ])
  })

  it('know no age below zero, whatever the clocks say', () => {
    const {manifests} = toFamilies(buildReport([{...web, firstSeenAt: '2026-11-21T10:00:00Z'}]), null, options)
    expect(renderExposition(manifests!)).toContain('drift_stack_age_hours{stack="web"} 0\n')
  })

  it('say of a run that was not complete only when tazuna was read', () => {
    const families = toFamilies(buildReport([web, {name: 'api', outcome: 'error', error: 'no'}]), null, options)
    expect(families.manifests).toBeNull()
    expect(samplesOf(families)).toStrictEqual([`drift_detection_last_run_timestamp ${finishedAt}`])
  })

  it('say nothing of a failed run', () => {
    const families = toFamilies(failed, null, options)
    expect(samplesOf(families)).toStrictEqual([])
    expect(families).toMatchObject({manifests: null, replaces: false})
  })

  it('keep what was known through a failed run, but say that nothing was checked', () => {
    const since = '2026-11-20T06:00:02Z'
    const known = buildLastKnown([
      {
        name: 'web',
        counts: {added: 0, modified: 1, removed: 0},
        firstSeenAt: since,
        lastCheckedAt: '2026-11-21T08:00:00Z',
      },
      {name: 'api', lastCheckedAt: '2026-11-21T07:00:00Z'},
      {name: 'db', lastCheckedAt: null},
    ])
    expect(samplesOf(toFamilies(failed, known, options))).toStrictEqual([
      'drift_clean_count 0',
      `drift_detection_last_run_timestamp ${Date.UTC(2026, 10, 21, 8) / 1000}`,
      'drift_error_count 3',
      'drift_stack_age_hours{stack="web"} 27',
      'drift_stack_count 1',
      `drift_stack_first_seen{stack="web"} ${Date.parse(since) / 1000}`,
      'drift_stack_state{stack="web"} 2',
      'drift_stack_state{stack="api"} 2',
      'drift_stack_state{stack="db"} 2',
    ])
  })

  it('are older with each run', () => {
    const report = buildReport([{...web, firstSeenAt: '2026-11-21T08:00:02Z'}])
    const ageAt = (time: string) =>
      samplesOf(toFamilies({...report, run: {...report.run, finishedAt: time}}, null, options)).find(line =>
        line.includes('age_hours'),
      )
    expect(['2026-11-21T09:00:02Z', '2026-11-21T10:30:02Z', '2026-11-28T08:00:02Z'].map(ageAt)).toStrictEqual([
      'drift_stack_age_hours{stack="web"} 1',
      'drift_stack_age_hours{stack="web"} 2.5',
      'drift_stack_age_hours{stack="web"} 168',
    ])
  })

  it('are 2,000 Manifests at most', () => {
    const states = samplesOf(toFamilies(buildLargeReport(2003, 1), null, options)).filter(line =>
      line.includes('state{'),
    )
    expect(states).toHaveLength(2000)
  })

  it.each<[string, Report]>([
    ['a clean run', buildReport([api])],
    ['drift', buildReport([web, api])],
    ['a run that was not complete', buildReport([web, {name: 'api', outcome: 'not-checked'}])],
    ['a failed run', failed],
  ])('stand beside those of tazuna_watch, which stay as they are, of %s', (_what, report) => {
    const own = samplesOf(toFamilies(report, null, {...options, sets: ['tazuna_watch']}))
    const stack = samplesOf(toFamilies(report, null, options))
    const both = samplesOf(toFamilies(report, null, {...options, sets: ['drift_stack', 'tazuna_watch']}))
    expect(both).toStrictEqual([...stack, ...own])
  })
})

/** The names are given by rules that exist; promtool would have chosen others. */
const lint = [
  'drift_clean_count non-histogram and non-summary metrics should not have "_count" suffix',
  'drift_error_count non-histogram and non-summary metrics should not have "_count" suffix',
  'drift_stack_age_hours use base unit "seconds" instead of "hours"',
  'drift_stack_count non-histogram and non-summary metrics should not have "_count" suffix',
]

it.skipIf(promtoolPath === null)('promtool can read them, and complains of nothing but their names', async () => {
  const report = buildReport([{...web, firstSeenAt: '2026-11-20T09:00:00Z'}, {name: String.raw`a/b "c" \d é` + '\n'}])
  const {run, manifests} = toFamilies(report, null, {...options, sets: ['tazuna_watch', 'drift_stack']})
  const said = await checkMetrics(renderExposition([...run, ...manifests!]))
  expect(
    said
      .replace(/^exit 3: /, '')
      .trim()
      .split('\n'),
  ).toStrictEqual(lint)
})
