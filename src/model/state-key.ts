/**
 * A Kubernetes object as tazuna names it. `group` is `""` for the core group; `namespace` is null when the text has
 * four parts, which does not prove that the object is cluster-scoped (tazuna: manifest.setNamespaceIfEmpty).
 */
export type Resource = {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly namespace: string | null
  readonly name: string
}

/**
 * `manifest/group/version/kind[/namespace]/name`, or tazuna's raw key where it could not be parsed: the identity of
 * an entry everywhere.
 */
export type StateKey = string

/**
 * The State key that a RESOURCE column of the block of `manifest` stands for; `prefix` is `manifest` and a slash. The
 * documentation prints the Manifest's name in front, the code does not; tazuna prints a key that it cannot parse raw,
 * with the name (tazuna: pkg/runner/state_diff.go, formatDiffResourceKey; its docs: drift-monitoring.md).
 * Returns null for six parts that begin with another Manifest's name: that line is unknown.
 */
export function parseResourceColumn(prefix: string, text: string): StateKey | null {
  const named = text.startsWith(prefix)
  switch (countParts(text)) {
    case 4:
      return prefix + text
    case 5:
      // "apps/v1/…" in a Manifest called "apps" is a group and its version, not the Manifest's name
      return named && !/^v[0-9]/.test(text.slice(prefix.length)) ? text : prefix + text
    case 6:
      return named ? text : null
    default:
      return text
  }
}

/** The parsed object of a State key, or null for a raw key. */
export function toResource(manifest: string, stateKey: StateKey): Resource | null {
  if (!stateKey.startsWith(`${manifest}/`)) return null
  const parts = stateKey.slice(manifest.length + 1).split('/')
  if (parts.length !== 4 && parts.length !== 5) return null
  const [group = '', version = '', kind = ''] = parts
  return {group, version, kind, namespace: parts.length === 5 ? parts[3]! : null, name: parts.at(-1)!}
}

/** Whether the hashes of this key must not be shown: they include the plaintext of the Secret. */
export function isSecret(manifest: string, stateKey: StateKey): boolean {
  if (!stateKey.includes('/Secret/')) return false
  // of a raw key nobody knows which part is the kind
  const resource = toResource(manifest, stateKey)
  return resource === null || resource.kind === 'Secret'
}

function countParts(text: string): number {
  let parts = 1
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) parts += 1
  return parts
}

/** What patterns for `resource` match: `group/version/kind[/namespace]/name`, or the whole raw key. */
export function resourceOf({manifest, stateKey}: {manifest: string; stateKey: StateKey}): string {
  return stateKey.startsWith(`${manifest}/`) ? stateKey.slice(manifest.length + 1) : stateKey
}
