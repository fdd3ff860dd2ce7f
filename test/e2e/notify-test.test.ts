import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {SlackPayload} from '../../src/notify/slack/payload.ts'
import {renderSlackText} from '../../src/notify/slack/text.ts'
import {cli, type CliOptions, type CliResult} from '../support/cli.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'
import {startWebhookReceiver, type WebhookReceiver} from '../support/webhook-receiver.ts'

let dir: TempDir
let ops: WebhookReceiver
let gateway: WebhookReceiver
beforeEach(async () => {
  dir = await tempDir()
  ops = await startWebhookReceiver()
  gateway = await startWebhookReceiver()
})
afterEach(async () => {
  await ops.close()
  await gateway.close()
  await dir[Symbol.asyncDispose]()
})

function notifyTest(words: readonly string[] = [], options: CliOptions = {}): Promise<CliResult> {
  return cli(['notify', 'test', ...words], {cwd: dir.path, ...options})
}

const hook = (receiver: WebhookReceiver, name = 'canary-hook') => `${receiver.url}/services/T000/B000/${name}`

/** A config with notifiers `ops` and `web`, whose URLs are in the variables OPS and WEB. */
async function writeConfig(more = ''): Promise<void> {
  await dir.write(
    'tazuna-watch.yaml',
    `apiVersion: tazuna-watch/v1
cluster: prod-tokyo
runbookUrl: https://wiki.example.com/drift
metrics: {pushgateway: {url: "${gateway.url}"}}
notifiers:
  - {type: slack, name: ops, webhookUrl: {env: OPS}}
  - {type: slack, name: web, webhookUrl: {env: WEB}${more}}
`,
  )
}

const allDrift = '  route: all drift\n  row: modified ConfigMap test/test of Manifest test\n'

function textOf({calls}: WebhookReceiver): string {
  return renderSlackText(JSON.parse(calls.at(-1)!.body) as SlackPayload)
}

