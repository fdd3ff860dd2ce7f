import {describe, expect, it} from 'vitest'

import {renderExposition, type Family} from '../../src/metrics/exposition.ts'
import {toFamilies, type FamiliesOptions} from '../../src/metrics/families.ts'
import {gaugeSets, gauges} from '../../src/metrics/gauges.ts'
import type {Report, ReportNotification} from '../../src/model/report.ts'
import {checkMetrics, promtoolPath} from '../support/promtool.ts'
import {buildFailedReport, buildLargeReport, buildReport, hashOf, type ManifestSpec} from '../support/report-builder.ts'
import {buildLastKnown} from './build-last-known.ts'

const hourly: FamiliesOptions = {intervalSeconds: 3600, sets: ['tazuna_watch']}
const web: ManifestSpec = {
  name: 'web',
  rows: [
    {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'},
    {type: 'added', resource: 'apps/v1/Deployment/web/cache'},
    {type: 'modified', resource: '/v1/ConfigMap/web/settings', filteredBy: 'ignore-rule', ignoreReason: 'by hand'},
  ],
}
const database: ManifestSpec = {name: 'database', rows: [{type: 'always-sync', resource: '/v1/Secret/db/password'}]}

const finishedAt = Date.UTC(2026, 10, 21, 9, 0, 2) / 1000
const lastAppliedAt = Date.UTC(2026, 10, 19, 22, 1, 0) / 1000

/** The samples, without the name's beginning. */
function samplesOf(families: readonly Family[] | null): string[] {
  const lines = renderExposition(families ?? []).split('\n')
  return lines.filter(line => line !== '' && !line.startsWith('#')).map(line => line.replace('tazuna_watch_', ''))
}

function samplesNamed(families: readonly Family[] | null, name: string): string[] {
  return samplesOf(families).filter(line => /^\w+/.exec(line)![0] === name)
}

function notification(name: string, over: Partial<ReportNotification>): ReportNotification {
  const base = {type: 'slack', role: 'notifier', delivery: 'delivered', reasons: [], pending: 0, attempts: 1} as const
  return {...base, reasons: [], name, detail: null, ...over}
}

function outcomesOf(outcome: Report['outcome']): string[] {
  return ['clean', 'drift', 'incomplete', 'failed'].map(
    one => `run_outcome{outcome="${one}"} ${one === outcome ? 1 : 0}`,
  )
}

const sourceInfo = `source_info{created="2026-11-20T08:00:00Z",digest="sha256:${hashOf('artifact')}",ref="oci://ghcr.io/acme/tazuna-config:prod",revision="prod@sha1:4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c",source=""} 1`

describe('the families about the run', () => {
  it.each([
    ['clean', buildReport([{name: 'web'}])],
    ['drift', buildReport([web, database])],
  ] as const)('tell of a run that ended %s', (outcome, report) => {
    expect(samplesOf(toFamilies(report, null, hourly).run)).toStrictEqual([
      'build_info{version="0.1.0"} 1',
      'interval_seconds 3600',
      `last_run_timestamp_seconds ${finishedAt}`,
      `last_success_timestamp_seconds ${finishedAt}`,
      'memory_ok 1',
      'run_duration_seconds 1.5',
      ...outcomesOf(outcome),
      sourceInfo,
    ])
  })

  it('say nothing of a success when a run was not complete, so that the last one stays', () => {
    const report = buildReport([web, {name: 'database', outcome: 'not-checked'}])
    expect(samplesOf(toFamilies(report, null, hourly).run)).toStrictEqual([
      'build_info{version="0.1.0"} 1',
      'interval_seconds 3600',
      `last_run_timestamp_seconds ${finishedAt}`,
      'memory_ok 1',
      'run_duration_seconds 1.5',
      ...outcomesOf('incomplete'),
      sourceInfo,
    ])
  })

  it('are few when the run failed before it had a source, and no interval is configured', () => {
    const report = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'no', hint: 'wait'})
    expect(samplesOf(toFamilies(report, null, {...hourly, intervalSeconds: null}).run)).toStrictEqual([
      'build_info{version="0.1.0"} 1',
      `last_run_timestamp_seconds ${finishedAt}`,
      'memory_ok 1',
      'run_duration_seconds 1.5',
      ...outcomesOf('failed'),
    ])
  })

  it('tell how each notifier fared, and nothing of sinks', () => {
    const report = buildReport([web], {
      notifications: [
        notification('ops', {delivery: 'delivered'}),
        notification('dev', {delivery: 'failed', pending: 3}),
        notification('sre', {delivery: 'nothing-due', pending: 2}),
        notification('pushgateway', {role: 'sink', delivery: 'failed'}),
      ],
    })
    expect(samplesNamed(toFamilies(report, null, hourly).run, 'notifications')).toStrictEqual([
      'notifications{notifier="ops",result="delivered"} 1',
      'notifications{notifier="ops",result="failed"} 0',
      'notifications{notifier="ops",result="pending"} 0',
      'notifications{notifier="dev",result="delivered"} 0',
      'notifications{notifier="dev",result="failed"} 1',
      'notifications{notifier="dev",result="pending"} 3',
      'notifications{notifier="sre",result="delivered"} 0',
      'notifications{notifier="sre",result="failed"} 0',
      'notifications{notifier="sre",result="pending"} 2',
    ])
  })

  it.each([
    ['all is well', {}, 1],
    ['the memory could not be saved', {warnings: [{code: 'MEMORY_UNAVAILABLE', message: 'full'}]}, 0],
    ['another run is at work', {error: {code: 'MEMORY_BUSY', message: 'busy', hint: 'wait'}}, 0],
    ['the warning is about something else', {warnings: [{code: 'CLOCK_SKEW', message: 'late'}]}, 1],
  ])('tell of the memory when %s', (_, over, value) => {
    const {run} = toFamilies(buildReport([web], over), null, hourly)
    expect(samplesNamed(run, 'memory_ok')).toStrictEqual([`memory_ok ${value}`])
  })

  it('remember the last success through runs that were none', () => {
    const report = buildReport([web, {name: 'database', outcome: 'not-checked'}])
    const success = (lastSuccessAt: string | null) =>
      samplesNamed(
        toFamilies(report, buildLastKnown([], {lastSuccessAt}), hourly).run,
        'last_success_timestamp_seconds',
      )
    expect(success('2026-11-21T08:00:02Z')).toStrictEqual([`last_success_timestamp_seconds ${finishedAt - 3600}`])
    expect(success(null)).toStrictEqual([])
  })

  it.each([
    ['is not there without a digest, as of a folder', {digest: null}, []],
    [
      'has empty texts for what is unknown',
      {digest: 'sha256:1', revision: null},
      ['created="",digest="sha256:1",ref="x",revision="",source=""'],
    ],
  ])('source_info %s', (_, source, labels) => {
    const known: NonNullable<Report['source']> = {
      kind: 'oci',
      ref: 'x',
      digest: null,
      revision: null,
      createdAt: null,
      verifiedBy: [],
      url: null,
      previousDigest: null,
    }
    const {run} = toFamilies(buildReport([web], {source: {...known, ...source}}), null, hourly)
    expect(samplesNamed(run, 'source_info')).toStrictEqual(labels.map(text => `source_info{${text}} 1`))
  })
})

