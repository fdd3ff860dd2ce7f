import type {ExecPlugin} from './access.ts'
import {KubeConfigError} from './kube-config-error.ts'
import type {ClusterEntry, ExecEntry} from './kubeconfig-schema.ts'

const versions = new Set(['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'])

/** A credential plugin as a kubeconfig names it. Throws `KubeConfigError` for one that we cannot run. */
export function toExecPlugin(exec: ExecEntry, user: string, cluster: ClusterEntry, ca: string | null): ExecPlugin {
  const {command, args, env, apiVersion, installHint} = exec
  const wrong = (what: string, hint: string) =>
    new KubeConfigError(`user "${user}" of the kubeconfig has a credential plugin ${what}`, {hint})
  if (command === '') throw wrong('without a command', 'renew the kubeconfig')
  if (!versions.has(apiVersion)) {
    const what = apiVersion === '' ? 'without apiVersion' : `that speaks ${apiVersion}`
    throw wrong(what, `renew the kubeconfig with a current client: ${[...versions].join(' and ')} are supported`)
  }
  if (exec.interactiveMode === 'Always') {
    throw wrong('that needs a terminal', 'use a login that works without a person, such as a service account')
  }
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: {interactive: false, ...(exec.provideClusterInfo && {cluster: clusterInfo(cluster, ca)})},
  }
  return {command, args, env, apiVersion, installHint, info: JSON.stringify(info)}
}

/** https://kubernetes.io/docs/reference/config-api/client-authentication.v1/#client-authentication-k8s-io-v1-Cluster */
function clusterInfo(cluster: ClusterEntry, ca: string | null): Record<string, unknown> {
  const config = cluster.extensions.find(({name}) => name === 'client.authentication.k8s.io/exec')?.extension
  return {
    server: cluster.server,
    ...(cluster['tls-server-name'] !== '' && {'tls-server-name': cluster['tls-server-name']}),
    ...(cluster['insecure-skip-tls-verify'] && {'insecure-skip-tls-verify': true}),
    ...(ca !== null && {'certificate-authority-data': Buffer.from(ca).toString('base64')}),
    ...(cluster['proxy-url'] !== '' && {'proxy-url': cluster['proxy-url']}),
    config: config ?? null,
  }
}
