import {expect} from 'vitest'

import {httpClient} from '../../../src/http.ts'
import type {MessageReference} from '../../../src/model/message-reference.ts'
import type {Delivery, Notification} from '../../../src/notify/notifier.ts'
import {renderMessage} from '../../../src/notify/slack/message.ts'
import {plainText} from '../../../src/notify/slack/payload.ts'
import {webApi} from '../../../src/notify/slack/web-api.ts'
import {redactor, Secret} from '../../../src/secret.ts'
import type {SendPolicy} from '../../../src/send.ts'
import {startWebhookReceiver, type ScriptedAnswer} from '../../support/webhook-receiver.ts'
import {situations} from './situations.ts'

/** The channel of the config, and what Slack calls it and the message. */
export const channel = '#ops'
export const channelId = 'C0123ABC'
export const ts = '1795251600.000200'
export const posted: MessageReference = {to: channel, channel: channelId, id: ts}

/** An earlier message of this notifier. */
export const thread: MessageReference = {to: channel, channel: channelId, id: '1795165200.000100'}

export const secretToken = 'xoxb-1234567890-hV9sDk2LmQpX4cR7tYbN1aZe'

/** As Slack answers: it repeats the message, here without its content. */
export function taken(threadTs?: string): {body: string} {
  const message = {type: 'message', subtype: 'bot_message', ts, bot_id: 'B0123ABC', text: '…', blocks: []}
  return json({
    ok: true,
    channel: channelId,
    ts,
    message: {...message, ...(threadTs !== undefined && {thread_ts: threadTs})},
  })
}

export function refused(error: string, more: object = {}): {body: string} {
  return json({ok: false, error, ...more})
}

export function json(answer: unknown): {body: string} {
  return {body: JSON.stringify(answer)}
}

export const drift: Notification = situations['one small drift']!

/** Text and blocks of that message. */
export const message = {
  text: '`prod-tokyo` drift in 1 Manifest · 1 modified',
  blocks: [{type: 'header'}, {type: 'section'}, {type: 'section'}, {type: 'section'}, {type: 'context'}],
}

/** What is left of it where Slack refuses the blocks. */
export const plain = plainText(renderMessage(drift))

type Answers = readonly [ScriptedAnswer, ...ScriptedAnswer[]]

export type Told = {
  readonly delivery: Delivery
  /** The bodies that arrived, parsed; of blocks only their types. */
  readonly bodies: readonly Record<string, unknown>[]
  readonly headers: readonly Record<string, unknown>[]
  readonly paths: readonly string[]
}

/** Sends one message to an API that answers so; the token may be nowhere but in the header. */
export async function tell(
  answers: Answers,
  notification: Notification = drift,
  policy: Omit<SendPolicy, 'signal'> = {},
): Promise<Told> {
  const receiver = await startWebhookReceiver(...answers)
  const http = httpClient({env: {}})
  try {
    const token = new Secret(secretToken)
    const notifier = webApi({
      name: 'ops',
      token,
      channel,
      apiUrl: `${receiver.url}/api`,
      http,
      redact: redactor([token]),
      sendPolicy: {attempts: 3, backoff: 1, ...policy},
    })
    const payload = notifier.render(notification)
    const delivery = await notifier.send(payload, new AbortController().signal)
    const {calls} = receiver
    const shown = JSON.stringify([payload, delivery, notifier, calls.map(({path, body}) => [path, body])])
    expect(shown).not.toContain('hV9sDk2LmQpX4cR7')
    return {
      delivery,
      bodies: calls.map(({body}) => toShort(JSON.parse(body) as Record<string, unknown>)),
      headers: calls.map(({headers}) => headers),
      paths: calls.map(({path}) => path),
    }
  } finally {
    await http.close()
    await receiver.close()
  }
}

function toShort(body: Record<string, unknown>): Record<string, unknown> {
  const {blocks, ...rest} = body
  if (!Array.isArray(blocks)) return rest
  return {...rest, blocks: (blocks as {type: string}[]).map(({type}) => ({type}))}
}
