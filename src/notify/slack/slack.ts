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
 * fallback text, with the attempts and the time that are left. Slack cannot tell a repetition from a new message, so
 * one that got no answer in time is repeated once and no more.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export function slackNotifier({name, webhookUrl, http, redact, sendPolicy = {}}: SlackOptions): Notifier<SlackPayload> {
  const {attempts = 4, totalTimeout = 45_000} = sendPolicy

  async function post(body: object, limits: PostLimits): Promise<Posted> {
    const headers = {'content-type': 'application/json; charset=utf-8'}
    const request = {method: 'POST', url: webhookUrl.reveal(), headers, body: JSON.stringify(body)} as const
    const sent = await send(http, request, {...sendPolicy, ...limits})
    return {answer: readAnswer({...sent, text: redact(sent.text)}), attempts: sent.attempts}
  }

  return {
    name,
    type: 'slack',
    render: notification => renderMessage(notification),
    async send({blocks, ...fallback}, signal) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(totalTimeout)])
      const first = await post({...fallback, blocks}, {attempts, timeoutRetries: 1, signal: deadline})
      if (first.answer.kind !== 'message-refused') return toDelivery(first, redact)
      const second = await post(fallback, {
        attempts: Math.max(1, attempts - first.attempts),
        timeoutRetries: first.attempts > 1 ? 0 : 1,
        signal: deadline,
      })
      return toPlainDelivery(first.answer.said, second, first.attempts + second.attempts, redact)
    },
  }
}

type PostLimits = Required<Pick<SendPolicy, 'attempts' | 'timeoutRetries' | 'signal'>>

type Posted = {readonly answer: SlackAnswer; readonly attempts: number}

/** What became of the fallback text. That Slack refused the blocks is a bug of ours, so it is told. */
function toPlainDelivery(said: string, {answer}: Posted, attempts: number, redact: Redact): Delivery {
  if (answer.kind !== 'delivered') return toDelivery({answer, attempts}, redact)
  return {ok: true, attempts, detail: redact(`delivered as plain text: Slack refused the blocks (${said})`)}
}

function toDelivery({answer, attempts}: Posted, redact: Redact): Delivery {
  if (answer.kind === 'delivered') return {ok: true, attempts}
  if (answer.kind === 'failed') return {ok: false, attempts, retryable: answer.retryable, detail: redact(answer.detail)}
  return {ok: false, attempts, retryable: false, detail: redact(`${answer.detail}, also to the plain text`)}
}
