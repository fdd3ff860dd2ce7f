import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {LastKnown} from '../../src/model/last-known.ts'
import type {Report} from '../../src/model/report.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {redactor, Secret} from '../../src/secret.ts'
import {gitopsStatusSink, type GitopsStatusOptions} from '../../src/sink/gitops-status.ts'
import {buildLastKnown} from '../metrics/build-last-known.ts'
import {buildFailedReport, buildLargeReport, buildReport} from '../support/report-builder.ts'
import {startWebhookReceiver, type ScriptedAnswer} from '../support/webhook-receiver.ts'
import {testSinkContract} from './sink-contract.ts'

const nginx = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const sidecar = {type: 'always-sync', resource: 'v1/Secret/web/app'} as const
const ignored = {type: 'added', resource: '/v1/ConfigMap/web/noise', filteredBy: 'ignore-rule'} as const
const clean = buildReport([{name: 'web', rows: [sidecar, ignored]}, {name: 'api'}])
const drifted = buildReport([{name: 'web', rows: [nginx, sidecar, ignored]}, {name: 'api'}])
const incomplete = buildReport([
  {name: 'web', rows: [nginx]},
  {name: 'api', outcome: 'error', error: 'no'},
])
const incompleteOnly = buildReport([{name: 'web'}, {name: 'api', outcome: 'error', error: 'no'}])
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'the registry is down', hint: 'wait'})

const firstSeenAt = '2026-11-20T09:00:00Z'
const counts = {added: 0, modified: 1, removed: 1}
const apiKeys = ['api/apps/v1/Deployment/api/api', 'api/v1/ConfigMap/api/old']
const known = buildLastKnown([
  {
    name: 'web',
    counts: {added: 0, modified: 1, removed: 0},
    firstSeenAt,
    stateKeys: ['web/apps/v1/Deployment/web/nginx'],
  },
  {name: 'api', counts, firstSeenAt, stateKeys: apiKeys},
])

let http: Http
beforeEach(() => {
  http = httpClient({env: {}})
})
afterEach(() => http.close())

function sinkOf(over: Partial<GitopsStatusOptions> = {}) {
  const who = {name: 'gitops-status', url: 'http://status.test', repo: 'infra', server: 'prod'}
  return gitopsStatusSink({...who, http, redact: redactor([]), sendPolicy: {attempts: 1}, ...over})
}

const render = (report: Report, lastKnown: LastKnown | null = null) => sinkOf().render(report, lastKnown)

async function post(answer: ScriptedAnswer): Promise<Delivery> {
  const receiver = await startWebhookReceiver(answer)
  try {
    const sink = sinkOf({url: `${receiver.url}/`})
    const delivery = await sink.send(sink.render(drifted, null)!, AbortSignal.timeout(20_000))
    expect(receiver.calls.map(({path, headers}) => [path, headers['content-type']])).toEqual([
      ['/api/status', 'application/json'],
    ])
    expect(JSON.parse(receiver.calls[0]!.body)).toEqual(render(drifted))
    return delivery
  } finally {
    await receiver.close()
  }
}

testSinkContract('gitopsStatusSink', {
  make: options => gitopsStatusSink({name: 'gitops-status', repo: 'infra', server: 'prod', ...options}),
  success: {status: 201},
  call: {method: 'POST', path: '/api/status'},
})

describe('gitopsStatusSink', () => {
  it('posts these six fields and nothing else, the drift by State key', () => {
    expect(render(drifted)).toStrictEqual({
      repo: 'infra',
      server: 'prod',
      sync_status: 'OUT_OF_SYNC',
      drift_count: 1,
      files: [{name: 'web/apps/v1/Deployment/web/nginx'}],
      last_check: '2026-11-21T09:00:02Z',
    })
  })

  it.each([
    ['without a memory', null],
    ['where nothing else is remembered', buildLastKnown([{name: 'web'}])],
  ])('calls a clean run in sync, %s', (_how, lastKnown) => {
    expect(render(clean, lastKnown)).toMatchObject({sync_status: 'SYNCED', drift_count: 0, files: []})
  })

  it('calls nothing in sync while what is missing widely is not settled', () => {
    expect(render(clean, known)).toMatchObject({sync_status: 'OUT_OF_SYNC', drift_count: 3})
  })

  it.each([
    ['a failed run', failed, null],
    ['a failed run, whatever is remembered', failed, known],
    ['an incomplete run without any drift known', incompleteOnly, null],
    ['an incomplete run where all that is remembered is in sync', incompleteOnly, buildLastKnown([{name: 'api'}])],
  ])('posts nothing after %s: what is shown there grows old', (_what, report, lastKnown) => {
    expect(render(report, lastKnown)).toBeNull()
  })

  it.each<[string, Report, LastKnown | null, number, readonly string[]]>([
    ['what it saw', incomplete, null, 1, ['web/apps/v1/Deployment/web/nginx']],
    [
      'what it saw and what is known of the rest',
      incomplete,
      known,
      3,
      ['web/apps/v1/Deployment/web/nginx', ...apiKeys],
    ],
    [
      'what is known of the rest alone',
      incompleteOnly,
      buildLastKnown([{name: 'api', counts, firstSeenAt, stateKeys: apiKeys}]),
      2,
      apiKeys,
    ],
    [
      'how much there is where it is too much to remember',
      incompleteOnly,
      buildLastKnown([{name: 'api', counts: {added: 7, modified: 0, removed: 0}, firstSeenAt}]),
      7,
      [],
    ],
  ])('posts after an incomplete run %s', (_what, report, lastKnown, count, files) => {
    expect(render(report, lastKnown)).toMatchObject({
      sync_status: 'OUT_OF_SYNC',
      drift_count: count,
      files: files.map(name => ({name})),
    })
  })

  it('names at most 1,000 resources and counts all', () => {
    const status = render(buildLargeReport(3, 700))!
    expect(status.files).toHaveLength(1_000)
    expect(status.drift_count).toBe(2_100)
  })

  it('is shown by a dry run as it would be sent, without secrets', () => {
    const sink = sinkOf({redact: redactor([new Secret('nginx'), new Secret('infra')])})
    expect(sink.show(sink.render(drifted, null)!)).toStrictEqual({
      repo: '[redacted]',
      server: 'prod',
      sync_status: 'OUT_OF_SYNC',
      drift_count: 1,
      files: [{name: 'web/apps/v1/Deployment/web/[redacted]'}],
      last_check: '2026-11-21T09:00:02Z',
    })
  })

  it.each([200, 201, 202, 204])('is delivered with %i', async status => {
    expect(await post({status})).toStrictEqual({ok: true, attempts: 1})
  })

  it.each<[number, string, string]>([
    [400, '{"error":"unknown\\nrepo"}', 'answered 400: unknown repo'],
    [401, '', 'answered 401 (check status.url)'],
    [404, '<html>', 'answered 404: <html> (check status.url)'],
    [302, '', 'answered 302 (check status.url)'],
    [500, '{"code": 7}', 'answered 500: {"code": 7}'],
  ])('says what a server answers with %i', async (status, body, said) => {
    expect(await post({status, body})).toMatchObject({ok: false, detail: `the status server ${said}`})
  })
})
