import {isIPv6} from 'node:net'

import {WatchError} from '../errors.ts'
import {isDigestLike, parseDigest} from './digest.ts'
import {oneLine} from '../one-line.ts'

/** Names an artifact in a registry. With tag and digest the digest decides and the tag is only a label. */
export type Reference = {
  /** Lower case, with the port if one was given: `ghcr.io`, `localhost:5000`, `[::1]:5000`. */
  readonly host: string
  readonly repository: string
  /** Null only when a digest is given without a tag. */
  readonly tag: string | null
  readonly digest: string | null
  /** As given. */
  readonly text: string
}

const scheme = 'oci://'
const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
const domain = new RegExp(`^${label}(?:\\.${label})*$`)
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
const repositoryName = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const tagName = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/

/**
 * Reads `oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`; without tag and digest the tag is `latest`. The host is explicit: it
 * has a dot, a port, or is localhost. Throws `ARTIFACT_REF_INVALID`, `ARTIFACT_UNSUPPORTED_DIGEST`.
 */
export function parseReference(text: string): Reference {
  const invalid = (problem: string) =>
    new WatchError('ARTIFACT_REF_INVALID', `reading the reference ${showReference(text)}: ${problem}`)
  if (!text.startsWith(scheme)) throw invalid(`it does not begin with ${scheme}`)
  const [host, path] = cut(text.slice(scheme.length), '/')
  if (path === null) throw invalid('it names no repository')
  if (host.includes('@')) throw invalid('it holds a user; credentials come from the Docker config')
  const [name, digest] = cut(path, '@')
  const [repository, tag] = cut(name, ':')
  const problem = hostProblem(host.toLowerCase()) ?? nameProblem(host, repository, tag)
  if (problem !== null) throw invalid(problem)
  if (digest !== null && parseDigest(digest) === null) {
    if (!isDigestLike(digest)) throw invalid('what follows @ is no digest')
    if (!/^sha(?:256|512):/.test(digest)) {
      throw new WatchError('ARTIFACT_UNSUPPORTED_DIGEST', `reading the reference ${showReference(text)}: its digest`)
    }
    throw invalid('its digest has not the right length or characters')
  }
  return {host: host.toLowerCase(), repository, tag: tag ?? (digest === null ? 'latest' : null), digest, text}
}

function cut(text: string, separator: string): [before: string, after: string | null] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
}

function hostProblem(host: string): string | null {
  const {hostname, port} = splitHost(host)
  const known = hostname.startsWith('[') ? isIPv6(hostname.slice(1, -1)) : domain.test(hostname)
  // a URL has no numbers for a host but addresses, and writes those in one way only
  const inUrl = URL.parse(`https://${hostname}`)?.hostname
  if (!known || inUrl === undefined || (inUrl !== hostname && !hostname.startsWith('[')))
    return 'its host is not a host name or address'
  if (port !== null && !isPort(port)) return 'its port is not a number from 1 to 65535'
  const explicit = hostname.includes('.') || hostname.startsWith('[') || hostname === 'localhost' || port !== null
  return explicit ? null : 'its host is not explicit: write one with a dot or a port, or localhost'
}

/** The name without, and the port of, a `host` that may have one. An IPv6 address keeps its brackets. */
export function splitHost(host: string): {hostname: string; port: string | null} {
  const colon = host.indexOf(':', host.startsWith('[') ? host.indexOf(']') : 0)
  return colon === -1 ? {hostname: host, port: null} : {hostname: host.slice(0, colon), port: host.slice(colon + 1)}
}

function isPort(text: string): boolean {
  return /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
}

function nameProblem(host: string, repository: string, tag: string | null): string | null {
  if (host.length + repository.length + 1 > 255) return 'host and repository are longer than 255 characters'
  if (!repositoryName.test(repository)) {
    return 'its repository may have lower-case letters, digits, and single . _ - / between them'
  }
  if (tag !== null && !tagName.test(tag)) return 'its tag may have up to 128 letters, digits, _ . -'
  return null
}

/** For messages: without a query, and without what could be a user and password. */
function showReference(text: string): string {
  const [withoutQuery] = text.split(/[?#]/, 1)
  const at = withoutQuery!.lastIndexOf('@')
  const digest = at !== -1 && parseDigest(withoutQuery!.slice(at + 1)) !== null ? withoutQuery!.slice(at) : ''
  const rest = withoutQuery!.slice(0, withoutQuery!.length - digest.length)
  const user = rest.lastIndexOf('@')
  const shown = user === -1 ? rest : `[redacted]@${rest.slice(user + 1)}`
  return `"${oneLine(shown + digest)}"`
}