describe('the families about the Manifests', () => {
  it('tell of every Manifest, also of the clean ones', () => {
    expect(samplesOf(toFamilies(buildReport([web, database]), null, hourly).manifests)).toStrictEqual([
      'entries{diff_type="removed"} 0',
      'entries{diff_type="modified"} 1',
      'entries{diff_type="added"} 1',
      'entries_filtered{by="always_sync"} 1',
      'entries_filtered{by="ignore_rule"} 1',
      'manifest_drift{manifest="web"} 1',
      'manifest_drift{manifest="database"} 0',
      'manifest_entries{diff_type="removed",manifest="web"} 0',
      'manifest_entries{diff_type="modified",manifest="web"} 1',
      'manifest_entries{diff_type="added",manifest="web"} 1',
      'manifest_error{manifest="web"} 0',
      'manifest_error{manifest="database"} 0',
      `manifest_last_applied_timestamp_seconds{manifest="web"} ${lastAppliedAt}`,
      `manifest_last_applied_timestamp_seconds{manifest="database"} ${lastAppliedAt}`,
      'manifests{outcome="clean"} 1',
      'manifests{outcome="drift"} 1',
      'manifests{outcome="error"} 0',
      'manifests{outcome="not_checked"} 0',
      'manifests{outcome="gone"} 0',
      'manifests_omitted 0',
    ])
  })

  it.each([
    ['a Manifest was not checked', buildReport([web, {name: 'database', outcome: 'not-checked', lastCheckedAt: null}])],
    ['a Manifest failed', buildReport([web, {name: 'database', outcome: 'error', error: 'no', lastCheckedAt: null}])],
    ['coverage is not known', buildReport([web], {outcome: 'incomplete'})],
    ['the run failed', buildFailedReport({code: 'TAZUNA_NOT_FOUND', message: 'no', hint: 'install it'})],
    [
      'the run failed though tazuna listed its Manifests',
      buildReport([{name: 'web', outcome: 'not-checked'}], {outcome: 'failed', summary: null}),
    ],
  ])('are not there when %s: what was pushed before must stay', (_, report) => {
    expect(toFamilies(report, null, hourly).manifests).toBeNull()
  })

  it('have ages where the report has them, of drifted Manifests only', () => {
    const {manifests} = toFamilies(
      buildReport([
        {...web, firstSeenAt: '2026-11-20T09:00:00Z'},
        {...web, name: 'shop', firstSeenAt: '2026-11-18T09:00:00Z'},
        {...web, name: 'blog', firstSeenAt: null},
        {...database, firstSeenAt: '2026-11-01T09:00:00Z'},
      ]),
      null,
      hourly,
    )
    const [shop, webFirst] = [Date.UTC(2026, 10, 18, 9) / 1000, Date.UTC(2026, 10, 20, 9) / 1000]
    expect(samplesNamed(manifests, 'manifest_first_seen_timestamp_seconds')).toStrictEqual([
      `manifest_first_seen_timestamp_seconds{manifest="web"} ${webFirst}`,
      `manifest_first_seen_timestamp_seconds{manifest="shop"} ${shop}`,
    ])
    expect(samplesNamed(manifests, 'oldest_drift_timestamp_seconds')).toStrictEqual([
      `oldest_drift_timestamp_seconds ${shop}`,
    ])
  })

  it('say nothing of when a Manifest without State was applied', () => {
    const {manifests} = toFamilies(buildReport([{name: 'new', lastAppliedAt: null}]), null, hourly)
    expect(samplesNamed(manifests, 'manifest_last_applied_timestamp_seconds')).toStrictEqual([])
  })

  it('count a Manifest that is gone, and say nothing else of it', () => {
    const {manifests} = toFamilies(buildReport([{name: 'web'}, {name: 'old', outcome: 'gone'}]), null, hourly)
    expect(samplesOf(manifests).filter(line => line.includes('"old"'))).toStrictEqual([])
    expect(samplesOf(manifests)).toContain('manifests{outcome="gone"} 1')
  })

  it('count muted entries where a memory has mutes, and go on counting them as drift', () => {
    const known = buildLastKnown([{name: 'web', counts: {added: 1, modified: 1, removed: 0}}], {muted: 1})
    const {manifests} = toFamilies(buildReport([web]), known, hourly)
    expect(samplesNamed(manifests, 'entries_muted')).toStrictEqual(['entries_muted 1'])
    expect(samplesNamed(manifests, 'manifest_drift')).toStrictEqual(['manifest_drift{manifest="web"} 1'])
    expect(samplesNamed(toFamilies(buildReport([web]), null, hourly).manifests, 'entries_muted')).toStrictEqual([])
  })
})

