import type {Dispatcher} from 'undici'

import type {OnEvent} from '../event.ts'
import type {HttpAnswer} from '../http.ts'
import {orAborted} from '../or-aborted.ts'
import type {ClientCertificate, KubeAccess} from './access.ts'
import {openDispatcher} from './dispatcher.ts'
import type {Credential} from './login.ts'
import {chooseProxy} from './proxy.ts'

export type KubeRequest = {
  readonly method: 'GET' | 'PUT'
  /** Below the server, with its query. */
  readonly path: string
  readonly body?: string
}

/** Connections to one API server. */
export type KubeTransport = {
  /** Makes ready what a request with this credential needs. Throws `KubeConfigError` for certificates that are none. */
  prepare(credential: Credential): Promise<void>
  /** One attempt; like `Http.request` it takes any status for an answer, follows no redirect, and rejects otherwise. */
  request(request: KubeRequest, credential: Credential, signal: AbortSignal): Promise<HttpAnswer>
  close(): Promise<void>
}

export type TransportOptions = {
  readonly env: NodeJS.ProcessEnv
  readonly caFile: string | null
  readonly onEvent: OnEvent
}

type Opened = {readonly certificate: ClientCertificate | null; readonly dispatcher: Promise<Dispatcher>}

/** Opens nothing yet. Throws `KubeConfigError` for a proxy that is none. */
export function openTransport(access: KubeAccess, {env, caFile, onEvent}: TransportOptions): KubeTransport {
  const proxy = chooseProxy(access.server, access.proxyUrl, env)
  const {origin, pathname} = new URL(access.server)
  const prefix = pathname.replace(/\/$/, '')
  let opened: Opened | undefined

  /** A certificate belongs to a connection: another one needs others. */
  async function dispatcherFor({certificate}: Credential): Promise<Dispatcher> {
    if (opened === undefined || opened.certificate !== certificate) {
      const old = opened
      opened = {certificate, dispatcher: openDispatcher({access, certificate, proxy, caFile})}
      await destroy(old)
    }
    return await opened.dispatcher
  }

  return {
    async prepare(credential) {
      await dispatcherFor(credential)
    },
    async request({method, path, body}, credential, signal) {
      const dispatcher = await dispatcherFor(credential)
      const startedAt = performance.now()
      const tell = (status: number | null) =>
        onEvent({type: 'request', method, origin, status, seconds: (performance.now() - startedAt) / 1000})
      try {
        const sending = dispatcher.request({
          origin,
          path: prefix + path,
          method,
          headers: headersOf(access, credential, body !== undefined),
          body: body ?? null,
          signal,
        })
        const answer = await orAborted(sending, signal)
        tell(answer.statusCode)
        return {status: answer.statusCode, headers: answer.headers, body: answer.body}
      } catch (error) {
        tell(null)
        throw error
      }
    },
    close: () => destroy(opened),
  }
}

async function destroy(opened: Opened | undefined): Promise<void> {
  const dispatcher = await opened?.dispatcher.catch(() => undefined)
  await dispatcher?.destroy()
}

function headersOf(
  {user}: KubeAccess,
  {authorization}: Credential,
  hasBody: boolean,
): Record<string, string | string[]> {
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'tazuna-watch',
    ...(hasBody && {'content-type': 'application/json'}),
    ...user.impersonation,
    ...(authorization !== null && {authorization: authorization.reveal()}),
  }
}
