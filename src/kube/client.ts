import type {OnEvent} from '../event.ts'
import {redactor, type Secret} from '../secret.ts'
import {call, defaultPolicy, type CallPolicy} from './call.ts'
import {parseConfigMap, renderConfigMap, type ConfigMap} from './config-map.ts'
import {openLogin} from './login.ts'
import {readAccess, type AccessOptions} from './read-access.ts'
import {toResult, type KubeResult} from './result.ts'
import {openTransport, type KubeRequest} from './transport.ts'

/** The few calls that we make to an API server. Results are values; only bugs are thrown. */
export type Kube = {
  /** Where it is, for messages: `https://HOST:PORT`, perhaps with a path. */
  readonly origin: string
  /** The default one: of the context, or of the pod. */
  readonly namespace: string
  /** As whom we ask, for messages. */
  readonly identity: string
  getConfigMap(namespace: string, name: string, signal: AbortSignal): Promise<KubeResult<ConfigMap>>
  /**
   * Replaces the one that was read: a `conflict` when it was changed or replaced since. A write without an answer is not
   * repeated: it is `unavailable` with `mayHaveArrived`, and the resource version tells whether it was done.
   */
  updateConfigMap(configMap: ConfigMap, signal: AbortSignal): Promise<KubeResult<ConfigMap>>
  close(): Promise<void>
}

export type KubeOptions = AccessOptions & {
  /** Ends the opening. */
  readonly signal: AbortSignal
  /** PEM file of further authorities (`http.caFile`), for a server of which the kubeconfig names none. */
  readonly caFile?: string | null
  /** Told of every secret as it becomes known: to be hidden in all that leaves the process. */
  readonly onSecret?: (secret: Secret) => void
  readonly onEvent?: OnEvent
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly policy?: Partial<CallPolicy>
  /** Milliseconds for one run of a credential plugin; default 30,000. */
  readonly execTimeout?: number
}

/**
 * Finds out how to reach the API server and gets the first credential, so that what is wrong with a kubeconfig is known
 * before anything is attempted; sends nothing. Throws `KubeConfigError`.
 */
export async function openKube(options: KubeOptions): Promise<Kube> {
  const {env, cwd, signal, caFile = null, now = Date.now, execTimeout = 30_000} = options
  const access = await readAccess(options)
  const secrets: Secret[] = []
  const redact = redactor(secrets)
  const onSecret = (secret: Secret) => {
    secrets.push(secret)
    options.onSecret?.(secret)
  }
  const login = openLogin(access.user, {env, cwd, now, execTimeout, onSecret})
  const transport = openTransport(access, {env, caFile, onEvent: options.onEvent ?? (() => undefined)})
  await transport.prepare(await login.current(signal))
  const policy = {...defaultPolicy, ...options.policy}

  async function callConfigMap(
    what: string,
    request: KubeRequest,
    {namespace, name}: {namespace: string; name: string},
    signal: AbortSignal,
  ): Promise<KubeResult<ConfigMap>> {
    const called = await call(request, {transport, login, policy, signal})
    const result = toResult(called, {
      attempt: `${what} ConfigMap ${namespace}/${name} on ${access.server} as ${access.identity}`,
      isWrite: request.method !== 'GET',
      parse: parseConfigMap,
    })
    return result.ok ? result : {...result, message: redact(result.message)}
  }

  return {
    origin: access.server,
    namespace: access.namespace,
    identity: access.identity,
    getConfigMap: (namespace, name, signal) =>
      callConfigMap('reading', {method: 'GET', path: pathOf({namespace, name})}, {namespace, name}, signal),
    updateConfigMap(configMap, signal) {
      const path = `${pathOf(configMap.metadata)}?fieldManager=tazuna-watch`
      return callConfigMap(
        'updating',
        {method: 'PUT', path, body: renderConfigMap(configMap)},
        configMap.metadata,
        signal,
      )
    },
    close: () => transport.close(),
  }
}

function pathOf({namespace, name}: {namespace: string; name: string}): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}`
}
