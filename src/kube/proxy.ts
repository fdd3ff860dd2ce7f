import {BlockList, isIP} from 'node:net'

import {KubeConfigError} from './kube-config-error.ts'

/**
 * The proxy to an API server, or null. The kubeconfig's `proxy-url` comes first and knows no exception; else
 * `HTTPS_PROXY` (or `HTTP_PROXY` for plain HTTP) and `NO_PROXY` count as they do for Go programs such as tazuna and
 * kubectl: addresses may be given as CIDR, and loopback is never proxied. Throws `KubeConfigError`.
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function chooseProxy(server: string, proxyUrl: string | null, env: NodeJS.ProcessEnv): string | null {
  if (proxyUrl !== null) return toProxyUrl(proxyUrl, 'proxy-url of the kubeconfig')
  const {protocol, hostname, port} = new URL(server)
  const name = protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  const text = env[name] || env[name.toUpperCase()] || ''
  const host = {name: hostname.replaceAll(/^\[|\]$/g, ''), port: port || (protocol === 'https:' ? '443' : '80')}
  if (text === '' || isLoopback(host.name) || isExcepted(host, env['no_proxy'] || env['NO_PROXY'] || '')) return null
  return toProxyUrl(text, name.toUpperCase())
}

const protocols = new Set(['http:', 'https:'])

/** `proxy:3128` is as common as a URL. */
function toProxyUrl(text: string, what: string): string {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url !== null && protocols.has(url.protocol)) return url.href
  // it may hold a password: it is not shown
  throw new KubeConfigError(`the ${what} is no URL of an HTTP proxy`, {
    hint: 'write it as http://HOST:PORT; SOCKS is not supported',
  })
}

type Host = {readonly name: string; readonly port: string}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

function isExcepted(host: Host, exceptions: string): boolean {
  return exceptions
    .split(/[,\s]+/)
    .filter(entry => entry !== '')
    .some(entry => isExceptedBy(host, entry.toLowerCase()))
}

function isExceptedBy(host: Host, entry: string): boolean {
  if (entry === '*') return true
  const [, address, length] = /^([\d.]+|[\da-f:.]+)\/(\d+)$/.exec(entry) ?? []
  if (address !== undefined) return isInside(host.name, address, Number(length))
  const {name, port} = splitPort(entry)
  if (port !== null && port !== host.port) return false
  if (isIP(name) !== 0) return isIP(host.name) !== 0 && isInside(host.name, name, isIP(name) === 4 ? 32 : 128)
  const domain = name.replace(/^\*?\./, '')
  const isDomainItself = host.name === domain && !/^\*?\./.test(name)
  return isDomainItself || host.name.endsWith(`.${domain}`)
}

/** `[::1]:443`, `host:443`; an IPv6 address without brackets has no port. */
function splitPort(entry: string): {name: string; port: string | null} {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? []
  return {name: bracketed ?? plain ?? entry, port: port ?? null}
}

function isInside(name: string, network: string, length: number): boolean {
  const family = isIP(network)
  if (family === 0 || isIP(name) !== family || length > (family === 4 ? 32 : 128)) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const block = new BlockList()
  block.addSubnet(network, length, type)
  return block.check(name, type)
}
