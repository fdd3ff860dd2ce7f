import type {Http} from '../../http.ts'
import type {MessageReference} from '../../model/message-reference.ts'
import type {Redact, Secret} from '../../secret.ts'
import {send, type SendPolicy} from '../../send.ts'
import type {Notification, Notifier} from '../notifier.ts'
import {notReached, type SlackAnswer} from './answer.ts'
import {renderMessage} from './message.ts'
import type {SlackPayload} from './payload.ts'
import {sendMessage, withoutBlocks, type Body, type Instead, type PostLimits} from './send-message.ts'
import {renderSlackText} from './text.ts'
import {apiVerdict, readApiAnswer, type ApiAnswer} from './web-api-answer.ts'

/** What is posted; with `thread_ts` below that message of the channel, and with `reply_broadcast` also in the channel. */
export type ApiPayload = {
  readonly channel: string
  readonly thread_ts?: string
  readonly reply_broadcast?: true
} & SlackPayload

export type WebApiOptions = {
  readonly name: string
  readonly token: Secret
  /** As written in the config: an id, or `#name`. */
  readonly channel: string
  /** The methods are below it. */
  readonly apiUrl: string
  readonly http: Http
  readonly redact: Redact
  readonly sendPolicy?: Omit<SendPolicy, 'signal'>
}

/** Bytes of an answer: it repeats the message, and not every character of it in one byte. */
const answerLimit = 512 * 1024

/**
 * Slack by the Web API, with the token of an app. What goes on with one earlier message is put below it; where that
 * cannot be, at the top of the channel: nothing is left unsaid for want of a thread.
 * https://docs.slack.dev/reference/methods/chat.postMessage
 */
export function webApi(options: WebApiOptions): Notifier<ApiPayload> {
  const {name, token, channel, apiUrl, http, redact, sendPolicy = {}} = options

  async function post(body: Body<ApiPayload>, limits: PostLimits) {
    const headers = {
      authorization: `Bearer ${token.reveal()}`,
      'content-type': 'application/json; charset=utf-8',
    }
    const url = `${apiUrl.replace(/\/+$/, '')}/chat.postMessage`
    const request = {method: 'POST', url, headers, body: JSON.stringify(body)} as const
    const sent = await send(http, request, {...sendPolicy, ...limits, verdict: apiVerdict, answerLimit})
    const answer =
      sent.status === null
        ? notReached(redact(sent.text), !sent.ok && sent.retryable)
        : toSlackAnswer(readApiAnswer(sent.status, sent.text, redact), body, channel)
    return {answer, attempts: sent.attempts}
  }

  return {
    name,
    type: 'slack',
    render: notification => ({...placeOf(notification, channel), ...renderMessage(notification)}),
    preview: ({channel, thread_ts, ...payload}) =>
      `channel ${channel}${thread_ts === undefined ? '' : `, in the thread of ${thread_ts}`}\n\n${renderSlackText(payload)}`,
    send: (payload, signal) =>
      sendMessage<Body<ApiPayload>>(
        payload,
        {post, insteadOf: (body, answer) => withoutBlocks(body, answer) ?? withoutThread(body, answer, channel)},
        {sendPolicy, redact, signal},
      ),
  }
}

type Place = Pick<ApiPayload, 'channel' | 'thread_ts' | 'reply_broadcast'>

/**
 * A thread of a channel that the config does not name any more is none. That something `removed` is still there is also
 * shown in the channel: in a thread only those see it who took part.
 */
function placeOf({thread, reasons, manifests}: Notification, channel: string): Place {
  if (thread?.to !== channel) return {channel}
  const isRemoved = manifests.some(({open}) => open.some(({diffType}) => diffType === 'removed'))
  const broadcast = reasons.includes('reminder') && isRemoved ? ({reply_broadcast: true} as const) : {}
  return {channel: thread.channel, thread_ts: thread.id, ...broadcast}
}

/**
 * The message at the top of the channel. Also where the channel of the thread is refused: a name may be that of another
 * channel by now. A plain text refused below a message may still pass elsewhere.
 */
function withoutThread(
  message: Body<ApiPayload>,
  answer: SlackAnswer,
  channel: string,
): Instead<Body<ApiPayload>> | null {
  const isRefused = answer.kind === 'place-refused' || answer.kind === 'message-refused'
  if (message.thread_ts === undefined || !isRefused) return null
  const {thread_ts: _, reply_broadcast: __, ...body} = message
  return {body: {...body, channel}, note: `delivered at the top of the channel, not in its thread (${answer.said})`}
}

/** A message in its thread has no reference of its own: the thread goes on below the first one. */
function toSlackAnswer(answer: ApiAnswer, {thread_ts}: Body<ApiPayload>, to: string): SlackAnswer {
  if (answer.kind !== 'posted') return answer
  const {channel, ts, threadTs} = answer
  if (thread_ts !== undefined && threadTs === thread_ts) return {kind: 'delivered'}
  const notes = [
    ...(thread_ts === undefined ? [] : ['delivered at the top of the channel: the message it belongs to is gone']),
    ...(channel === null || ts === null ? ['Slack did not say which message it is: it can have no thread'] : []),
  ]
  const reference: MessageReference | null = channel === null || ts === null ? null : {to, channel, id: ts}
  return {
    kind: 'delivered',
    ...(reference !== null && {reference}),
    ...(notes.length > 0 && {note: notes.join('; ')}),
  }
}
