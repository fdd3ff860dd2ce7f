import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {Report} from '../../src/model/report.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {pushgatewaySink, type PushgatewayOptions} from '../../src/sink/pushgateway.ts'
import {requireExecutable} from '../support/executables.ts'
import {startPushgateway, type GatewayGroup, type Pushgateway} from '../support/pushgateway.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from '../support/webhook-receiver.ts'

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
    http,
    redact: redactor([]),
    sendPolicy: {backoff: 1},
    ...over,
  })
}

function push(url: string, report: Report, over: Partial<PushgatewayOptions> = {}): Promise<Delivery> {
  const sink = sinkOf(url, over)
  return sink.send(sink.render(report)!, AbortSignal.timeout(20_000))
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

/** The values of one family by one of its labels. */
function valuesOf(group: GatewayGroup | undefined, family: string, label: string): Record<string, number> {
  return Object.fromEntries((group?.families[family] ?? []).map(({labels, value}) => [labels[label], value]))
}

function familiesOf(group: GatewayGroup | undefined): string[] {
  return Object.keys(group?.families ?? {}).filter(name => name.startsWith('tazuna_watch_'))
}

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
    const request = sinkOf('http://gateway:9091').render(report)!
    expect([request.method, request.path]).toStrictEqual([method, groupOfProd])
    expect(request.body).toContain('\ntazuna_watch_run_outcome{outcome="clean"} ')
    expect(request.body.includes('tazuna_watch_manifest')).toBe(hasManifests)
  })

  it('has no label of the group on a series', () => {
    expect(sinkOf('http://gateway:9091', {watch: 'infra'}).render(drifted)!.body).not.toMatch(/\b(job|cluster|scope)="/)
  })

  it('is shown by a dry run as text, without secrets', () => {
    const sink = sinkOf('http://gateway:9091', {redact: redactor([new Secret('database')])})
    const text = sink.show(sink.render(drifted)!) as string
    expect(text.split('\n')[0]).toBe(`# PUT ${groupOfProd}`)
    expect(text).toContain('\ntazuna_watch_manifest_drift{manifest="web"} 1\n')
    expect(text).toContain('manifest="[redacted]"')
    expect(text).not.toContain('database')
  })
})

