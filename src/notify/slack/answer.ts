import {errorText} from '../../errors.ts'
import type {MessageReference} from '../../model/message-reference.ts'

/** What an answer of Slack means for us. `said` is its status and code, `detail` the same with words, and advice. */
export type SlackAnswer =
  | {readonly kind: 'delivered'; readonly reference?: MessageReference; readonly note?: string}
  /** Slack refused the message itself: a plain one may pass. */
  | {readonly kind: 'message-refused'; readonly said: string; readonly detail: string}
  /** Slack would not put it there: elsewhere it may pass. */
  | {readonly kind: 'place-refused'; readonly said: string; readonly detail: string}
  | Failed

type Failed = {readonly kind: 'failed'; readonly retryable: boolean; readonly detail: string}

/** Characters of an answer that are repeated in a detail. */
const answerShown = 100

export function failed(detail: string, retryable: boolean): Failed {
  return {kind: 'failed', retryable, detail}
}

/** `text` is that of the error. */
export function notReached(text: string, retryable: boolean): Failed {
  return failed(`Slack was not reached: ${errorText(text)}`, retryable)
}

/** The beginning of an answer, for a detail; secrets are to be hidden before. */
export function shown(text: string): string {
  const line = errorText(text)
  return line === '' ? 'without text' : line.slice(0, answerShown).toWellFormed()
}
