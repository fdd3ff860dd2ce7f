import {describe, expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {startWebhookReceiver, type ScriptedAnswer} from '../support/webhook-receiver.ts'
import {world} from '../support/world.ts'

type Told = {calls: number; delivery: 'delivered' | 'failed'; exitCode: number; detail: unknown}

const stderrOf = {
  delivered: /^$/,
  failed: /^error: telling notifier slack: .+ \(DELIVERY_FAILED\)\nhint: .+\n$/,
}

/** What a person sees when a receiver answers something else than it should: stderr, exit code and report. */
describe.concurrent('a webhook that answers', () => {
  it.each<[string, readonly [ScriptedAnswer, ...ScriptedAnswer[]], Told]>([
    ['200 ok', [{body: 'ok'}], {calls: 1, delivery: 'delivered', exitCode: 0, detail: null}],
    [
      '400 invalid_blocks, then ok',
      [{status: 400, body: 'invalid_blocks'}, {body: 'ok'}],
      {calls: 2, delivery: 'delivered', exitCode: 0, detail: expect.stringMatching(/plain text/)},
    ],
    [
      '400 twice',
      [{status: 400, body: 'invalid_payload'}],
      {calls: 2, delivery: 'failed', exitCode: 74, detail: expect.stringMatching(/invalid_payload/)},
    ],
    [
      '403 action_prohibited',
      [{status: 403, body: 'action_prohibited'}],
      {calls: 1, delivery: 'failed', exitCode: 74, detail: expect.stringMatching(/action_prohibited/)},
    ],
    [
      '404 no_service',
      [{status: 404, body: 'no_service'}],
      {calls: 1, delivery: 'failed', exitCode: 74, detail: expect.stringMatching(/no_service/)},
    ],
    [
      '410 channel_is_archived',
      [{status: 410, body: 'channel_is_archived'}],
      {calls: 1, delivery: 'failed', exitCode: 74, detail: expect.stringMatching(/channel_is_archived/)},
    ],
    [
      '429 with Retry-After, then ok',
      [{status: 429, headers: {'retry-after': '1'}}, {body: 'ok'}],
      {calls: 2, delivery: 'delivered', exitCode: 0, detail: null},
    ],
    [
      '429 without Retry-After, then ok',
      [{status: 429}, {body: 'ok'}],
      {calls: 2, delivery: 'delivered', exitCode: 0, detail: null},
    ],
    ['500, then ok', [{status: 500}, {body: 'ok'}], {calls: 2, delivery: 'delivered', exitCode: 0, detail: null}],
    [
      'with a broken connection, then ok',
      ['reset', {body: 'ok'}],
      {calls: 2, delivery: 'delivered', exitCode: 0, detail: null},
    ],
  ])('%s', async (_title, answers, {calls, delivery, exitCode, detail}) => {
    await using w = await world()
    const receiver = await startWebhookReceiver(...answers)
    const result = await w.run(['--format', 'json'], {env: {SLACK_WEBHOOK_URL: `${receiver.url}/services/canary-hook`}})
    await receiver.close()
    const [slack, pushgateway] = reportOf(result).notifications
    expect(result.exitCode).toBe(exitCode)
    expect(receiver.calls).toHaveLength(calls)
    expect(slack).toMatchObject({delivery, detail})
    expect(pushgateway).toMatchObject({delivery: 'delivered'})
    expect(result.stderr).toMatch(stderrOf[delivery])
    expect(result.stdout + result.stderr).not.toContain('canary')
  })
})

describe('a Pushgateway', () => {
  it('that answers 400 makes exit code 74, and Slack is told all the same', async () => {
    await using w = await world()
    const receiver = await startWebhookReceiver({status: 400, body: 'pushed metrics are invalid'})
    const result = await w.run(['--format', 'json'], {env: {PUSHGATEWAY_URL: receiver.url}})
    await receiver.close()
    expect(result.exitCode).toBe(74)
    expect(reportOf(result).notifications.map(({delivery}) => delivery)).toEqual(['delivered', 'failed'])
    expect(result.stderr).toMatch(/^error: telling sink pushgateway: .*pushed metrics are invalid.*\nhint: .+\n$/)
  })
})

describe('a full disk', () => {
  it('makes exit code 74 for the report in a file, after everybody was told', async () => {
    await using w = await world()
    const {exitCode, stderr} = await w.run(['--output', '/dev/full'])
    expect(exitCode).toBe(74)
    expect(stderr).toMatch(/^error: writing the report to \/dev\/full: .*ENOSPC.*\nhint: .+\n$/)
    expect(w.webhook.calls).toHaveLength(1)
  })
})
