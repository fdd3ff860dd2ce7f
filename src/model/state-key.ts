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

/** The State key of a RESOURCE column without its Manifest; see `parseResourceColumn` for the reverse. */
export function toStateKey(manifest: string, resource: string): StateKey {
  return `${manifest}/${resource}`
}

/**
 * The State key that a RESOURCE column of the block of `manifest` stands for. The documentation prints the Manifest's
 * name in front, the code does not (facts D1); tazuna prints a key that it cannot parse raw, with the name.
 * Returns null for six parts that begin with another Manifest's name: that line is unknown.
 */
export function parseResourceColumn(manifest: string, text: string): StateKey | null {
  const slash = text.indexOf('/')
  switch (countParts(text)) {
    case 4:
      return toStateKey(manifest, text)
    case 5: {
      const isVersion = /^v[0-9]/.test(text.slice(slash + 1))
      return !isVersion && text.slice(0, slash) === manifest ? text : toStateKey(manifest, text)
    }
    case 6:
      return text.slice(0, slash) === manifest ? text : null
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

/** The Kind of a State key, or null for a raw key; without making an object for it. */
export function isSecret(manifest: string, stateKey: StateKey): boolean {
  return toResource(manifest, stateKey)?.kind === 'Secret'
}

function countParts(text: string): number {
  let parts = 1
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) parts += 1
  return parts
}
