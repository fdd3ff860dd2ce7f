import {createHmac} from 'node:crypto'

import {isSecret, type StateKey} from './state-key.ts'

/** Hex digits of a hash that are kept: tazuna itself may print no more. */
const digits = 12

/**
 * A content hash as it is kept: its first 12 digits. Of a Secret it is an HMAC with the memory's own key, since the
 * hash of a short plaintext can be guessed.
 */
export function toKnownHash(manifest: string, stateKey: StateKey, hash: string | null, key: string): string | null {
  if (hash === null) return null
  const start = hash.replace(/\.+$/, '').slice(0, digits)
  if (!isSecret(manifest, stateKey)) return start
  return createHmac('sha256', Buffer.from(key, 'hex')).update(start).digest('hex').slice(0, digits)
}

/** Whether two kept hashes are of the same content as far as is known; one may have been printed shorter. */
export function isSameHash(a: string | null, b: string | null): boolean {
  return a === null || b === null || a.startsWith(b) || b.startsWith(a)
}
