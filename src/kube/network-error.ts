/** Whether it went wrong while finding or reaching a server, or agreeing with it on TLS: nothing was sent by then. */
export function isBeforeSending(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isBeforeSending)
  return unreachable.has(codeOf(error)) || isTlsError(error)
}

/** Whether the certificate of a server was not accepted: another attempt gets the same one. */
export function isTlsError(error: unknown): boolean {
  return certificateCode.test(codeOf(error))
}

const unreachable = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

// https://nodejs.org/api/tls.html#x509-certificate-error-codes
const certificateCode =
  /^(?:ERR_TLS_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)/

function codeOf(error: unknown): string {
  return error instanceof Error ? String((error as NodeJS.ErrnoException).code) : ''
}
