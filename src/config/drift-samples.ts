/** A kind of drift that there may be: `resource` is `group/version/kind[/namespace]/name`, or a raw State key. */
export type DriftSample = {readonly manifest: string; readonly resource: string; readonly isRaw: boolean}

/** What people know, to be named first. */
const knownResources = [
  '/v1/ConfigMap/default/example',
  '/v1/Namespace/example',
  'apps/v1/Deployment/default/example',
  'rbac.authorization.k8s.io/v1/ClusterRole/example',
]

/**
 * Drift of which each pattern takes as little as it can: Manifests and resources of such names that only wildcards fit
 * them. As patterns can only add to what is matched, what takes all samples takes everything there is. Resources are of
 * the core group, a built-in group and any other, of all forms of versions, with and without a namespace; last is one
 * with a key that tazuna cannot parse.
 */
export function driftSamples(manifestPatterns: readonly string[], resourcePatterns: readonly string[]): DriftSample[] {
  const resources = [
    ...knownResources.map(resource => ({resource, isRaw: false})),
    ...freshResources(resourcePatterns),
    {resource: freshWord(resourcePatterns), isRaw: true},
  ]
  return ['example', ...freshManifests(manifestPatterns)].flatMap(manifest =>
    resources.map(sample => ({manifest, ...sample})),
  )
}

/** Words of all lengths that a pattern of `?` alone can tell apart. */
function freshManifests(patterns: readonly string[]): string[] {
  const letter = freshCharacter(letters, patterns)
  const longest = Math.max(0, ...patterns.map(pattern => pattern.split('?').length - 1))
  return Array.from({length: longest + 1}, (_, index) => letter.repeat(longest + 1 - index))
}

function freshResources(patterns: readonly string[]): {resource: string; isRaw: boolean}[] {
  const word = freshWord(patterns)
  const digit = freshCharacter('9876543210', patterns)
  const kind = `${word[0]!.toUpperCase()}${word.slice(1)}`
  // the group of a custom resource has a dot (apiextensions-apiserver: validation of spec.group)
  const groups = ['', 'apps', 'batch', 'autoscaling', 'policy', `${word}.${word}`]
  const versions = [`v${digit}`, `v${digit.repeat(2)}`, `v${digit}alpha${digit}`, `v${digit}beta${digit}`]
  return groups.flatMap(group =>
    versions.flatMap(version =>
      [`${word}/${word}`, word].map(name => ({resource: `${group}/${version}/${kind}/${name}`, isRaw: false})),
    ),
  )
}

/** A word that no pattern fits but by its wildcards; longer than what `?` alone can fit. */
function freshWord(patterns: readonly string[]): string {
  const length = Math.max(0, ...patterns.map(pattern => pattern.length)) + 1
  return freshCharacter(letters, patterns).repeat(length)
}

const letters = 'xyzqjkvwuhgfdbcpnmlotrsiea'

/** The one that the fewest patterns have, whatever its case. */
function freshCharacter(characters: string, patterns: readonly string[]): string {
  const uses = (character: string) => patterns.filter(pattern => pattern.toLowerCase().includes(character)).length
  return characters.split('').toSorted((a, b) => uses(a) - uses(b))[0]!
}
