import type {Redact} from '../../secret.ts'
import type {SendPolicy} from '../../send.ts'
import type {Delivery} from '../notifier.ts'
import type {SlackAnswer} from './answer.ts'
import {plainText, type SlackPayload} from './payload.ts'

/** What is posted: a payload, or what is left of one that Slack would not take. */
export type Body<Payload extends SlackPayload> = Omit<Payload, 'blocks'> & Partial<Pick<Payload, 'blocks'>>

/** One way to post a message. */
export type Transport<Posted extends object> = {
  /** With its retries. */
  readonly post: (body: Posted, limits: PostLimits) => Promise<{answer: SlackAnswer; attempts: number}>
  /** What to post instead of what was answered so, with the words for it; null: there is nothing else to try. */
  readonly insteadOf: (body: Posted, answer: SlackAnswer) => Instead<Posted> | null
}

export type PostLimits = Required<Pick<SendPolicy, 'attempts' | 'timeoutRetries' | 'signal'>>

export type Instead<Posted> = {readonly body: Posted; readonly note: string}

export type SendMessageOptions = {
  readonly sendPolicy: Omit<SendPolicy, 'signal'>
  readonly redact: Redact
  readonly signal: AbortSignal
}

/**
 * Posts a message; one that Slack does not take as it is, in a simpler form, with the attempts and the time that are
 * left. Slack cannot tell a repetition from a new message, so one that got no answer in time is repeated once and no
 * more. Never throws.
 */
export async function sendMessage<Posted extends object>(
  message: Posted,
  {post, insteadOf}: Transport<Posted>,
  {sendPolicy: {attempts = 4, totalTimeout = 45_000}, redact, signal}: SendMessageOptions,
): Promise<Delivery> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(totalTimeout)])
  const notes: string[] = []
  let body = message
  let used = 0
  for (let posts = 0; ; posts += 1) {
    const posted = await post(body, {
      attempts: Math.max(1, attempts - used),
      timeoutRetries: used > posts ? 0 : 1,
      signal: deadline,
    })
    used += posted.attempts
    const instead = insteadOf(body, posted.answer)
    if (instead === null) return toDelivery(posted.answer, used, notes, redact)
    body = instead.body
    notes.push(instead.note)
  }
}

/** What the blocks say as plain text, as much as there is room for. That Slack refuses them is a bug of ours, so it is told. */
export function withoutBlocks<Payload extends SlackPayload>(
  body: Body<Payload>,
  answer: SlackAnswer,
): Instead<Body<Payload>> | null {
  if (answer.kind !== 'message-refused' || body.blocks === undefined) return null
  const {blocks, ...rest} = body
  const plain = {...rest, text: plainText({text: body.text, blocks})}
  const note = `delivered as plain text: Slack refused the blocks (${answer.said})`
  return {body: plain as Body<Payload>, note}
}

function toDelivery(answer: SlackAnswer, attempts: number, notes: readonly string[], redact: Redact): Delivery {
  if (answer.kind === 'delivered') {
    const {reference, note} = answer
    const detail = redact([...notes, ...(note === undefined ? [] : [note])].join('; '))
    return {ok: true, attempts, ...(detail !== '' && {detail}), ...(reference !== undefined && {reference})}
  }
  const detail = answer.kind === 'message-refused' ? `${answer.detail}, also to the plain text` : answer.detail
  const retryable = answer.kind === 'failed' && answer.retryable
  return {ok: false, attempts, retryable, detail: redact(detail)}
}
