import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {LastKnown} from '../../src/model/last-known.ts'
import type {Report} from '../../src/model/report.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {pushgatewaySink, type PushgatewayOptions} from '../../src/sink/pushgateway.ts'
import {requireExecutable} from '../support/executables.ts'
import {startPushgateway, type GatewayGroup, type Pushgateway} from '../support/pushgateway.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'
import {testSinkContract} from './sink-contract.ts'

const gatewayPath = requireExecutable('prometheus-pushgateway', 'apt-get install prometheus-pushgateway')
const groupOfProd = '/metrics/job@base64/dGF6dW5hLXdhdGNo/cluster@base64/cHJvZA'

const row = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const drifted = buildReport([{name: 'web', rows: [row]}, {name: 'database'}])
const clean = buildReport([{name: 'web'}, {name: 'database'}])
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'the registry is down', hint: 'wait'})

let http: Http
beforeEach(() => {
  http = httpClient({env: {}})
})
afterEach(() => http.close())

function sinkOf(url: string, over: Partial<PushgatewayOptions> = {}) {
  return pushgatewaySink({
    url,
    job: 'tazuna-watch',
    cluster: 'prod',
    watch: 'default',
    basicAuth: null,
    intervalSeconds: 3600,
    sets: ['tazuna_watch'],
    http,
    redact: redactor([]),
    sendPolicy: {backoff: 1},
    ...over,
  })
}

function push(
  url: string,
  report: Report,
  over: Partial<PushgatewayOptions> = {},
  lastKnown: LastKnown | null = null,
): Promise<Delivery> {
  const sink = sinkOf(url, over)
  return sink.send(sink.render(report, lastKnown)!, AbortSignal.timeout(20_000))
}

/** The values of one family by one of its labels. */
function valuesOf(group: GatewayGroup | undefined, family: string, label: string): Record<string, number> {
  return Object.fromEntries((group?.families[family] ?? []).map(({labels, value}) => [labels[label], value]))
}

function familiesOf(group: GatewayGroup | undefined): string[] {
  return Object.keys(group?.families ?? {}).filter(name => name.startsWith('tazuna_watch_'))
}

const key = {job: 'tazuna-watch', cluster: 'prod', watch: 'default'}
testSinkContract('pushgatewaySink', {
  make: options =>
    pushgatewaySink({
      ...key,
      basicAuth: null,
      intervalSeconds: 3600,
      sets: ['tazuna_watch', 'drift_stack'],
      ...options,
    }),
  success: {status: 200},
  call: {method: 'PUT', path: groupOfProd},
})

describe('what is pushed', () => {
  it.each([
    ['PUT with all families after a clean run', clean, 'PUT', true],
    ['PUT with all families after drift', drifted, 'PUT', true],
    ['POST with the families about the run after a failed one', failed, 'POST', false],
    [
      'POST with the families about the run after an incomplete one',
      buildReport([{name: 'web', outcome: 'error'}]),
      'POST',
      false,
    ],
  ])('is a %s', (_, report, method, hasManifests) => {
    const request = sinkOf('http://gateway:9091').render(report, null)!
    expect([request.method, request.path]).toStrictEqual([method, groupOfProd])
    expect(request.body).toContain('\ntazuna_watch_run_outcome{outcome="clean"} ')
    expect(request.body.includes('tazuna_watch_manifest')).toBe(hasManifests)
  })

  it('is nothing after a failed run where only drift_stack is asked for, and all of it after a complete one', () => {
    const sink = sinkOf('http://gateway:9091', {sets: ['drift_stack']})
    expect(sink.render(failed, null)).toBeNull()
    const {method, body} = sink.render(drifted, null)!
    expect(method).toBe('PUT')
    expect(body).toContain('\ndrift_stack_state{stack="web"} 1\n')
    expect(body).not.toContain('tazuna_watch_')
  })

  it('has no label of the group on a series', () => {
    expect(sinkOf('http://gateway:9091', {watch: 'infra'}).render(drifted, null)!.body).not.toMatch(
      /\b(job|cluster|scope)="/,
    )
  })

  it('is shown by a dry run as text, without secrets', () => {
    const sink = sinkOf('http://gateway:9091', {redact: redactor([new Secret('database')])})
    const text = sink.show(sink.render(drifted, null)!) as string
    expect(text.split('\n')[0]).toBe(`# PUT ${groupOfProd}`)
    expect(text).toContain('\ntazuna_watch_manifest_drift{manifest="web"} 1\n')
    expect(text).toContain('manifest="[redacted]"')
    expect(text).not.toContain('database')
  })
})

