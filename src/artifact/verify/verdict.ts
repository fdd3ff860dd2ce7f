import {verify} from 'node:crypto'

import {oneLine} from '../../one-line.ts'
import type {SignatureKey} from './keys.ts'

/** What one thing that may be a signature turned out to be. */
export type Verdict =
  /** A signature of this artifact by this key. */
  | {readonly kind: 'valid'; readonly key: SignatureKey}
  /** A signature that must not count. */
  | {readonly kind: 'invalid'; readonly reason: string}
  /** Something else, such as an attestation. */
  | {readonly kind: 'no-signature'; readonly reason: string}

export function invalid(reason: string): Verdict {
  return {kind: 'invalid', reason}
}

export function noSignature(reason: string): Verdict {
  return {kind: 'no-signature', reason}
}

/** The same verdict; its reason says on what. */
export function named(name: string, verdict: Verdict): Verdict {
  return verdict.kind === 'valid' ? verdict : {...verdict, reason: `${name}: ${verdict.reason}`}
}

/** Enough of a digest for people. */
export function shortDigest(digest: string): string {
  return oneLine(digest.slice(0, 'sha256:'.length + 12))
}

/**
 * The key that made one of the signatures over exactly these bytes: ECDSA (DER) or RSA (PKCS #1 v1.5), with SHA-256; null
 * when it was none of them.
 */
export function signerOf(
  bytes: Buffer,
  signatures: readonly Buffer[],
  keys: readonly SignatureKey[],
): SignatureKey | null {
  return keys.find(({key}) => signatures.some(signature => verify('sha256', bytes, key, signature))) ?? null
}

/** Bytes of strict base64, RFC 4648 §4: one text for one value. Null for all else. */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

/** Null when it is no JSON. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}
