import {z} from 'zod'

import type {Redact} from '../../secret.ts'
import {verdictByStatus, type Verdict} from '../../send.ts'
import {failed, shown, type SlackAnswer} from './answer.ts'
import {adviceOnChannel, adviceOnWorkspace, messageCodes, passingCodes, rateCodes} from './web-api-codes.ts'

/** As of a webhook, but a message that was posted has a place and a name, if the answer is as documented. */
export type ApiAnswer =
  | Exclude<SlackAnswer, {kind: 'delivered'}>
  | {
      readonly kind: 'posted'
      readonly channel: string | null
      readonly ts: string | null
      /** The message that it stands below. */
      readonly threadTs: string | null
    }

const text = z.string().nullable().catch(null)

/** https://docs.slack.dev/apis/web-api/#responses; a `warning` beside it changes nothing. */
const answerSchema = z.object({
  ok: z.boolean(),
  error: text,
  /** Scopes, with `missing_scope`. */
  needed: text,
  provided: text,
  response_metadata: z.object({messages: z.array(z.string()).catch([])}).catch({messages: []}),
  channel: idOf(/^[A-Z0-9]{1,40}$/),
  ts: idOf(/^\d{1,20}\.\d{1,20}$/),
  message: z.object({thread_ts: text}).catch({thread_ts: null}),
})
type Answer = z.output<typeof answerSchema>

/**
 * Reads an answer of `chat.postMessage`: 200 also where it failed, then with a code. What is no such JSON comes from a
 * proxy, a login page, or another server.
 */
export function readApiAnswer(status: number, body: string, redact: Redact): ApiAnswer {
  const answer = parse(body)
  if (answer === null || (answer.ok && status !== 200)) return readForeign(status, redact(body))
  if (!answer.ok) return readError(status, answer, redact)
  const {channel, ts, message} = answer
  return {kind: 'posted', channel, ts, threadTs: message.thread_ts}
}

/** Whether to try again. */
export function apiVerdict(status: number, body: string): Verdict {
  const answer = readApiAnswer(status, body, said => said)
  if (answer.kind === 'posted') return 'ok'
  return answer.kind === 'failed' && answer.retryable ? 'retry' : 'failed'
}

function parse(body: string): Answer | null {
  try {
    return answerSchema.safeParse(JSON.parse(body), {jitless: true}).data ?? null
  } catch {
    return null
  }
}

function readForeign(status: number, body: string): ApiAnswer {
  const said = `${status} ${shown(body)}`
  const detail = `Slack answered ${said}`
  if (status === 413) return {kind: 'message-refused', said, detail}
  if (verdictByStatus(status) === 'retry') return failed(status === 429 ? `${detail}: ${tooMuch}` : detail, true)
  return failed(`expected the JSON of Slack’s API, got ${said}: check apiUrl and the proxy`, false)
}

const tooMuch = 'too much is sent to this channel or workspace'

/** The code counts, of one that nobody knows the status. What is not known to fail anywhere may pass elsewhere. */
function readError(status: number, answer: Answer, redact: Redact): ApiAnswer {
  const code = answer.error ?? ''
  const said = [...(status === 200 ? [] : [status]), shown(redact(code)), ...remarks(code, answer, redact)].join(' ')
  const detail = `Slack answered ${said}`
  const advice = adviceOnWorkspace.get(code)
  if (advice !== undefined) return failed(`${detail}: ${advice}`, false)
  if (messageCodes.has(code) || status === 413) return {kind: 'message-refused', said, detail}
  const where = adviceOnChannel.get(code)
  if (where !== undefined) return {kind: 'place-refused', said, detail: `${detail}: ${where}`}
  if (rateCodes.has(code) || status === 429) return failed(`${detail}: ${tooMuch}`, true)
  if (passingCodes.has(code) || verdictByStatus(status) === 'retry') return failed(detail, true)
  return {kind: 'place-refused', said, detail}
}

/** What Slack says beside the code: the scope that is missing, or which part of the message it does not take. */
function remarks(code: string, {needed, provided, response_metadata}: Answer, redact: Redact): string[] {
  if (code === 'missing_scope') {
    return [`(needed: ${shown(redact(needed ?? ''))}; granted: ${shown(redact(provided ?? ''))})`]
  }
  const [message] = response_metadata.messages
  return message === undefined ? [] : [`(${shown(redact(message))})`]
}

function idOf(form: RegExp) {
  return z.string().regex(form).nullable().catch(null)
}
