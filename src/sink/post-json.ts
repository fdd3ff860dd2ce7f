import type {Http} from '../http.ts'
import type {Delivery} from '../notify/notifier.ts'
import {oneLine} from '../one-line.ts'
import {send, type SendPolicy} from '../send.ts'
import {receiverAccess, type ReceiverAddress} from './receiver-access.ts'

export type PostOptions = ReceiverAddress & {
  readonly http: Http
  readonly sendPolicy?: Omit<SendPolicy, 'signal'>
  /** Below the URL of the receiver. */
  readonly path: string
  /** The receiver as details call it, `the Alertmanager`. */
  readonly receiver: string
  /** Whether the receiver took it. */
  readonly isTaken: (status: number) => boolean
  /** Which key of the config to look at after a status; null: it is not the config. */
  readonly keyOf: (status: number) => string | null
}

/** Sends one document to a receiver; never throws. */
export type Post = (body: unknown, signal: AbortSignal) => Promise<Delivery>

/** Characters of an answer that are repeated in a detail. */
const answerShown = 300

/** A `POST` of JSON. Of a refusal the detail says what the receiver said. */
export function postJson({http, sendPolicy = {}, path, receiver, isTaken, keyOf, ...address}: PostOptions): Post {
  const access = receiverAccess(address)
  const headers = {'content-type': 'application/json', ...access.headers}
  return async (body, signal) => {
    const request = {method: 'POST', url: access.urlOf(path), headers, body: JSON.stringify(body)} as const
    const sent = await send(http, request, {...sendPolicy, signal})
    const {attempts, status} = sent
    if (status !== null && isTaken(status)) return {ok: true, attempts}
    const said = oneLine(access.redact(toWords(sent.text)), answerShown).toWellFormed()
    const detail = status === null ? `${receiver} was not reached: ${said}` : answered(status, said)
    return {ok: false, attempts, retryable: !sent.ok && sent.retryable, detail}
  }

  function answered(status: number, said: string): string {
    const key = keyOf(status)
    return `${receiver} answered ${status}${said === '' ? '' : `: ${said}`}${key === null ? '' : ` (check ${key})`}`
  }
}

/** The message of an answer in JSON: the whole of it, or its `message` or `error`. */
function toWords(text: string): string {
  const value = parse(text)
  const words =
    typeof value === 'object' && value !== null ? (fieldOf(value, 'message') ?? fieldOf(value, 'error')) : value
  return typeof words === 'string' ? words : text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function fieldOf(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}
