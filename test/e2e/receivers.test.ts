import {describe, expect, it} from 'vitest'

import type {PostableAlert} from '../../src/sink/alertmanager-alerts.ts'
import {cli, reportOf, type CliResult} from '../support/cli.ts'
import {configMap, deployment, writeApplied, writeSource} from '../support/tazuna-yaml.ts'
import {tempDir} from '../support/temp-dir.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from '../support/webhook-receiver.ts'
import {world, type WorldOptions} from '../support/world.ts'

/** A world whose config names two receivers, of which the first answers so. */
async function scene(
  config: (first: string, second: string) => string,
  {answer = {}, ...options}: WorldOptions & {answer?: ScriptedAnswer} = {},
) {
  const w = await world(options)
  const receivers = [await startWebhookReceiver(answer), await startWebhookReceiver({})] as const
  const [first, second] = receivers
  await w.dir.write('tazuna-watch.yaml', `apiVersion: tazuna-watch/v1\n${config(first.url, second.url)}`)
  return {
    w,
    first,
    second,
    run: (env: Record<string, string> = {}) => w.run(['--format', 'json'], {env: {PUSHGATEWAY_URL: '', ...env}}),
    async [Symbol.asyncDispose]() {
      await Promise.all(receivers.map(receiver => receiver.close()))
      await w[Symbol.asyncDispose]()
    },
  }
}

const deliveries = (result: CliResult) =>
  Object.fromEntries(reportOf(result).notifications.map(({name, delivery}) => [name, delivery]))

const bodies = <Body>({calls}: WebhookReceiver) => calls.map(({body}) => JSON.parse(body) as Body)

const alertmanagers =
  (more = '') =>
  (first: string, second: string) =>
    `interval: 1h\nalertmanager:\n  urls: ["${first}", "${second}"]\n${more}`
const login = '  basicAuth: {username: bot, password: {env: AM_PASSWORD}}\n'

describe('two Alertmanagers', () => {
  it('get the same, each under its own name in the report, with the login and the labels of the config', async () => {
    await using s = await scene(alertmanagers(`${login}  labels: {env: prod, file: x}\n`))
    const result = await s.run({AM_PASSWORD: 'hunter22'})
    expect(result).toMatchObject({exitCode: 0, stderr: ''})
    expect(deliveries(result)).toEqual({slack: 'delivered', alertmanager: 'delivered', 'alertmanager-2': 'delivered'})
    const [alerts] = bodies<PostableAlert[]>(s.first)
    expect(alerts?.map(({labels}) => labels)).toEqual([
      {env: 'prod', file: 'x', alertname: 'TazunaDrift', cluster: 'test', watch: 'default', manifest: 'web'},
    ])
    expect(bodies(s.second)).toEqual([alerts])
    const authorization = `Basic ${Buffer.from('bot:hunter22').toString('base64')}`
    for (const {calls} of [s.first, s.second]) {
      expect(calls.map(({method, path, headers}) => [method, path, headers.authorization])).toEqual([
        ['POST', '/api/v2/alerts', authorization],
      ])
    }
  })

  it('do not wait for each other: one that is down ends the run with 74, and the other one knows all', async () => {
    await using s = await scene(alertmanagers(), {answer: {status: 503, headers: {'retry-after': '3600'}}})
    const result = await s.run()
    expect(result.exitCode).toBe(74)
    expect(deliveries(result)).toEqual({slack: 'delivered', alertmanager: 'failed', 'alertmanager-2': 'delivered'})
    expect(result.stderr).toMatch(
      /^error: telling sink alertmanager: the Alertmanager answered 503.* \(DELIVERY_FAILED\)\n/,
    )
    expect(bodies<PostableAlert[]>(s.second)).toHaveLength(1)
  })

  it('get nothing without the password, which ends the run with 78', async () => {
    await using s = await scene(alertmanagers(login))
    const result = await s.run()
    expect(result.exitCode).toBe(78)
    expect(deliveries(result)).toEqual({slack: 'delivered', alertmanager: 'failed'})
    expect(reportOf(result).warnings).toEqual([
      {
        code: 'SECRET_MISSING',
        message: 'sink alertmanager: reading a secret from variable AM_PASSWORD: it is not set or empty',
      },
    ])
    expect([...s.first.calls, ...s.second.calls]).toEqual([])
  })

  it.each([
    ['the password', login, {AM_PASSWORD: 'hunter22', prod: 'prod'}, {prod: 'prod'}],
    [
      'no label that looks like a secret',
      '  labels: {env: prod}\n',
      {AM_PASSWORD: 'mine', prod: 'x'},
      {AM_PASSWORD: 'mine', prod: 'x'},
    ],
  ])('keep from tazuna %s', async (_title, more, own, left) => {
    await using s = await scene(alertmanagers(more))
    const result = await s.run({...own, ...s.w.tazuna.envWith({callsEnv: Object.keys(own)})})
    expect(result).toMatchObject({exitCode: 0, stderr: ''})
    const calls = await s.w.tazuna.calls()
    expect(calls).toHaveLength(3)
    for (const {env} of calls) expect(env).toEqual(left)
  })
})

