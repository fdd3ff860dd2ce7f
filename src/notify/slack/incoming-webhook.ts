import type {Http} from '../../http.ts'
import type {Redact, Secret} from '../../secret.ts'
import {send, type SendPolicy} from '../../send.ts'
import type {Notifier} from '../notifier.ts'
import {readWebhookAnswer} from './incoming-webhook-answer.ts'
import {renderMessage} from './message.ts'
import type {SlackPayload} from './payload.ts'
import {sendMessage, withoutBlocks, type Body, type PostLimits} from './send-message.ts'
import {renderSlackText} from './text.ts'

export type WebhookOptions = {
  readonly name: string
  readonly webhookUrl: Secret
  readonly http: Http
  readonly redact: Redact
  readonly sendPolicy?: Omit<SendPolicy, 'signal'>
}

/**
 * Slack by incoming webhook: one POST, answered by 200 and `ok`. What was posted has no name there, so it has no thread.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export function incomingWebhook({
  name,
  webhookUrl,
  http,
  redact,
  sendPolicy = {},
}: WebhookOptions): Notifier<SlackPayload> {
  async function post(body: Body<SlackPayload>, limits: PostLimits) {
    const headers = {'content-type': 'application/json; charset=utf-8'}
    const request = {method: 'POST', url: webhookUrl.reveal(), headers, body: JSON.stringify(body)} as const
    const sent = await send(http, request, {...sendPolicy, ...limits})
    return {answer: readWebhookAnswer({...sent, text: redact(sent.text)}), attempts: sent.attempts}
  }

  return {
    name,
    type: 'slack',
    render: notification => renderMessage(notification),
    preview: renderSlackText,
    send: (payload, signal) =>
      sendMessage<Body<SlackPayload>>(payload, {post, insteadOf: withoutBlocks}, {sendPolicy, redact, signal}),
  }
}
