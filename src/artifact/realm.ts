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
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw rejected(oneLine(url.protocol, 40))
  if (url.username !== '' || url.password !== '') throw rejected(`${url.origin}, with a user in the URL`)
  if (url.protocol === 'http:' && !origin.isPlainHttp) throw rejected(`${url.origin}, without TLS`)
  const isSameHost = url.hostname === new URL(origin.url).hostname
  if (isInside(url.hostname) && !isSameHost) throw rejected(`${url.origin}, an address inside this network`)
  if (url.protocol === 'http:' && isKnown && !isLoopback(url.hostname)) {
    throw rejected(`${url.origin}, and credentials are not sent over plain HTTP`)
  }
  return url
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Loopback, link-local and private addresses, and those that only mean something locally. */
const inside = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  inside.addSubnet(net, prefix)
}
for (const [net, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  inside.addSubnet(net, prefix, 'ipv6')
}

function isInside(hostname: string): boolean {
  return isLoopback(hostname) || isIn(inside, hostname)
}

function isLoopback(hostname: string): boolean {
  return /^(?:.*\.)?localhost\.?$/.test(hostname) || isIn(loopback, hostname)
}

/** The list knows IPv4 addresses in their IPv6 form too. URLs have both in one spelling only. */
function isIn(list: BlockList, hostname: string): boolean {
  if (hostname.startsWith('[')) return list.check(hostname.slice(1, -1), 'ipv6')
  return isIPv4(hostname) && list.check(hostname)
}
