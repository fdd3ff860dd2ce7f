import type {IncomingMessage} from 'node:http'
import {TazunaError} from './go-error.ts'
import {goQuote} from './go-quote.ts'
import type {KubeAccess} from './kubeconfig.ts'
import {stateName, type StateConfigMap} from './state-data.ts'
import type {StateStore} from './state-store.ts'

/**
 * State in ConfigMaps of namespace `tazuna`: discovery of `v1` once, then one GET a Manifest, one after another, no
 * time limit (facts 5.1, 5.3). A missing ConfigMap or namespace is null.
 */
export async function kubeStore(access: KubeAccess, signal: AbortSignal): Promise<StateStore> {
  const get = await getter(access, signal)
  let isDiscovered = false
  return {
    async get(manifest) {
      if (!isDiscovered) {
        const answer = await get('/api/v1', discoveryAttempt)
        if (answer.status !== 200) throw new TazunaError(`${discoveryAttempt}${statusText(answer)}`)
        isDiscovered = true
      }
      const answer = await get(`/api/v1/namespaces/tazuna/configmaps/${encodeURIComponent(stateName(manifest))}`, '')
      if (answer.status === 404) return null
      if (answer.status !== 200) throw new TazunaError(statusText(answer))
      return (JSON.parse(answer.text) as Partial<StateConfigMap>).data ?? {}
    },
  }
}

const discoveryAttempt = 'failed to get API group resources: unable to retrieve the complete list of server APIs: v1: '

type Answer = {readonly status: number; readonly text: string}
type Get = (path: string, attempt: string) => Promise<Answer>

async function getter(access: KubeAccess, signal: AbortSignal): Promise<Get> {
  const isPlain = access.server.startsWith('http://')
  const {get, Agent} = isPlain ? await import('node:http') : await import('node:https')
  const agent = new Agent({
    keepAlive: true,
    ...(!isPlain && {
      rejectUnauthorized: access.verify,
      ...(access.ca !== null && {ca: access.ca}),
      ...(access.certificate !== null && {cert: access.certificate}),
      ...(access.key !== null && {key: access.key}),
      ...(access.serverName !== null && {servername: access.serverName}),
    }),
  })
  const headers = {
    accept: 'application/json',
    'user-agent': 'tazuna/v0.0.0 (linux/amd64) kubernetes/$Format',
    ...(access.token !== null && {authorization: `Bearer ${access.token}`}),
  }
  return async (path, attempt) => {
    const url = access.server + path
    try {
      return await new Promise<Answer>((resolve, reject) => {
        get(url, {agent, headers, signal}, message => {
          readAnswer(message).then(resolve, reject)
        }).on('error', reject)
      })
    } catch (error) {
      throw new TazunaError(`${attempt}Get ${goQuote(url)}: ${transportText(error, access.server)}`)
    }
  }
}

async function readAnswer(message: IncomingMessage): Promise<Answer> {
  message.setEncoding('utf8')
  let text = ''
  for await (const piece of message) text += piece as string
  return {status: message.statusCode ?? 0, text}
}

/** The text of client-go for an answer that is no success: the message of its `Status`, where it has one. */
function statusText({status, text}: Answer): string {
  try {
    const {message} = JSON.parse(text) as {message?: unknown}
    if (typeof message === 'string' && message !== '') return message
  } catch {
    // no Status, e.g. a page of a proxy
  }
  const known: Readonly<Record<number, string>> = {
    401: 'the server has asked for the client to provide credentials',
    403: 'the server does not allow this method on the requested resource',
    404: 'the server could not find the requested resource',
    429: 'the server has received too many requests and has asked us to try again later',
    503: 'the server is currently unable to handle the request',
  }
  return known[status] ?? `an error on the server (${goQuote(text)}) has prevented the request from succeeding`
}

/** The text of Go's net/http for a request that got no answer. */
function transportText(error: unknown, server: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const {hostname, port, protocol} = new URL(server)
  const address = `${hostname}:${port || (protocol === 'http:' ? '80' : '443')}`
  switch (code) {
    case 'ABORT_ERR':
      return 'context canceled'
    case 'ECONNREFUSED':
      return `dial tcp ${address}: connect: connection refused`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${hostname}: no such host`
    case 'ETIMEDOUT':
      return `dial tcp ${address}: i/o timeout`
    case 'ECONNRESET':
      return 'EOF'
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
