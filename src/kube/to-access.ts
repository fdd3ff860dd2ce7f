import type {KubeAccess} from './access.ts'
import type {ChosenContext} from './choose-context.ts'
import {KubeConfigError} from './kube-config-error.ts'
import type {ClusterEntry} from './kubeconfig-schema.ts'
import {readPem} from './read-pem.ts'
import {toUser} from './to-user.ts'

/** Access by a context of a kubeconfig; reads the certificate files that it names. Throws `KubeConfigError`. */
export async function toAccess({name, namespace, cluster, user}: ChosenContext): Promise<KubeAccess> {
  const ca = await readPem({
    data: cluster['certificate-authority-data'],
    file: cluster['certificate-authority'],
    what: `certificate-authority of cluster "${cluster.name}"`,
  })
  if (ca !== null && cluster['insecure-skip-tls-verify']) {
    throw wrong(cluster, 'has a certificate authority and insecure-skip-tls-verify', 'take out one of the two')
  }
  return {
    server: toServer(cluster, ca !== null || cluster['insecure-skip-tls-verify']),
    namespace,
    identity: user === null ? `nobody (context "${name}" has no user)` : `user "${user.name}" of context "${name}"`,
    tls: {ca, verify: !cluster['insecure-skip-tls-verify'], serverName: cluster['tls-server-name'] || null},
    proxyUrl: cluster['proxy-url'] || null,
    user: await toUser(user, cluster, ca),
  }
}

/** Without a scheme it is https where the cluster has a word on TLS, as in client-go (rest.DefaultServerURL). */
function toServer(cluster: ClusterEntry & {readonly name: string}, hasTls: boolean): string {
  const {server} = cluster
  if (server === '') throw wrong(cluster, 'has no server', 'set it with `kubectl config set-cluster NAME --server=URL`')
  const url = URL.parse(server.includes('://') ? server : `${hasTls ? 'https' : 'http'}://${server}`)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw wrong(cluster, 'has a server that is no URL of HTTP', 'write it as https://HOST:PORT')
  }
  if (url.username !== '' || url.password !== '') {
    throw wrong(cluster, 'has user or password in the URL of its server', 'put them into the user of the kubeconfig')
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}

function wrong({name}: {readonly name: string}, what: string, hint: string): KubeConfigError {
  return new KubeConfigError(`cluster "${name}" of the kubeconfig ${what}`, {hint})
}