async function check(more: string, env: Record<string, string> = {}): Promise<CliResult> {
  await using dir = await tempDir()
  const lines = alertmanagers(more)('http://a.test:9093', 'http://b.test:9093')
  await dir.write('tazuna-watch.yaml', `apiVersion: tazuna-watch/v1\ncluster: prod\nsource: {path: .}\n${lines}`)
  return await cli(['config', 'check'], {cwd: dir.path, env})
}

describe('config check of an Alertmanager', () => {
  it('tells of a password that is not there, with its place', async () => {
    const {exitCode, stdout, stderr} = await check(login)
    expect({exitCode, stdout}).toEqual({exitCode: 78, stdout: ''})
    expect(stderr.split('\n')[0]).toBe(
      'error: tazuna-watch.yaml:7:40 alertmanager.basicAuth.password: ' +
        'reading a secret from variable AM_PASSWORD: it is not set or empty (SECRET_MISSING)',
    )
  })

  it.each([
    ['a password that is there', login, {AM_PASSWORD: 'hunter22'}],
    ['labels that look like a secret of a variable', '  labels: {env: prod}\n', {}],
    ['labels that look like a secret of a file', '  labels: {file: x}\n', {}],
  ])('finds nothing wrong with %s', async (_title, more, env) => {
    const {exitCode, stdout, stderr} = await check(more, env)
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(stdout).toContain('no notifiers, 2 sinks (alertmanager, alertmanager-2).')
  })
})

type Status = {repo: string; server: string; sync_status: string; drift_count: number; files: {name: string}[]}

describe('two status servers', () => {
  it('name the watch and the cluster unless the config has other names', async () => {
    await using s = await scene(
      (first, second) => `watch: apps
status:
  - {type: gitops-status, url: "${first}"}
  - {type: gitops-status, url: "${second}", repo: acme/infra, server: tokyo}
`,
    )
    const result = await s.run()
    expect(result).toMatchObject({exitCode: 0, stderr: ''})
    expect(deliveries(result)).toEqual({
      slack: 'delivered',
      'gitops-status': 'delivered',
      'gitops-status-2': 'delivered',
    })
    expect(bodies<Status>(s.first)).toMatchObject([{repo: 'apps', server: 'test', sync_status: 'OUT_OF_SYNC'}])
    expect(bodies<Status>(s.second)).toMatchObject([{repo: 'acme/infra', server: 'tokyo', sync_status: 'OUT_OF_SYNC'}])
  })

  it('call nothing in sync while most Manifests are missing, whatever is left of them', async () => {
    const names = Array.from({length: 10}, (_, index) => `m${index}`)
    const inSync = Object.fromEntries(names.map(name => [name, [configMap(name, 'one')]]))
    const drifted = {...inSync, m3: [deployment('m3', 'nginx', 3)]}
    const {m9} = inSync
    await using s = await scene(first => `status: [{type: gitops-status, url: "${first}"}]\n`, {
      memory: true,
      source: drifted,
      applied: {...inSync, m3: [deployment('m3', 'nginx', 2)]},
    })
    await s.run()
    await writeSource(`${s.w.dir.path}/source`, {m9: m9!})
    expect(reportOf(await s.run())).toMatchObject({outcome: 'clean', summary: {manifests: {gone: 9}}})
    await writeSource(`${s.w.dir.path}/source`, drifted)
    await writeApplied(s.w.tazuna.stateDir, drifted)
    expect(reportOf(await s.run()).outcome).toBe('clean')
    const drift = {sync_status: 'OUT_OF_SYNC', drift_count: 1, files: [{name: 'm3/apps/v1/Deployment/m3/nginx'}]}
    expect(bodies<Status>(s.first)).toMatchObject([drift, drift, {sync_status: 'SYNCED', drift_count: 0, files: []}])
  })
})

