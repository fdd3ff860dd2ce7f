import {readFile} from 'node:fs/promises'
import type {SecureContext} from 'node:tls'
import type {Dispatcher} from 'undici'

import {errorText} from '../errors.ts'
import type {ClientCertificate, KubeAccess} from './access.ts'
import {KubeConfigError} from './kube-config-error.ts'

export type DispatcherOptions = {
  readonly access: KubeAccess
  readonly certificate: ClientCertificate | null
  /** URL, or null to connect directly. */
  readonly proxy: string | null
  /** PEM file of further authorities, for a server of which the kubeconfig names none. */
  readonly caFile: string | null
}

/** Shorter than an attempt: what was not connected was not sent. */
const connectTimeout = 8_000

/** Opens no connection yet. Throws `KubeConfigError` for certificates that are none. */
export async function openDispatcher(options: DispatcherOptions): Promise<Dispatcher> {
  const {Agent, EnvHttpProxyAgent} = await import('undici')
  const {access, proxy} = options
  const tls = access.server.startsWith('https:') ? await tlsOptions(options) : {}
  const connect = {timeout: connectTimeout, ...tls}
  if (proxy === null) return new Agent({connect, allowH2: false})
  return new EnvHttpProxyAgent({
    connect,
    allowH2: false,
    requestTls: connect,
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: '', // whether there is a proxy was decided already
  })
}

type TlsOptions = {secureContext: SecureContext; rejectUnauthorized: boolean; servername?: string}

/** TLS is loaded only where it is used: it takes as long as the rest of undici. */
async function tlsOptions({access, certificate, caFile}: DispatcherOptions): Promise<TlsOptions> {
  const {createSecureContext, getCACertificates} = await import('node:tls')
  const {X509Certificate} = await import('node:crypto')
  const {ca: own, verify, serverName} = access.tls
  const ca = own ?? (caFile === null ? null : [...getCACertificates('default'), await readCaFile(caFile)])
  try {
    // what is no certificate would be left out without a word
    if (own !== null) void new X509Certificate(own)
    const secureContext = createSecureContext({
      ...(ca !== null && {ca}),
      ...(certificate !== null && {cert: certificate.certificate, key: certificate.key.reveal()}),
    })
    return {secureContext, rejectUnauthorized: verify, ...(serverName !== null && {servername: serverName})}
  } catch (error) {
    throw new KubeConfigError(`the certificates for ${access.server} cannot be used: ${errorText(error)}`, {
      hint: 'certificate and key must belong together, and the authority must be a certificate',
    })
  }
}

async function readCaFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const message = `reading the further authorities: ${errorText(error)}`
    throw new KubeConfigError(message, {cause: error, hint: 'correct http.caFile'})
  }
}
