import {delimiter, join, resolve} from 'node:path'

import type {KubeAccess} from './access.ts'
import {chooseContext} from './choose-context.ts'
import {defaultServiceAccountFolder, isPod, readInCluster} from './in-cluster.ts'
import {KubeConfigError} from './kube-config-error.ts'
import {mergeKubeconfigs} from './merge-kubeconfigs.ts'
import {readKubeconfigs} from './read-kubeconfig.ts'
import {toAccess} from './to-access.ts'

export type AccessOptions = {
  readonly env: NodeJS.ProcessEnv
  /** The home folder. */
  readonly home: string
  /** To which relative paths in `KUBECONFIG` refer. */
  readonly cwd: string
  /** Name of a context of the kubeconfig; null: the current one. */
  readonly context: string | null
  /** Default `/var/run/secrets/kubernetes.io/serviceaccount`. */
  readonly serviceAccountFolder?: string | undefined
}

/**
 * How to reach the API server, in the order of tazuna, so that both mean one cluster: the files of `KUBECONFIG`, else
 * the pod's service account, else `~/.kube/config`. A context is one of a kubeconfig. Throws `KubeConfigError`.
 */
export async function readAccess(options: AccessOptions): Promise<KubeAccess> {
  const {env, home, cwd, context, serviceAccountFolder = defaultServiceAccountFolder} = options
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter(path => path !== '')
  if (listed.length === 0 && context === null) {
    const pod = await readInCluster(env, serviceAccountFolder)
    if (pod !== null) return pod
  }
  const paths = listed.length > 0 ? listed.map(path => resolve(cwd, path)) : [join(home, '.kube', 'config')]
  const files = await readKubeconfigs(paths)
  if (files.length > 0) return await toAccess(chooseContext(mergeKubeconfigs(files), context))
  if (listed.length > 0) {
    throw new KubeConfigError(`reading the kubeconfig: there is no ${paths.join(', and no ')}`, {
      hint: 'correct KUBECONFIG, or unset it',
    })
  }
  if (context !== null) throw noKubeconfig(`reading context "${context}": there is no kubeconfig ${paths.join()}`)
  if (!isPod(env)) throw noKubeconfig(`there is no kubeconfig ${paths.join()}, and this is no pod`)
  const token = join(serviceAccountFolder, 'token')
  throw new KubeConfigError(`reading the service account of this pod: there is no ${token}`, {
    hint: 'set automountServiceAccountToken: true on the pod, or set KUBECONFIG',
  })
}

function noKubeconfig(message: string): KubeConfigError {
  return new KubeConfigError(message, {hint: 'set KUBECONFIG, or run in a pod with a service account token'})
}
