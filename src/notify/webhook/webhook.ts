import type {Http} from '../../http.ts'
import {requireToken, requireUrl} from '../../read-secret.ts'
import {redactor, type Redact, type Secret} from '../../secret.ts'
import {send, type SendPolicy} from '../../send.ts'
import type {Notifier, NotifierTools} from '../notifier.ts'
import {toDelivery} from './answer.ts'
import {authorizationOf} from './authorization.ts'
import type {WebhookConfig} from './config.ts'
import {renderMessage} from './message.ts'
import type {WebhookMessage} from './message-schema.ts'
import {toSigningKey, withSignature} from './signature.ts'

export type WebhookOptions = {
  readonly name: string
  readonly url: Secret
  /** In base64, without `whsec_`; none: messages are not signed. */
  readonly signingKeys: readonly Secret[]
  readonly bearerToken: Secret | null
  readonly http: Http
  readonly redact: Redact
  readonly clock: () => Date
  readonly sendPolicy?: Omit<SendPolicy, 'signal'>
}

/** Opens the notifier of a config. Throws `SECRET_MISSING`, also for what is there and cannot be used. */
export function openWebhook(
  {url, signingSecret = [], bearerToken}: WebhookConfig,
  {name, http, redact, resolveSecret, clock}: NotifierTools,
): Notifier {
  return webhookNotifier({
    name,
    url: requireUrl(resolveSecret(url), url),
    signingKeys: signingSecret.map(ref => toSigningKey(resolveSecret(ref), ref)),
    bearerToken: bearerToken === undefined ? null : requireToken(resolveSecret(bearerToken), bearerToken),
    http,
    redact,
    clock,
  })
}

/**
 * Any receiver that takes JSON: one POST, answered by 2xx. The headers are those of Standard Webhooks, so that it can
 * tell a repetition by `webhook-id`: a message that got no answer in time is repeated like any other.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function webhookNotifier(options: WebhookOptions): Notifier<WebhookMessage> {
  const {name, url, signingKeys, bearerToken, http, redact, clock, sendPolicy = {}} = options
  const authorization = authorizationOf(url, bearerToken)
  const hide = redactor([...signingKeys, ...(authorization === null ? [] : [authorization.token])])
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'tazuna-watch',
    ...(authorization !== null && {authorization: `${authorization.scheme} ${authorization.token.reveal()}`}),
  }
  return {
    name,
    type: 'webhook',
    render: notification => renderMessage(name, notification),
    preview: ({data, ...message}) => JSON.stringify({...message, data: {...data, report: undefined}}, null, 2),
    async send(message, signal) {
      const signed = withSignature(http, {id: message.data.id, keys: signingKeys, clock})
      const request = {method: 'POST', url: url.reveal(), headers, body: JSON.stringify(message)} as const
      const sent = await send(signed, request, {...sendPolicy, signal})
      return toDelivery({...sent, text: redact(hide(sent.text))})
    },
  }
}
