import {WatchError} from '../errors.ts'
import type {ErrorCode} from '../model/error-code.ts'
import {networkErrorText} from '../send.ts'
import type {Attempt} from './attempt.ts'
import type {Origin} from './origin.ts'
import {PullTimeout} from './pull-deadline.ts'

/** What `signal` says when it ended the pull: the deadline has passed, or somebody interrupted. */
export function abortError(signal: AbortSignal, attempt: Attempt): WatchError {
  const {reason} = signal as {reason: unknown}
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? attempt.error(
        'ARTIFACT_TIMEOUT',
        reason instanceof PullTimeout ? reason.message : 'no time was left before the deadline',
      )
    : attempt.error('CANCELLED', 'interrupted')
}

/** Whom a request was for. */
export type Server = Pick<Origin, 'url' | 'isPlainHttp'>

/** Whether a network error may be another one, or none, in a moment. */
export function isTemporaryError(error: unknown): error is WatchError {
  return error instanceof WatchError && (error.code === 'ARTIFACT_NETWORK' || error.code === 'ARTIFACT_TIMEOUT')
}

/** What a failed request or a broken body means. What has no code is a bug, and given back as it is. */
export function toNetworkError(error: unknown, origin: Server, attempt: Attempt, signal: AbortSignal): unknown {
  if (signal.aborted) return abortError(signal, attempt)
  const code = codeOf(error)
  if (code === null) return error
  const text = networkErrorText(error)
  if (isOfPlainServer(code, text)) {
    return attempt.error('ARTIFACT_TLS', `${origin.url} does not speak TLS`, {
      cause: error,
      hint: 'if this registry has no TLS, set source.plainHttp; a login is then sent to loopback only',
    })
  }
  if (code.startsWith('HPE_') && origin.isPlainHttp) {
    return attempt.error('ARTIFACT_TLS', `${origin.url} does not speak plain HTTP (${text})`, {
      cause: error,
      hint: 'if this registry has TLS, leave out source.plainHttp and name it by its real name, not by localhost',
    })
  }
  const hint = hintOf(code)
  return attempt.error(errorCodeOf(code), `${origin.url} cannot be reached: ${text}`, {
    cause: error,
    ...(hint !== null && {hint}),
  })
}

/** Undici has no code for some answers that are not HTTP. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (error.name === 'HTTPParserError') return 'HPE_INVALID'
  const {code} = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : null
}

/** What OpenSSL says when the other side answers with text. */
function isOfPlainServer(code: string, text: string): boolean {
  return (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' ||
    /wrong version number|packet length too long/.test(text)
  )
}

const timeouts = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'])

// https://nodejs.org/api/tls.html#x509-certificate-error-codes
const tlsCode = /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE)/
const tlsCodes = new Set(['EPROTO', 'HOSTNAME_MISMATCH', 'PATH_LENGTH_EXCEEDED'])
/** The file of further authorities cannot be read. */
const fileCodes = new Set(['ENOENT', 'EACCES', 'EISDIR'])

/** Null where the one of the code will do: the authority is not known. */
function hintOf(code: string): string | null {
  if (fileCodes.has(code)) return 'check the file that http.caFile names'
  if (code === 'CERT_HAS_EXPIRED') return 'renew the certificate of the registry, or of what stands before it'
  if (code === 'CERT_NOT_YET_VALID') return 'check the clock of this machine, and the certificate of the registry'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return 'name the registry by a name that its certificate has'
  }
  return null
}

function errorCodeOf(code: string): ErrorCode {
  if (timeouts.has(code)) return 'ARTIFACT_TIMEOUT'
  return tlsCode.test(code) || tlsCodes.has(code) || fileCodes.has(code) ? 'ARTIFACT_TLS' : 'ARTIFACT_NETWORK'
}
