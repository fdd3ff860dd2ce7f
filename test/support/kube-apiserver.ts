import {readFile} from 'node:fs/promises'

import type {ClientCertificate, ClientName} from './client-authority.ts'
import {freeze} from './freeze.ts'
import {kubeClient, type KubeClient} from './kube-client.ts'
import {grant, type PolicyRule, type Revoke, type ServiceAccount} from './kube-grant.ts'
import {writeAccountFolder, writeKubeconfig, type KubeconfigOptions} from './kube-login.ts'
import {startKubeProcesses} from './kube-processes.ts'
import {tempDir} from './temp-dir.ts'
import {until} from './until.ts'

/** A real Kubernetes API: RBAC, validation, Pod Security, watches; no controllers, no nodes. */
export type KubeApiserver = AsyncDisposable & {
  /** `https://127.0.0.1:PORT` */
  readonly url: string
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** What signs its certificate, PEM. */
  readonly ca: string
  readonly caFile: string
  /** Of a member of `system:masters`. */
  readonly adminToken: string
  readonly request: KubeClient['request']
  createNamespace(name: string, labels?: Readonly<Record<string, string>>): Promise<void>
  createServiceAccount(namespace: string, name: string): Promise<ServiceAccount>
  /** A bearer token of the account; `seconds` are at least 600, default 3,600. */
  tokenFor(namespace: string, name: string, seconds?: number): Promise<string>
  /** A Role in `namespace`, bound to an account, by name to one of the same namespace. Done when it is in force. */
  grant(namespace: string, serviceAccount: string | ServiceAccount, rules: readonly PolicyRule[]): Promise<Revoke>
  /** What a container of the account has: the folder with its token, and the variables that lead to the API. */
  serviceAccountFolder(account: {namespace: string; serviceAccount: string}): Promise<ServiceAccountFolder>
  /** Writes a kubeconfig and gives its path. */
  kubeconfig(options: KubeconfigOptions): Promise<string>
  clientCertificate(name: ClientName): Promise<ClientCertificate>
  /** From now on connections open (the kernel takes them), but nothing is answered. */
  pause(): Promise<void>
  /** Answers again, also what was asked meanwhile. */
  resume(): void
}

export type ServiceAccountFolder = {
  /** Holds `token`, `ca.crt` and `namespace`. */
  readonly folder: string
  readonly env: {readonly KUBERNETES_SERVICE_HOST: string; readonly KUBERNETES_SERVICE_PORT: string}
}

const adminToken = 'admin-token'
/** Milliseconds; it takes about three seconds on an idle machine. */
const readyTimeout = 40_000

/** Starts etcd and kube-apiserver, about 300 MB together: one per test file. Its files go when it is disposed. */
export async function startKubeApiserver(): Promise<KubeApiserver> {
  await using started = new AsyncDisposableStack()
  const dir = started.use(await tempDir())
  const {host, caFile, clients, pid} = started.use(await startKubeProcesses(dir, adminToken))
  const url = `https://${host}`
  const ca = await readFile(caFile, 'utf8')
  const client = started.use(kubeClient(url, ca, adminToken))
  await until(
    'kube-apiserver is ready',
    readyTimeout,
    async () => (await client.request('GET', '/readyz')).status === 200,
  )

  async function tokenFor(namespace: string, name: string, seconds = 3600): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`
    const answer = await client.mustRequest('POST', path, {spec: {expirationSeconds: seconds}})
    return (answer as {status: {token: string}}).status.token
  }

  const kept = started.move()
  return {
    url,
    host,
    ca,
    caFile,
    adminToken,
    request: (...words) => client.request(...words),
    async createNamespace(name, labels = {}) {
      await client.mustRequest('POST', '/api/v1/namespaces', {metadata: {name, labels}})
    },
    async createServiceAccount(namespace, name) {
      await client.mustRequest('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, {metadata: {name}})
      return {namespace, name}
    },
    tokenFor,
    grant(namespace, serviceAccount, rules) {
      const account = typeof serviceAccount === 'string' ? {namespace, name: serviceAccount} : serviceAccount
      return grant(client, namespace, account, rules)
    },
    async serviceAccountFolder({namespace, serviceAccount}) {
      const token = await tokenFor(namespace, serviceAccount)
      const folder = await writeAccountFolder(dir.path, {token, 'ca.crt': ca, namespace})
      const {hostname, port} = new URL(url)
      return {folder, env: {KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port}}
    },
    kubeconfig: options => writeKubeconfig(dir.path, {url, ca}, options),
    clientCertificate: name => clients.issue(name),
    pause: () => freeze(pid),
    resume: () => void process.kill(pid, 'SIGCONT'),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
