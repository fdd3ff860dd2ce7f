import {resolve} from 'node:path'

import type {OnEvent} from '../event.ts'
import type {Secret} from '../secret.ts'
import type {MemoryStore} from './memory-store.ts'

export type MemoryOptions = {
  /** `auto`: a ConfigMap if one is named, else a file. */
  readonly store: 'auto' | 'configmap' | 'file' | 'none'
  readonly configMap: {readonly namespace: string | null; readonly name: string} | null
  /** Null: below the state folder of the user. */
  readonly file: string | null
  readonly cluster: string
  readonly watch: string
  /** The version of tazuna-watch. */
  readonly version: string
  readonly env: NodeJS.ProcessEnv
  /** The home folder. */
  readonly home: string
  /** To which a relative `file`, and relative paths in `KUBECONFIG`, refer. */
  readonly cwd: string
  readonly clock: () => Date
  /** Name of a context of the kubeconfig; null: the current one. */
  readonly kubeContext: string | null
  /** PEM file of further authorities (`http.caFile`). */
  readonly caFile: string | null
  /** Told of every secret of the kubeconfig as it becomes known. */
  readonly onSecret: (secret: Secret) => void
  readonly onEvent: OnEvent
  /** Where a pod has its service account, for tests. */
  readonly serviceAccountFolder?: string
}

/** The store that the config asks for. Nothing is read yet, and what a store does not need is not loaded. */
export async function openMemory(options: MemoryOptions): Promise<MemoryStore> {
  const {store, configMap, file} = options
  switch (store === 'auto' ? (configMap === null ? 'file' : 'configmap') : store) {
    case 'none': {
      const {noMemory} = await import('./none.ts')
      return noMemory()
    }
    case 'file': {
      const {fileMemory} = await import('./file.ts')
      const path = file === null ? await defaultPath(options) : resolve(options.cwd, file)
      return fileMemory({...identityOf(options), path, clock: options.clock})
    }
    case 'configmap':
      if (configMap === null) throw new Error('the store is a ConfigMap, and none is named')
      return await openConfigMap(configMap, options)
  }
}

async function defaultPath(options: MemoryOptions): Promise<string> {
  const {statePath} = await import('./state-path.ts')
  return statePath(options, options.env, options.home)
}

async function openConfigMap(
  configMap: NonNullable<MemoryOptions['configMap']>,
  options: MemoryOptions,
): Promise<MemoryStore> {
  const {configMapMemory} = await import('./configmap.ts')
  const {env, home, cwd, kubeContext: context, caFile, clock, onSecret, onEvent, serviceAccountFolder} = options
  const now = () => clock().getTime()
  return configMapMemory({
    ...identityOf(options),
    ...configMap,
    openKube: async signal => {
      const {openKube} = await import('../kube/client.ts')
      return await openKube({env, home, cwd, context, caFile, now, onSecret, onEvent, serviceAccountFolder, signal})
    },
  })
}

function identityOf({cluster, watch, version}: MemoryOptions) {
  return {cluster, watch, writtenBy: version}
}
