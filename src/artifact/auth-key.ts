import {splitHost} from './reference.ts'

/** A key of `auths` or `credHelpers`, read. */
type AuthKey = {
  readonly key: string
  /** Lower case; each label may hold `*`. */
  readonly host: string
  /** Of the repository, from its beginning; empty for a whole registry. */
  readonly path: readonly string[]
}

/**
 * The values whose keys are for a repository, the most specific one first: a host without `*` before one with, then the
 * longest path, then a key as it is before a URL of old, then as they are given. A host matches as a whole, with its port;
 * `*` stands for anything within one label, as in `*.dkr.ecr.*.amazonaws.com`; a path ends where a component ends.
 * https://kubernetes.io/docs/concepts/containers/images/#config-json
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export function mostSpecificFirst<T>(entries: Iterable<readonly [string, T]>, host: string, repository: string): T[] {
  return [...entries]
    .map(([key, value]) => ({key: parseKey(key), value}))
    .filter(({key}) => matchesHost(key.host, host) && matchesPath(key.path, repository))
    .toSorted(({key: a}, {key: b}) => bySpecificity(a, b))
    .map(({value}) => value)
}

function bySpecificity(a: AuthKey, b: AuthKey): number {
  return stars(a) - stars(b) || b.path.length - a.path.length || Number(isUrl(a.key)) - Number(isUrl(b.key))
}

/** Docker Hub has one account and many names. */
export function isHub(host: string): boolean {
  return hub.has(host)
}

const hub = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])

/** `https://index.docker.io/v1/` → `index.docker.io`; `ghcr.io/acme` is for a part of a registry. */
function parseKey(key: string): AuthKey {
  const schemeEnd = key.indexOf('://')
  const rest = (schemeEnd === -1 ? key : key.slice(schemeEnd + 3)).replace(/\/(?:v[12]\/?)?$/, '')
  const [host = '', ...path] = rest.split('/')
  return {key, host: host.toLowerCase(), path}
}

function isUrl(key: string): boolean {
  return key.includes('://')
}

function stars({host}: AuthKey): number {
  return host.split('*').length
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === host || (isHub(pattern) && isHub(host))) return true
  const [wanted, actual] = [splitHost(pattern), splitHost(host)]
  const [patterns, labels] = [wanted.hostname.split('.'), actual.hostname.split('.')]
  return (
    pattern.includes('*') &&
    wanted.port === actual.port &&
    patterns.length === labels.length &&
    patterns.every((label, index) => matchesLabel(label, labels[index]!))
  )
}

function matchesLabel(pattern: string, label: string): boolean {
  const source = pattern
    .split('*')
    .map(part => part.replaceAll(/[^a-z0-9]/g, String.raw`\$&`))
    .join('.*')
  return new RegExp(`^${source}$`).test(label)
}

function matchesPath(path: readonly string[], repository: string): boolean {
  const components = repository.split('/')
  return path.length <= components.length && path.every((component, index) => component === components[index])
}
