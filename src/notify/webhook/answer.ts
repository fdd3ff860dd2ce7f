import {oneLine} from '../../one-line.ts'
import type {Sent} from '../../send.ts'
import type {Delivery} from '../notifier.ts'

/** Characters of an answer that are repeated in a detail. */
const answerShown = 100

const checkSecrets = 'check the secrets that the notifier sends: its token, and the signing secret on both sides'
const checkUrl = 'check the URL of the notifier'

/** What to do about a status that no retry helps. */
const advice: Readonly<Record<number, string>> = {
  400: 'the receiver does not understand the message: look into its log',
  401: checkSecrets,
  403: checkSecrets,
  404: checkUrl,
  405: checkUrl,
  410: 'the receiver wants no more messages: take the notifier out of the config',
  413: 'let the receiver take bodies of 256 KiB',
  422: 'the receiver does not understand the message: look into its log',
}

/** How a delivery went. Any 2xx is a success; `text` of the answer must be without secrets already. */
export function toDelivery(sent: Sent): Delivery {
  const {status, attempts} = sent
  if (sent.ok) return {ok: true, attempts}
  const {retryable} = sent
  const text = oneLine(sent.text, answerShown)
  if (status === null) return {ok: false, attempts, retryable, detail: `the receiver was not reached: ${text}`}
  const said = `the receiver answered ${status}${text === '' ? '' : ` ${text}`}`
  const help = helpWith(status)
  return {ok: false, attempts, retryable, detail: help === null ? said : `${said}: ${help}`}
}

function helpWith(status: number): string | null {
  if (status === 429) return 'it takes no more messages for now'
  if (status >= 300 && status < 400) return 'redirects are not followed: put the URL it leads to into the secret'
  return advice[status] ?? null
}