function clean(count: number): ManifestSpec[] {
  return Array.from({length: count}, (_, i) => ({name: `clean-${i}`}))
}

/** The Manifests that have gauges of their own. */
function shown(families: readonly Family[] | null): string[] {
  return samplesNamed(families, 'manifest_drift').map(line => /manifest="(.*)"/.exec(line)![1]!)
}

describe('the cap of 2,000 Manifests', () => {
  it('is not felt by 2,000', () => {
    const {manifests} = toFamilies(buildReport(clean(2000)), null, hourly)
    expect(shown(manifests)).toHaveLength(2000)
    expect(samplesOf(manifests)).toContain('manifests_omitted 0')
  })

  it('drops clean ones first, keeps the order, and the counts tell of all', () => {
    const {manifests} = toFamilies(buildReport([...clean(2001), web]), null, hourly)
    expect(shown(manifests)).toStrictEqual([...clean(1999).map(({name}) => name), 'web'])
    expect(samplesNamed(manifests, 'manifest_entries')).toHaveLength(3)
    expect(samplesOf(manifests)).toEqual(
      expect.arrayContaining(['manifests_omitted 2', 'manifests{outcome="clean"} 2001']),
    )
  })

  it('drops the last ones when all have drifted, and the oldest drift may be one of them', () => {
    const report = buildLargeReport(2003, 1)
    const manifests = report.manifests.map(manifest => ({...manifest, firstSeenAt: '2026-11-20T09:00:00Z'}))
    manifests.push({...manifests.pop()!, firstSeenAt: '2026-11-18T09:00:00Z'})
    const families = toFamilies({...report, manifests}, null, hourly).manifests
    expect(shown(families)).toStrictEqual(manifests.slice(0, 2000).map(({name}) => name))
    expect(samplesOf(families)).toContain('manifests_omitted 3')
    expect(samplesOf(families)).toContain(`oldest_drift_timestamp_seconds ${Date.UTC(2026, 10, 18, 9) / 1000}`)
  })
})