describe.skipIf(gatewayPath === null)('a real Pushgateway', () => {
  let gateway: Pushgateway
  beforeEach(async () => {
    gateway = await startPushgateway(gatewayPath!)
  })
  afterEach(() => gateway[Symbol.asyncDispose]())

  const key = {instance: '', job: 'tazuna-watch', cluster: 'prod'}
  const manifestDrift = 'tazuna_watch_manifest_drift'
  it('takes a push, and Prometheus gets the series with the labels of the group', async () => {
    expect(await push(gateway.url, drifted)).toStrictEqual({ok: true, attempts: 1})
    const [group, ...others] = await gateway.metrics()
    expect(others).toStrictEqual([])
    expect(group).toMatchObject({labels: {job: 'tazuna-watch', cluster: 'prod'}, lastPushSuccessful: true})
    expect(group!.families[manifestDrift]).toStrictEqual([
      {labels: {...key, manifest: 'web'}, value: 1},
      {labels: {...key, manifest: 'database'}, value: 0},
    ])
    expect(await gateway.text()).toContain(
      'tazuna_watch_manifest_drift{cluster="prod",instance="",job="tazuna-watch",manifest="web"} 1\n',
    )
  })

  it('keeps one group for each cluster and watch', async () => {
    await push(gateway.url, drifted)
    await push(gateway.url, drifted, {watch: 'infra'})
    await push(gateway.url, clean, {cluster: 'arn:aws:eks:eu-1:1:cluster/a'})
    const groups = await gateway.metrics()
    expect(groups.map(({labels}) => labels)).toEqual(
      expect.arrayContaining([
        {job: 'tazuna-watch', cluster: 'prod'},
        {job: 'tazuna-watch', cluster: 'prod', scope: 'infra'},
        {job: 'tazuna-watch', cluster: 'arn:aws:eks:eu-1:1:cluster/a'},
      ]),
    )
    expect(groups).toHaveLength(3)
  })

  it('forgets a Manifest that is no longer there with the next complete run', async () => {
    await push(gateway.url, drifted)
    await push(gateway.url, buildReport([{name: 'web'}]))
    const [group] = await gateway.metrics()
    expect(valuesOf(group, manifestDrift, 'manifest')).toStrictEqual({web: 0})
    expect(familiesOf(group)).not.toContain('tazuna_watch_manifest_entries')
  })

  it('keeps the Manifests and the last success through a failed run', async () => {
    await push(gateway.url, drifted)
    const [before] = await gateway.metrics()
    const later = {...failed, run: {...failed.run, finishedAt: '2026-11-21T10:00:02Z'}}
    expect(await push(gateway.url, later)).toStrictEqual({ok: true, attempts: 1})
    const [after] = await gateway.metrics()

    expect(familiesOf(after)).toStrictEqual(familiesOf(before))
    const changed = familiesOf(after).filter(
      name => JSON.stringify(after!.families[name]) !== JSON.stringify(before!.families[name]),
    )
    expect(changed).toStrictEqual(['tazuna_watch_last_run_timestamp_seconds', 'tazuna_watch_run_outcome'])
    expect(valuesOf(after, 'tazuna_watch_run_outcome', 'outcome')).toStrictEqual({
      clean: 0,
      drift: 0,
      incomplete: 0,
      failed: 1,
    })
    expect(valuesOf(after, manifestDrift, 'manifest')).toStrictEqual({web: 1, database: 0})
  })

  it('has only the families about the run when the first one failed', async () => {
    expect(await push(gateway.url, failed)).toStrictEqual({ok: true, attempts: 1})
    const [group] = await gateway.metrics()
    expect(familiesOf(group).toSorted()).toStrictEqual([
      'tazuna_watch_build_info',
      'tazuna_watch_interval_seconds',
      'tazuna_watch_last_run_timestamp_seconds',
      'tazuna_watch_memory_ok',
      'tazuna_watch_run_duration_seconds',
      'tazuna_watch_run_outcome',
    ])
  })

  it('gives hostile names back as they were', async () => {
    const names = [
      'a/b',
      'a"b',
      'a\\b',
      'a\nb',
      String.raw`a\nb`,
      'a\\"',
      '',
      '東京 😀',
      '{a="b"} 1 # x',
      'a\r\tb',
      '\u0000\u007F',
      '"\n# EOF\n',
    ]
    for (const name of names) {
      const report = buildReport([{name, rows: [row]}])
      expect(await push(gateway.url, report, {job: name || 'job', cluster: name, watch: name})).toStrictEqual({
        ok: true,
        attempts: 1,
      })
      const groups = await gateway.metrics()
      const group = groups.find(({labels}) => labels['cluster'] === name)
      expect(group?.labels).toStrictEqual({job: name || 'job', cluster: name, scope: name})
      expect(valuesOf(group, manifestDrift, 'manifest')).toStrictEqual({[name]: 1})
    }
  })

  it('says why it refuses a push', async () => {
    const name = 'tazuna_watch_manifests'
    await fetch(`${gateway.url}/metrics/job/other`, {method: 'PUT', body: `# TYPE ${name} counter\n${name} 1\n`})
    const delivery = await push(gateway.url, drifted)
    expect(delivery).toMatchObject({ok: false, attempts: 1, retryable: false})
    expect(delivery).toMatchObject({
      detail: expect.stringMatching(/^the Pushgateway answered 400: .*tazuna_watch_manifests/),
    })
  })
})
