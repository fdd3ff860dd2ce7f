/** Long names as people know them. */

export function shortCommit(commit: string): string {
  return /^[0-9a-f]+$/.test(commit) ? commit.slice(0, 12) : commit
}

export function shortDigest(digest: string): string {
  return digest.replace(/^(\w+:[0-9a-f]{12})[0-9a-f]+$/, '$1')
}

/** Flux writes `branch@sha1:<commit>`; a bare commit is as common. */
export function shortRevision(revision: string): string {
  return revision.replaceAll(/\b([0-9a-f]{12})[0-9a-f]{20,}\b/g, '$1')
}
