import {isIPv4} from 'node:net'

import {splitHost} from './reference.ts'

/** Where a registry is reached. */
export type Origin = {
  /** `https://HOST`, no slash at the end. */
  readonly url: string
  readonly isPlainHttp: boolean
  /** Traffic does not leave this machine. */
  readonly isLoopback: boolean
}

/** Docker Hub is named by one host and served by another. */
const hubNames = new Set(['docker.io', 'index.docker.io'])
const hubServer = 'registry-1.docker.io'

/** https, but for loopback and where plain HTTP is asked for. There is no falling back from one to the other. */
export function toOrigin(host: string, plainHttp: boolean): Origin {
  const isLoopback = isLoopbackName(splitHost(host).hostname)
  const isPlainHttp = plainHttp || isLoopback
  const server = hubNames.has(host) ? hubServer : host
  return {url: `${isPlainHttp ? 'http' : 'https'}://${server}`, isPlainHttp, isLoopback}
}

/** No proxy may see what is sent to this machine: a proxy on another one would even take it for its own. */
export function isLoopback({hostname}: URL): boolean {
  return isLoopbackName(hostname)
}

function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
}