it('every gauge of the table is made, and no other', () => {
  const row = {type: 'removed', resource: 'apps/v1/Deployment/web/a'} as const
  const report = buildReport([{name: 'web', rows: [row], firstSeenAt: '2026-11-20T09:00:00Z'}], {
    notifications: [notification('ops', {})],
  })
  const {run, manifests} = toFamilies(report, buildLastKnown([{name: 'web'}]), {...hourly, sets: gaugeSets})
  const made = [...run, ...(manifests ?? [])].filter(({samples}) => samples.length > 0).map(({name}) => name)
  expect(made.toSorted()).toStrictEqual(Object.keys(gauges).toSorted())
})

describe.skipIf(promtoolPath === null)('promtool check metrics', () => {
  it.each([
    ['a clean run', buildReport([{name: 'web'}])],
    [
      'drift with ages',
      buildReport(
        [
          {
            ...web,
            firstSeenAt: '2026-11-20T09:00:00Z',
            rows: [{type: 'removed', resource: 'apps/v1/Deployment/web/a'}],
          },
        ],
        {notifications: [notification('ops', {})]},
      ),
    ],
    ['a failed run', buildFailedReport({code: 'TAZUNA_NOT_FOUND', message: 'no', hint: 'install it'})],
    ['hostile names', buildReport([{...web, name: String.raw`a/b "c" \d é` + '\n'}])],
    ['many Manifests', buildLargeReport(2500, 2)],
  ])('has no complaint about %s', async (_, report) => {
    const {run, manifests} = toFamilies(report, null, hourly)
    expect(await checkMetrics(renderExposition([...run, ...(manifests ?? [])]))).toBe('')
  })
})
