import {createHash, type Hash} from 'node:crypto'

/** `ALGORITHM:HEX` of an algorithm that we know. */
export type Digest = {readonly algorithm: 'sha256' | 'sha512'; readonly hex: string}

const hexLengths = {sha256: 64, sha512: 128} as const

/** Null when it is no digest, or of another algorithm. https://github.com/opencontainers/image-spec descriptor.md */
export function parseDigest(text: string): Digest | null {
  const colon = text.indexOf(':')
  const algorithm = text.slice(0, colon)
  const hex = text.slice(colon + 1)
  if (algorithm !== 'sha256' && algorithm !== 'sha512') return null
  return hex.length === hexLengths[algorithm] && /^[0-9a-f]+$/.test(hex) ? {algorithm, hex} : null
}

/** `sha256:…` → `sha256-…`, of a digest that is known to be one. */
export function toFileName(digest: string): string {
  const {algorithm, hex} = parseDigest(digest)!
  return `${algorithm}-${hex}`
}

/** Whether it has the form of a digest, of whatever algorithm. */
export function isDigestLike(text: string): boolean {
  return /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/.test(text)
}

export function digestOf(bytes: Buffer, algorithm: Digest['algorithm']): string {
  return finishDigest(createHash(algorithm).update(bytes), algorithm)
}

export function finishDigest(hash: Hash, algorithm: Digest['algorithm']): string {
  return `${algorithm}:${hash.digest('hex')}`
}