type Message = {data: {test: boolean; notifier: string}}
const oneWebhook = (first: string) =>
  `notifiers: [{type: webhook, name: desk, url: {env: DESK}}]\nreportUrl: ${first}/runs\n`

describe('a webhook', () => {
  it('can tell a test from what is real', async () => {
    await using s = await scene(oneWebhook)
    const DESK = `${s.first.url}/hooks/desk`
    expect((await s.run({DESK})).exitCode).toBe(0)
    expect((await s.w.run(['notify', 'test'], {env: {DESK}})).exitCode).toBe(0)
    expect(bodies<Message>(s.first).map(({data: {test, notifier}}) => [test, notifier])).toEqual([
      [false, 'desk'],
      [true, 'desk'],
    ])
  })
})

const threeNotifiers = (first: string) => `notifiers:
  - {type: slack, name: hook, webhookUrl: {env: SLACK_WEBHOOK_URL}}
  - {type: slack, name: bot, token: {env: BOT}, channel: "#ops", apiUrl: "${first}/api"}
  - {type: webhook, name: desk, url: {env: SLACK_WEBHOOK_URL}}
`

describe('a dry run', () => {
  const env = {BOT: 'xoxb-1', PUSHGATEWAY_URL: ''}

  it('shows messages as people read them', async () => {
    await using s = await scene(threeNotifiers)
    const {exitCode, stdout} = await s.w.run(['--dry-run'], {env})
    expect(exitCode).toBe(0)
    const [, hook = '', bot = '', desk = ''] = stdout.split(/^notifier /m)
    expect(hook).toMatch(/^hook {2}dry-run \(baseline\)\n {2}│ 🔴 test · drift in 1 Manifest/)
    expect(bot).toMatch(
      /^bot {2}dry-run \(baseline\)\n {2}│ channel #ops\n {2}│\s*\n {2}│ 🔴 test · drift in 1 Manifest/,
    )
    for (const text of [hook, bot]) {
      expect(text).toContain('removed ConfigMap web/old')
      expect(text).not.toMatch(/"blocks"|"text"|\{/)
    }
    expect(desk).toContain('"stateKey": "web//v1/ConfigMap/web/old"')
    expect(desk).not.toContain('"tazuna": {')
    expect(s.w.webhook.calls).toEqual([])
  })

  it('has both in the report: as people read it, and as it would be sent', async () => {
    await using s = await scene(threeNotifiers)
    const {notifications} = reportOf(await s.w.run(['--dry-run', '--format', 'json'], {env}))
    expect(notifications).toMatchObject([
      {name: 'hook', preview: expect.stringContaining('ConfigMap web/old'), payload: {blocks: expect.any(Array)}},
      {
        name: 'bot',
        preview: expect.stringMatching(/^channel #ops\n/),
        payload: {channel: '#ops', blocks: expect.any(Array)},
      },
      {name: 'desk', preview: expect.stringContaining('"notice": {'), payload: {data: {report: {outcome: 'drift'}}}},
    ])
  })
})
