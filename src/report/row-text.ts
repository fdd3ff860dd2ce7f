import type {ParsedEntry} from '../model/report.ts'

/** `Kind namespace/name`, or the raw State key. */
export function objectName({resource, stateKey}: Pick<ParsedEntry, 'resource' | 'stateKey'>): string {
  if (resource === null) return stateKey
  const {kind, namespace, name} = resource
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`
}

/** The first 12 digits of what was and what is rendered; null where there is nothing to show. */
export function hashText({diffType, oldHash, newHash}: ParsedEntry): string | null {
  if (diffType === 'removed') return oldHash === null ? null : `was ${shortHash(oldHash)}`
  if (newHash === null) return null
  return oldHash === null ? shortHash(newHash) : `${shortHash(oldHash)} → ${shortHash(newHash)}`
}

/** Hashes are letters and digits, perhaps shortened with `...`. */
function shortHash(hash: string): string {
  return hash.replaceAll(/[^0-9A-Za-z]/g, '').slice(0, 12)
}

export function shortCommit(commit: string): string {
  return /^[0-9a-f]+$/.test(commit) ? commit.slice(0, 12) : commit
}

export function shortDigest(digest: string): string {
  return digest.replace(/^(\w+:[0-9a-f]{12})[0-9a-f]+$/, '$1')
}
