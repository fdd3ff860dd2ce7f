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

function textOf({calls}: WebhookReceiver): string {
  return renderSlackText(JSON.parse(calls.at(-1)!.body) as SlackPayload)
}

describe('notify test', () => {
  it('sends a message that says it is a test, and needs nothing but the webhook', async () => {
    expect(await notifyTest([], {env: {SLACK_WEBHOOK_URL: hook(ops)}})).toEqual({
      exitCode: 0,
      stdout: 'slack (slack): delivered\n',
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
    expect({exitCode, stdout}).toEqual({exitCode: 0, stdout: 'ops (slack): delivered\nweb (slack): delivered\n'})
    expect(ops.calls).toHaveLength(2)
    expect(textOf(ops)).toContain('TEST, not real: prod-tokyo')
    expect(textOf(ops)).toContain('https://wiki.example.com/drift')
    expect(gateway.calls).toEqual([])
  })

  it('tells one notifier', async () => {
    await writeConfig()
    const {exitCode, stdout} = await notifyTest(['--to', 'web', '--cluster', 'lab'], {env: {WEB: hook(ops)}})
    expect({exitCode, stdout}).toEqual({exitCode: 0, stdout: 'web (slack): delivered\n'})
    expect(textOf(ops)).toContain('TEST, not real: lab')
  })

  it('sends what the match of a notifier lets through', async () => {
    await writeConfig(', match: {manifest: "web-*", resource: "apps/*/Deployment/**", diffType: [removed]}')
    expect((await notifyTest(['--to', 'web'], {env: {WEB: hook(ops)}})).exitCode).toBe(0)
    expect(textOf(ops)).toContain('web-test')
    expect(textOf(ops)).toContain('removed')
    expect(textOf(ops)).toContain('Deployment')
  })

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
    expect(result.stdout).toMatch(/^ops \(slack\): failed: .*404.*\nweb \(slack\): delivered\n$/)
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
    expect(result).toMatchObject({exitCode: 0, stdout: 'slack (slack): delivered after 2 attempts\n'})
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
    expect(stdout).toMatch(/^ops \(slack\): failed: .*variable OPS.*\nweb \(slack\): delivered\n$/)
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