describe('the request', () => {
  let receiver: WebhookReceiver | undefined
  afterEach(() => receiver?.close())

  async function pushTo(
    answers: [ScriptedAnswer, ...ScriptedAnswer[]],
    over: (url: string) => Partial<PushgatewayOptions> = () => ({}),
  ) {
    receiver = await startWebhookReceiver(...answers)
    const delivery = await push(receiver.url, drifted, over(receiver.url))
    return {delivery, calls: receiver.calls}
  }

  it('is one PUT of the text format to the path of the group', async () => {
    const {delivery, calls} = await pushTo([{status: 200}])
    expect(delivery).toStrictEqual({ok: true, attempts: 1})
    const {body} = sinkOf('http://gateway').render(drifted)!
    expect(calls.map(({method, path, body}) => ({method, path, body}))).toStrictEqual([
      {method: 'PUT', path: groupOfProd, body},
    ])
    expect(calls[0]!.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(calls[0]!.headers.authorization).toBeUndefined()
  })

  it('keeps a path and a query of the URL', async () => {
    const {calls} = await pushTo([{}], url => ({url: `${url}/push/gateway/?tenant=a`}))
    expect(calls.map(({path}) => path)).toStrictEqual([`/push/gateway${groupOfProd}?tenant=a`])
  })

  it.each<[string, string, PushgatewayOptions['basicAuth'], string]>([
    ['user and password of the config', '', {username: 'ci', password: new Secret('pässword')}, basic('ci:pässword')],
    ['user and password of the URL', 'us%40r:p%3Ass@', null, basic('us@r:p:ss')],
    ['a user without password', 'user@', null, basic('user:')],
    ['a password with a lone percent sign', 'user:100%25%@', null, basic('user:100%25%')],
    [
      'those of the config rather than those of the URL',
      'a:b@',
      {username: 'ci', password: new Secret('c')},
      basic('ci:c'),
    ],
  ])('has %s as basic auth', async (_, userinfo, basicAuth, expected) => {
    const {calls} = await pushTo([{}], url => ({url: url.replace('http://', `http://${userinfo}`), basicAuth}))
    expect(calls.map(({path, headers}) => [path, headers.authorization])).toStrictEqual([[groupOfProd, expected]])
  })

  it('is delivered with 202, the answer of a gateway that checks nothing', async () => {
    expect((await pushTo([{status: 202}])).delivery).toStrictEqual({ok: true, attempts: 1})
  })

  it('is sent again after 503 and a broken connection', async () => {
    const {delivery, calls} = await pushTo([{status: 503}, 'reset', {status: 200}])
    expect(delivery).toStrictEqual({ok: true, attempts: 3})
    expect(new Set(calls.map(({body}) => body)).size).toBe(1)
  })

  it.each<[string, ScriptedAnswer, number, boolean, string]>([
    [
      'a metric it does not like',
      {status: 400, body: 'pushed metrics are\n  invalid'},
      1,
      false,
      'the Pushgateway answered 400: pushed metrics are invalid',
    ],
    [
      'a login that is missing',
      {status: 401, body: 'Unauthorized'},
      1,
      false,
      'the Pushgateway answered 401: Unauthorized (check metrics.pushgateway.basicAuth)',
    ],
    [
      'a page that is not there',
      {status: 404},
      1,
      false,
      'the Pushgateway answered 404 (check metrics.pushgateway.url)',
    ],
    [
      'a redirect',
      {status: 302, headers: {location: '/login'}},
      1,
      false,
      'the Pushgateway answered 302 (check metrics.pushgateway.url)',
    ],
    [
      'another success than 200 and 202',
      {status: 204},
      1,
      false,
      'the Pushgateway answered 204 (check metrics.pushgateway.url)',
    ],
    ['an error of its own', {status: 500, body: 'oh'}, 4, true, 'the Pushgateway answered 500: oh'],
  ])('fails on %s', async (_, answer, attempts, retryable, detail) => {
    expect((await pushTo([answer])).delivery).toStrictEqual({ok: false, attempts, retryable, detail})
  })

  it('fails with at most 300 characters of the answer, none of them half', async () => {
    const {delivery} = await pushTo([{status: 400, body: `${'x'.repeat(299)}😀`}])
    expect(delivery).toMatchObject({detail: `the Pushgateway answered 400: ${'x'.repeat(299)}\uFFFD`})
  })

  it('shows no secret that the gateway repeats', async () => {
    const token = Buffer.from('ci:hunter22').toString('base64')
    const body = `hunter22 ${token} other-secret http://ci:hunter22@gateway/ ${'x'.repeat(250)} other-secret`
    const {delivery} = await pushTo([{status: 400, body}], url => ({
      url: url.replace('http://', 'http://ci:hunter22@'),
      redact: redactor([new Secret('other-secret')]),
    }))
    expect(JSON.stringify(delivery)).not.toMatch(/hunter22|other-s|Y2k6/)
    expect(JSON.stringify(delivery)).toContain('the Pushgateway answered 400: [redacted] [redacted] [redacted] http')
  })

  it('ends when the time is over', async () => {
    receiver = await startWebhookReceiver('hang')
    const sink = sinkOf(receiver.url)
    const delivery = await sink.send(sink.render(clean)!, AbortSignal.timeout(100))
    expect(delivery).toStrictEqual({
      ok: false,
      attempts: 1,
      retryable: true,
      detail: 'the Pushgateway was not reached: no answer in time',
    })
  })

  it('says so when nobody is there', async () => {
    receiver = await startWebhookReceiver()
    await receiver.close()
    const delivery = await push(receiver.url, drifted, {sendPolicy: {backoff: 1, attempts: 2}})
    const host = receiver.url.replace('http://', '')
    const detail = `the Pushgateway was not reached: connect ECONNREFUSED ${host}`
    expect(delivery).toStrictEqual({ok: false, attempts: 2, retryable: true, detail})
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
