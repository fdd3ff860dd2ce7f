import type {WatchError} from '../errors.ts'
import {readText, type HttpAnswer} from '../http.ts'
import type {ErrorCode} from '../model/error-code.ts'
import type {Attempt} from './attempt.ts'
import {oneLine} from '../one-line.ts'

const longestBody = 16 * 1024

const defaultCodes: Readonly<Record<number, ErrorCode>> = {
  401: 'ARTIFACT_AUTH_FAILED',
  403: 'ARTIFACT_DENIED',
  404: 'ARTIFACT_NOT_FOUND',
  408: 'ARTIFACT_TIMEOUT',
  410: 'ARTIFACT_NOT_FOUND',
  429: 'ARTIFACT_RATE_LIMITED',
}

const temporary = new Set([408, 429, 500, 502, 503, 504])

/** Whether the same request may be answered otherwise in a moment. */
export function isTemporary(status: number): boolean {
  return temporary.has(status)
}

export type AnswerErrorOptions = {
  /** Who answered; default the registry. */
  readonly who?: string
  /** What some statuses mean from them. */
  readonly codes?: Readonly<Record<number, ErrorCode>>
  /** What else is to be said. */
  readonly more?: string
}

/** What an answer other than 200 means, in the server's own words where it has some. Reads the body. */
export async function toAnswerError(
  answer: HttpAnswer,
  attempt: Attempt,
  options?: AnswerErrorOptions,
): Promise<WatchError> {
  return toStatusError({status: answer.status, said: await readErrorText(answer)}, attempt, options)
}

/** Likewise, of an answer that was read: `said` is empty where it says nothing. */
export function toStatusError(
  {status, said}: {readonly status: number; readonly said: string},
  attempt: Attempt,
  {who = 'the registry', codes = {}, more = ''}: AnswerErrorOptions = {},
): WatchError {
  const text = [`${who} answered ${status}`, said, more].filter(part => part !== '').join(': ')
  // what Go servers say to plain HTTP
  if (/HTTP request to an HTTPS server/i.test(said)) {
    return attempt.error('ARTIFACT_TLS', text, {
      hint: 'this registry has TLS: leave out source.plainHttp and name it by its real name, not by localhost',
    })
  }
  // ECR says so with 403
  if (/authorization token has expired/i.test(said)) {
    return attempt.error('ARTIFACT_AUTH_FAILED', text, {
      hint: 'a token of ECR lives for 12 hours: renew the secret, or use the credential helper ecr-login',
    })
  }
  return attempt.error(codes[status] ?? defaultCodes[status] ?? 'ARTIFACT_SERVER_ERROR', text)
}

/** What storage that a registry redirects to answers. Its text may quote our URL, which is a credential: it is not read. */
export function toStorageError(answer: HttpAnswer, origin: string, attempt: Attempt): WatchError {
  answer.body.on('error', () => undefined).destroy()
  const text = `the registry redirects to ${origin}, which answered ${answer.status}`
  if (answer.status !== 401 && answer.status !== 403) {
    return attempt.error(defaultCodes[answer.status] ?? 'ARTIFACT_SERVER_ERROR', text)
  }
  return attempt.error('ARTIFACT_DENIED', text, {hint: 'the storage refuses links of its registry: look there'})
}

/**
 * The first of the registry's `errors`, what a token service says instead, or plain text; empty when it says nothing. Of a
 * URL in it the query is left out: a link to storage is a credential.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
 * https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export async function readErrorText({headers, body}: HttpAnswer): Promise<string> {
  let text: string
  try {
    text = await readText(body, longestBody)
  } catch {
    return ''
  }
  const said = errorIn(text) ?? (String(headers['content-type']).startsWith('text/plain') ? text : '')
  return oneLine(said.slice(0, longestBody).replaceAll(/(\w+:\/\/[^\s?#]*)[?#][^\s"'<>]*/g, '$1'))
}

/** Null for what is no error as registries and token services word them. */
function errorIn(text: string): string | null {
  const json = toObject(parseJson(text))
  if (json === null) return null
  const {errors, error, error_description: description, message, details} = json
  const first = toObject(Array.isArray(errors) ? errors[0] : error)
  if (first !== null) return sentence(first['code'], first['message'])
  return sentence(error, description ?? message ?? details)
}

function sentence(...parts: readonly unknown[]): string {
  return parts.filter(part => typeof part === 'string' && part !== '').join(': ')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function toObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
}
