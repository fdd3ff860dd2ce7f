import {afterEach, describe, expect, it} from 'vitest'

import {httpClient} from '../../../src/http.ts'
import type {Delivery} from '../../../src/notify/notifier.ts'
import {incomingWebhook} from '../../../src/notify/slack/incoming-webhook.ts'
import {renderMessage} from '../../../src/notify/slack/message.ts'
import {plainText} from '../../../src/notify/slack/payload.ts'
import {redactor, Secret} from '../../../src/secret.ts'
import type {SendPolicy} from '../../../src/send.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from '../../support/webhook-receiver.ts'
import {testNotifierContract} from '../notifier-contract.ts'
import {situations} from './situations.ts'

testNotifierContract('slack with a webhook', {
  make: ({url, ...options}) => incomingWebhook({name: 'ops', webhookUrl: url, ...options}),
  success: {body: 'ok'},
  callsAfter: {400: 2, 413: 2},
})

describe('an incoming webhook', () => {
  const http = httpClient({env: {}})
  let receiver: WebhookReceiver

  afterEach(() => receiver.close())

  async function deliver(...answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]]): Promise<Delivery> {
    return await deliverWith({attempts: 3}, ...answers)
  }

  async function deliverWith(
    policy: Omit<SendPolicy, 'signal'>,
    ...answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]]
  ): Promise<Delivery> {
    receiver = await startWebhookReceiver(...answers)
    const webhookUrl = new Secret(`${receiver.url}/services/T0/B0/hV9sDk2LmQpX4cR7tYbN1aZe`)
    const sendPolicy = {backoff: 1, ...policy}
    const notifier = incomingWebhook({name: 'ops', webhookUrl, http, redact: redactor([webhookUrl]), sendPolicy})
    return notifier.send(notifier.render(situations['one small drift']!), new AbortController().signal)
  }

  it('posts text and blocks as JSON and lets nothing unfold', async () => {
    expect(await deliver({body: 'ok\n'})).toEqual({ok: true, attempts: 1})
    expect(receiver.calls[0]?.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(JSON.parse(receiver.calls[0]?.body ?? '')).toMatchObject({
      text: '`prod-tokyo` drift in 1 Manifest · 1 modified',
      blocks: [{type: 'header'}, {type: 'section'}, {type: 'section'}, {type: 'section'}, {type: 'context'}],
      unfurl_links: false,
      unfurl_media: false,
    })
  })

  it.each([
    'invalid_payload',
    'invalid_blocks',
    'invalid_blocks_format',
    'msg_blocks_too_long',
    'msg_too_long',
    'no_text',
    'too_many_attachments',
    'missing_text_or_fallback_or_attachments',
    'user_not_found',
    'unheard_of',
  ])('sends plain text once after 400 %s, and says so', async body => {
    expect(await deliver({status: 400, body}, {body: 'ok'})).toEqual({
      ok: true,
      attempts: 2,
      detail: `delivered as plain text: Slack refused the blocks (400 ${body})`,
    })
    expect(receiver.calls.slice(1).map(({body}) => JSON.parse(body) as unknown)).toEqual([
      {text: plainText(renderMessage(situations['one small drift']!)), unfurl_links: false, unfurl_media: false},
    ])
  })

  it('gives up when the fallback text is refused too', async () => {
    expect(await deliver({status: 400, body: 'invalid_blocks'}, {status: 400, body: 'invalid_payload'})).toEqual({
      ok: false,
      attempts: 2,
      retryable: false,
      detail: 'Slack answered 400 invalid_payload, also to the plain text',
    })
    expect(receiver.calls).toHaveLength(2)
  })

  it('keeps the fallback text inside the attempts that are left', async () => {
    expect(await deliver({status: 503}, {status: 400, body: 'invalid_blocks'}, {status: 503})).toMatchObject({
      ok: false,
      attempts: 3,
      retryable: true,
    })
    expect(receiver.calls).toHaveLength(3)
  })

  it('repeats a message that got no answer in time once: Slack cannot tell that it is the same', async () => {
    expect(await deliverWith({attempts: 4, attemptTimeout: 200}, 'hang')).toEqual({
      ok: false,
      attempts: 2,
      retryable: true,
      detail: 'Slack was not reached: no answer in time',
    })
    expect(receiver.calls).toHaveLength(2)
  })

  it('repeats once after a timeout also where other attempts failed in between', async () => {
    const answers = ['hang', {status: 503}, 'hang', {body: 'ok'}] as const
    expect(await deliverWith({attempts: 4, attemptTimeout: 200}, ...answers)).toMatchObject({ok: false, attempts: 3})
    expect(receiver.calls).toHaveLength(3)
  })

  it('does not repeat the fallback text after a timeout where the message was sent twice already', async () => {
    const answers = ['hang', {status: 400, body: 'invalid_blocks'}, 'hang', {body: 'ok'}] as const
    expect(await deliverWith({attempts: 4, attemptTimeout: 200}, ...answers)).toMatchObject({ok: false, attempts: 3})
    expect(receiver.calls).toHaveLength(3)
  })

  it('keeps message and fallback text inside one time', async () => {
    const startedAt = performance.now()
    const policy = {attempts: 4, attemptTimeout: 5_000, totalTimeout: 1_000}
    expect(await deliverWith(policy, {status: 400, body: 'invalid_blocks', delay: 800}, 'hang')).toMatchObject({
      ok: false,
      attempts: 2,
    })
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  it('waits as long as Slack says', async () => {
    const startedAt = performance.now()
    const answers = [{status: 429, headers: {'retry-after': '1'}}, {body: 'ok'}] as const
    expect(await deliver(...answers)).toEqual({ok: true, attempts: 2})
    expect(performance.now() - startedAt).toBeGreaterThan(990)
  })

  it.each([
    [403, 'action_prohibited', 'ask an admin of the workspace'],
    [403, 'posting_to_general_channel_denied', 'create a webhook for another one'],
    [403, 'invalid_token', 'create a new webhook'],
    [404, 'no_service', 'create a new webhook'],
    [404, 'no_service_id', 'create a new webhook'],
    [404, 'no_active_hooks', 'the webhook is switched off'],
    [404, 'no_team', 'the workspace is unknown'],
    [403, 'team_disabled', 'the workspace is disabled'],
    [404, 'channel_not_found', 'the channel is gone'],
    [410, 'channel_is_archived', 'unarchive the channel'],
    [400, 'no_service', 'create a new webhook'],
    [500, 'channel_is_archived', 'unarchive the channel'],
    [404, 'constructor', 'check the webhook URL'],
  ])('tells what to do about %i %s', async (status, body, advice) => {
    const delivery = await deliver({status, body})
    expect(delivery).toMatchObject({ok: false, retryable: false})
    expect(delivery).toHaveProperty('detail', expect.stringContaining(`Slack answered ${status} ${body}: `))
    expect(delivery).toHaveProperty('detail', expect.stringContaining(advice))
  })

  it('says that a 429 is a matter of too many messages', async () => {
    const body = '{"retry_after":0,"ok":false,"error":"rate_limited"}'
    expect(await deliver({status: 429, headers: {'retry-after': '0'}, body})).toEqual({
      ok: false,
      attempts: 3,
      retryable: true,
      detail: `Slack answered 429 ${body}: too much is sent to this webhook`,
    })
  })

  it.each([
    ['a page', {body: '<html>\n  <title>Sign in</title>'}, 'got 200 <html> <title>Sign in</title>: '],
    ['a flood', {body: 'x'.repeat(20_000)}, `got 200 ${'x'.repeat(100)}: `],
    ['nothing', {body: ''}, 'got 200 without text: '],
    ['a word that begins with ok', {body: 'okay'}, 'got 200 okay: '],
    ['JSON', {body: '{"ok":true}'}, 'got 200 {"ok":true}: '],
    ['another status', {status: 201, body: 'ok'}, 'got 201 ok: '],
  ])('does not take %s for success', async (_, answer, got) => {
    expect(await deliver(answer)).toEqual({
      ok: false,
      attempts: 1,
      retryable: false,
      detail: `expected 200 ok of Slack, ${got}check the webhook URL and the proxy`,
    })
    expect(receiver.calls).toHaveLength(1)
  })

  it('hides its URL in a repeated answer before that is cut', async () => {
    const body = `${'-'.repeat(90)}/services/T0/B0/hV9sDk2LmQpX4cR7tYbN1aZe`
    expect(JSON.stringify(await deliver({body}))).not.toContain('/services')
  })
})
