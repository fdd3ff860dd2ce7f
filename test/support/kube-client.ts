import {readFile} from 'node:fs/promises'
import {Agent} from 'undici'

import type {ClientCertificate} from './client-authority.ts'

/** Who asks: a bearer token, or a certificate for TLS. */
export type KubeIdentity = {readonly token: string} | ClientCertificate

export type KubeRequestOptions = {
  /** The admin unless given. */
  readonly as?: KubeIdentity
  readonly signal?: AbortSignal
}

/** `body` is the parsed JSON, or the text of an answer without JSON (`ok`). */
export type KubeAnswer = {readonly status: number; readonly body: unknown}

export type KubeClient = AsyncDisposable & {
  /**
   * One request; any status is an answer. `body` goes as JSON, with PATCH as a JSON merge patch.
   * Rejects on network errors and on `signal`.
   */
  request(method: KubeMethod, path: string, body?: object, options?: KubeRequestOptions): Promise<KubeAnswer>
  /** The same as admin, but rejects unless the status is 2xx. Gives the body. */
  mustRequest(method: KubeMethod, path: string, body?: object): Promise<unknown>
}

export type KubeMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A client of one API server: `url` without a path, `ca` as PEM. */
export function kubeClient(url: string, ca: string, adminToken: string): KubeClient {
  const agent = agentOf({ca})

  async function request(
    method: KubeMethod,
    path: string,
    body?: object,
    {as = {token: adminToken}, signal}: KubeRequestOptions = {},
  ): Promise<KubeAnswer> {
    await using own = 'token' in as ? null : agentOf({ca, ...(await readPair(as))})
    const answer = await (own ?? agent).request({
      origin: url,
      path,
      method,
      headers: {
        ...('token' in as && {authorization: `Bearer ${as.token}`}),
        ...(body && {'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'}),
      },
      body: body ? JSON.stringify(body) : null,
      signal: signal ?? null,
    })
    const text = await answer.body.text()
    const isJson = String(answer.headers['content-type']).startsWith('application/json')
    return {status: answer.statusCode, body: isJson ? JSON.parse(text) : text}
  }

  return {
    request,
    async mustRequest(method, path, body) {
      const answer = await request(method, path, body)
      if (answer.status >= 200 && answer.status < 300) return answer.body
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

function agentOf(connect: {ca: string; cert?: string; key?: string}): Agent & AsyncDisposable {
  const agent = new Agent({connect, allowH2: false})
  return Object.assign(agent, {[Symbol.asyncDispose]: () => agent.destroy()})
}

async function readPair({certFile, keyFile}: ClientCertificate): Promise<{cert: string; key: string}> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
  return {cert, key}
}