describe('notify test', () => {
  it('sends a message that says it is a test, and needs nothing but the webhook', async () => {
    expect(await notifyTest([], {env: {SLACK_WEBHOOK_URL: hook(ops)}})).toEqual({
      exitCode: 0,
      stdout: `slack (slack): delivered\n${allDrift}`,
      stderr: '',
    })
    expect(ops.calls.map(({method, path}) => `${method} ${path}`)).toEqual(['POST /services/T000/B000/canary-hook'])
    const {text} = JSON.parse(ops.calls[0]!.body) as SlackPayload
    expect(text).toMatch(/^`TEST, not real` /)
    expect(textOf(ops)).toMatch(/^\S+ TEST, not real · drift in 1 Manifest\n/)
    expect(textOf(ops)).toContain(
      'Warning TEST: this is a test by `tazuna-watch notify test`: nothing drifted'.replaceAll('`', "'"),
    )
  })

  it('says that a webhook URL is none, without showing it, and exits with 78', async () => {
    const {exitCode, stdout, stderr} = await notifyTest([], {env: {SLACK_WEBHOOK_URL: 'canary-hello'}})
    expect(exitCode).toBe(78)
    expect(stdout).toMatch(/^slack \(slack\): failed: .+ variable SLACK_WEBHOOK_URL: it is not a URL/)
    expect(stdout + stderr).not.toContain('canary-hello')
  })

  it('tells all notifiers of the config, with its cluster and links, and no sink', async () => {
    await writeConfig()
    const {exitCode, stdout} = await notifyTest([], {env: {OPS: hook(ops), WEB: hook(ops)}})
    expect({exitCode, stdout}).toEqual({
      exitCode: 0,
      stdout: `ops (slack): delivered\n${allDrift}web (slack): delivered\n${allDrift}`,
    })
    expect(ops.calls).toHaveLength(2)
    expect(textOf(ops)).toContain('TEST, not real: prod-tokyo')
    expect(textOf(ops)).toContain('https://wiki.example.com/drift')
    expect(gateway.calls).toEqual([])
  })

  it('tells one notifier', async () => {
    await writeConfig()
    const {exitCode, stdout} = await notifyTest(['--to', 'web', '--cluster', 'lab'], {env: {WEB: hook(ops)}})
    expect({exitCode, stdout}).toEqual({exitCode: 0, stdout: `web (slack): delivered\n${allDrift}`})
    expect(textOf(ops)).toContain('TEST, not real: lab')
  })

  it('sends what the match of a notifier lets through', async () => {
    await writeConfig(', match: {manifest: "web-*", resource: "apps/*/Deployment/**", diffType: [removed]}')
    expect(await notifyTest(['--to', 'web'], {env: {WEB: hook(ops)}})).toEqual({
      exitCode: 0,
      stdout:
        'web (slack): delivered\n  route: removed of resources apps/*/Deployment/** in Manifests web-*\n' +
        '  row: removed Deployment test/test of Manifest web-test\n',
      stderr: '',
    })
    expect(textOf(ops)).toContain('web-test')
    expect(textOf(ops)).toContain('removed')
    expect(textOf(ops)).toContain('Deployment')
  })

  it('tells only those whose match takes the row that is asked for', async () => {
    await writeConfig(', match: {manifest: "web-*", resource: "apps/**"}')
    const web = await startWebhookReceiver()
    const env = {OPS: hook(ops), WEB: hook(web)}
    const left =
      'ops (slack): delivered\n  route: all drift\n  row: removed ConfigMap test/test of Manifest batch\n' +
      'web (slack): not told, as its match leaves this out\n  route: drift of resources apps/** in Manifests web-*\n'
    expect(await notifyTest(['--manifest', 'batch', '--diff-type', 'removed'], {env})).toEqual({
      exitCode: 0,
      stdout: left,
      stderr: '',
    })
    expect([ops.calls.length, web.calls.length]).toEqual([1, 0])
    expect(textOf(ops)).toContain('batch')
    const both = await notifyTest(['--manifest', 'web-1', '--resource', 'apps/v1/Deployment/web/nginx'], {env})
    await web.close()
    expect(both.stdout.match(/row: .+/g)).toEqual(Array(2).fill('row: modified Deployment web/nginx of Manifest web-1'))
    expect([ops.calls.length, web.calls.length]).toEqual([2, 1])
  })

  it('says that no notifier takes the row that is asked for, and sends nothing', async () => {
    await writeConfig(', match: {diffType: removed}')
    expect(await notifyTest(['--to', 'web', '--diff-type', 'added'], {env: {WEB: hook(ops)}})).toEqual({
      exitCode: 0,
      stdout:
        'web (slack): not told, as its match leaves this out\n  route: removed\n' +
        'No notifier is told of this: nothing was sent.\n',
      stderr: '',
    })
    expect(ops.calls).toEqual([])
  })

  it('shows the routes without sending, and without secrets', async () => {
    await writeConfig(', match: {resource: "/v1/**"}')
    expect(await notifyTest(['--dry-run', '--resource', 'apps/v1/Deployment/web/nginx'])).toEqual({
      exitCode: 0,
      stdout:
        'ops (slack): would be told\n  route: all drift\n  row: modified Deployment web/nginx of Manifest test\n' +
        'web (slack): not told, as its match leaves this out\n  route: drift of resources /v1/**\n',
      stderr: '',
    })
    expect((await notifyTest(['--dry-run'])).stdout).toBe(
      `ops (slack): would be told\n${allDrift}` +
        'web (slack): would be told\n  route: drift of resources /v1/**\n  row: modified Test test/test of Manifest test\n',
    )
  })

  it('says that an ignore rule covers the row that is asked for', async () => {
    await writeConfig(
      ', match: {diffType: removed}}\nignore:\n  - {manifest: batch, reason: it is made anew each night',
    )
    const {stdout} = await notifyTest(['--dry-run', '--manifest', 'batch'])
    expect(stdout).toBe(
      'ops (slack): would be told\n  route: all drift\n  row: modified ConfigMap test/test of Manifest batch\n' +
        '  a run tells nobody of this row: it is ignored (it is made anew each night)\n' +
        'web (slack): would be told\n  route: removed\n  row: removed ConfigMap test/test of Manifest batch\n',
    )
  })

  it.each(['v1/ConfigMap/web/conf', 'Deployment/web/nginx', '/v1/ConfigMap//conf', 'apps/v1/Deployment/a/b/c'])(
    'takes no resource such as %s',
    async resource => {
      const {exitCode, stderr} = await notifyTest(['--dry-run', '--resource', resource])
      expect(exitCode).toBe(64)
      expect(stderr).toContain('It takes such as apps/v1/Deployment/web/nginx, or /v1/ConfigMap/web/conf.')
    },
  )

  it('names the notifiers when asked for another one', async () => {
    await writeConfig()
    expect(await notifyTest(['--to', 'dev'])).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: 'error: testing the notifier dev: there is none of this name (USAGE)\nhint: the config has ops, web\n',
    })
  })

  it('says that there is no notifier', async () => {
    expect(await notifyTest()).toEqual({
      exitCode: 78,
      stdout: '',
      stderr:
        'error: testing the notifiers: the config has none (CONFIG_INVALID)\n' +
        'hint: add one under notifiers, or set SLACK_WEBHOOK_URL\n',
    })
  })

  it('says what a receiver answered, without the secret of its URL, and goes on with the others', async () => {
    await writeConfig()
    const gone = await startWebhookReceiver({status: 404, body: 'no_service'})
    const result = await notifyTest([], {env: {OPS: hook(gone), WEB: hook(ops, 'other')}})
    await gone.close()
    expect(result.exitCode).toBe(74)
    expect(result.stdout).toMatch(
      /^ops \(slack\): failed: .*404.*\n {2}route: .+\n {2}row: .+\nweb \(slack\): delivered\n {2}route/,
    )
    expect(result.stderr).toMatch(
      /^error: testing the notifiers: ops did not get the message \(DELIVERY_FAILED\)\nhint: .+\n$/,
    )
    expect(result.stdout + result.stderr).not.toContain('canary')
    expect(ops.calls).toHaveLength(1)
  })

  it('counts attempts', async () => {
    const slow = await startWebhookReceiver({status: 503}, {body: 'ok'})
    const result = await notifyTest(['-v'], {env: {SLACK_WEBHOOK_URL: hook(slow)}})
    await slow.close()
    expect(result).toMatchObject({exitCode: 0, stdout: `slack (slack): delivered after 2 attempts\n${allDrift}`})
    expect(result.stderr.replaceAll(/[\d.]+ s$/gm, 'T s')).toBe(
      [
        `info: POST ${slow.url} was answered 503 after T s`,
        `info: POST ${slow.url} was answered 200 after T s`,
        'info: slack delivered after 2 attempts',
        '',
      ].join('\n'),
    )
  })

  it('ends with 78 when a secret is missing, and tells the others', async () => {
    await writeConfig()
    const {exitCode, stdout, stderr} = await notifyTest([], {env: {WEB: hook(ops)}})
    expect(exitCode).toBe(78)
    expect(stdout).toMatch(
      /^ops \(slack\): failed: .*variable OPS.*\n {2}route: .+\n {2}row: .+\nweb \(slack\): delivered\n {2}route/,
    )
    expect(stderr).toContain('ops did not get the message (SECRET_MISSING)\nhint: set the variable')
  })

  it('ends when interrupted, though a receiver hangs', async () => {
    const hanging = await startWebhookReceiver('hang')
    const {exitCode} = await notifyTest([], {
      env: {SLACK_WEBHOOK_URL: hook(hanging)},
      onStart: kill => {
        const timer = setInterval(() => {
          if (hanging.calls.length === 0) return
          clearInterval(timer)
          kill('SIGTERM')
        }, 20)
      },
    })
    await hanging.close()
    expect(exitCode).toBe(143)
  })
})
