import {stringify} from 'yaml'

import {openKube, type Kube, type KubeOptions} from '../../src/kube/client.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

/** A kubeconfig with one context `here` of one cluster and one user. */
export function kubeconfig(cluster: object, user: object | null = {token: 'token-1'}, context: object = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{name: 'local', cluster}],
    contexts: [{name: 'here', context: {cluster: 'local', ...(user && {user: 'me'}), ...context}}],
    users: user ? [{name: 'me', user}] : [],
  })
}

/** A folder with a home, and clients that are closed with it. */
export type KubeWorld = AsyncDisposable & {
  readonly dir: TempDir
  readonly path: string
  /** With `~/.kube/config` of the folder, unless `env` says otherwise; attempts follow each other at once. */
  open(options?: Partial<KubeOptions>): Promise<Kube>
  /** Writes `~/.kube/config` and opens. */
  openWith(cluster: object, user?: object | null, options?: Partial<KubeOptions>): Promise<Kube>
}

export const noEnd = new AbortController().signal

export async function kubeWorld(): Promise<KubeWorld> {
  const dir = await tempDir()
  const opened: Kube[] = []
  const open = async (options: Partial<KubeOptions> = {}) => {
    const kube = await openKube({
      env: {PATH: process.env['PATH']},
      home: dir.path,
      cwd: dir.path,
      context: null,
      serviceAccountFolder: `${dir.path}/serviceaccount`,
      signal: noEnd,
      ...options,
      policy: {backoff: 1, ...options.policy},
    })
    opened.push(kube)
    return kube
  }
  return {
    dir,
    path: dir.path,
    open,
    async openWith(cluster, user, options) {
      await dir.write('.kube/config', kubeconfig(cluster, user), 0o600)
      return await open(options)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map(kube => kube.close()))
      await dir[Symbol.asyncDispose]()
    },
  }
}
