import type {Http} from '../../http.ts'
import type {Redact, Secret} from '../../secret.ts'
import {send, type SendPolicy} from '../../send.ts'
import type {Delivery, Notifier} from '../notifier.ts'
import {readAnswer, type SlackAnswer} from './answer.ts'
import {renderMessage} from './message.ts'
import type {SlackPayload} from './payload.ts'

export type SlackOptions = {
  readonly name: string
  readonly webhookUrl: Secret
  readonly http: Http
  readonly redact: Redact
  readonly sendPolicy?: Omit<SendPolicy, 'signal'>
}

/**
 * Slack by incoming webhook: one POST, answered by 200 and `ok`. A message that Slack refuses is sent once more as its
 * fallback text, with the attempts and the time that are left.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export function slackNotifier({name, webhookUrl, http, redact, sendPolicy = {}}: SlackOptions): Notifier<SlackPayload> {
  const {attempts = 4, totalTimeout = 45_000} = sendPolicy

  async function post(body: object, attempts: number, signal: AbortSignal): Promise<Posted> {
    const headers = {'content-type': 'application/json; charset=utf-8'}
    const request = {method: 'POST', url: webhookUrl.reveal(), headers, body: JSON.stringify(body)} as const
    const sent = await send(http, request, {...sendPolicy, attempts, signal})
    return {answer: readAnswer({...sent, text: redact(sent.text)}), attempts: sent.attempts}
  }

  return {
    name,
    type: 'slack',
    render: notification => renderMessage(notification),
    async send({blocks, ...fallback}, signal) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(totalTimeout)])
      const first = await post({...fallback, blocks}, attempts, deadline)
      if (first.answer.kind !== 'message-refused') return toDelivery(first, redact)
      const second = await post(fallback, Math.max(1, attempts - first.attempts), deadline)
      return toDelivery({answer: second.answer, attempts: first.attempts + second.attempts}, redact)
    },
  }
}

type Posted = {readonly answer: SlackAnswer; readonly attempts: number}

function toDelivery({answer, attempts}: Posted, redact: Redact): Delivery {
  if (answer.kind === 'delivered') return {ok: true, attempts}
  if (answer.kind === 'failed') return {ok: false, attempts, retryable: answer.retryable, detail: redact(answer.detail)}
  return {ok: false, attempts, retryable: false, detail: redact(`${answer.detail}, also to the plain text`)}
}
