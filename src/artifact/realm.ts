import {BlockList, isIPv4} from 'node:net'

import type {Attempt} from './attempt.ts'
import type {Origin} from './origin.ts'
import {oneLine} from '../one-line.ts'

export type RealmOptions = {
  /** As the challenge has it. */
  readonly realm: string
  readonly origin: Origin
  /** Whether a credential would go there. */
  readonly isKnown: boolean
  readonly attempt: Attempt
}

/**
 * Where a token may be asked for: the registry says where, and gets our credential sent there, so it may not lead to a
 * place inside our network or without TLS. Throws `ARTIFACT_TOKEN_REALM_REJECTED`.
 * https://github.com/oras-project/oras-go/security/advisories/GHSA-28r5-37g7-p6mp
 */
export function checkRealm({realm, origin, isKnown, attempt}: RealmOptions): URL {
  const rejected = (problem: string) =>
    attempt.error('ARTIFACT_TOKEN_REALM_REJECTED', `the registry sends us for a token to ${problem}`)
  const url = URL.parse(realm)
  if (url === null) throw rejected('a place that is no URL')
  const place = oneLine(url.origin, 150)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw rejected(oneLine(url.protocol, 40))
  if (url.username !== '' || url.password !== '') throw rejected(`${place}, with a user in the URL`)
  if (url.protocol === 'http:' && !origin.isPlainHttp) throw rejected(`${place}, without TLS`)
  const isSameHost = withoutDot(url.hostname) === withoutDot(new URL(origin.url).hostname)
  if (isInside(url.hostname) && !isSameHost) throw rejected(`${place}, an address inside this network`)
  if (url.protocol === 'http:' && isKnown && !isLoopback(url.hostname)) {
    throw rejected(`${place}, and credentials are not sent over plain HTTP`)
  }
  return url
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/**
 * Loopback, link-local and private addresses, those that only mean something locally or to nobody, and the forms of IPv6
 * that hold an IPv4 address which may be one of them. https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const inside = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  inside.addSubnet(net, prefix)
}
for (const [net, prefix] of [
  // also what is left of IPv4-compatible ones
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const) {
  inside.addSubnet(net, prefix, 'ipv6')
}

function isInside(hostname: string): boolean {
  return isLoopback(hostname) || isIn(inside, hostname)
}

function isLoopback(hostname: string): boolean {
  return /^(?:.*\.)?localhost$/.test(withoutDot(hostname)) || isIn(loopback, hostname)
}

/** `localhost.` is the same host. */
function withoutDot(hostname: string): string {
  return hostname.replace(/\.+$/, '')
}

/** The list knows IPv4 addresses in their IPv6 form too. URLs have both in one spelling only. */
function isIn(list: BlockList, hostname: string): boolean {
  if (hostname.startsWith('[')) return list.check(hostname.slice(1, -1), 'ipv6')
  return isIPv4(hostname) && list.check(hostname)
}
