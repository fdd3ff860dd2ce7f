import {hash} from 'node:crypto'

/**
 * Of a document without its `checksum`, as `JSON.stringify` writes it: the space and escapes that are kept do not count,
 * the order of keys does. It finds a flipped bit in a State key or hash, which no schema can see and which would be
 * told as drift.
 */
export function checksum(json: string): string {
  return hash('sha256', json).slice(0, 16)
}
