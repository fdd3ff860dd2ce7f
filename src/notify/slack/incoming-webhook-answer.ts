import {errorText} from '../../errors.ts'
import type {Sent} from '../../send.ts'
import {failed, notReached, shown, type SlackAnswer} from './answer.ts'

/**
 * The codes that another message can help.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
 */
const messageCodes = new Set([
  'invalid_payload',
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'too_many_attachments',
  'missing_text_or_fallback_or_attachments',
  'user_not_found',
])

const newWebhook = 'create a new webhook in the Slack app and put its URL into the secret'
const askAdmin = 'ask an admin of the workspace'

/** The codes that only a person can help, and how. */
const configurationCodes = new Map([
  ['action_prohibited', `${askAdmin} to let this app post there, or create a webhook for another channel`],
  ['posting_to_general_channel_denied', 'only some may post to this channel: create a webhook for another one'],
  ['invalid_token', newWebhook],
  ['no_service', newWebhook],
  ['no_service_id', newWebhook],
  ['no_active_hooks', `the webhook is switched off: ${newWebhook}`],
  ['no_team', `the workspace is unknown: ${newWebhook}`],
  ['team_disabled', `the workspace is disabled: ${askAdmin}`],
  ['channel_not_found', `the channel is gone: ${newWebhook}`],
  ['channel_is_archived', 'unarchive the channel, or create a webhook for another one and put its URL into the secret'],
])

/** Reads what `send` brought back of an incoming webhook: a status with a plain text code, or a network error. */
export function readWebhookAnswer(sent: Sent): SlackAnswer {
  const text = errorText(sent.text)
  if (sent.ok) return readSuccess(sent.status, text)
  const {status, retryable} = sent
  if (status === null) return notReached(text, retryable)
  const said = `${status} ${shown(text)}`
  const detail = `Slack answered ${said}`
  const advice = configurationCodes.get(text)
  if (advice !== undefined) return failed(`${detail}: ${advice}`, false)
  if (retryable) return failed(status === 429 ? `${detail}: too much is sent to this webhook` : detail, true)
  if (messageCodes.has(text) || status === 400 || status === 413) return {kind: 'message-refused', said, detail}
  return failed(`${detail}: check the webhook URL`, false)
}

/** Anything but `ok` comes from a proxy, a login page, or another server. */
function readSuccess(status: number, text: string): SlackAnswer {
  if (status === 200 && text === 'ok') return {kind: 'delivered'}
  return failed(`expected 200 ok of Slack, got ${status} ${shown(text)}: check the webhook URL and the proxy`, false)
}
