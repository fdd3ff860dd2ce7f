import type {Session} from './session.ts'
import {folderStore, type StateStore} from './state-store.ts'

/** The store that this session reads: its folder, or the API server. The client's code is loaded only for the latter. */
export async function openStore({folderOfState, env, serviceAccount, signal}: Session): Promise<StateStore> {
  if (folderOfState !== null) return folderStore(folderOfState)
  const [{readKubeconfig}, {kubeStore}] = await Promise.all([import('./kubeconfig.ts'), import('./kube-store.ts')])
  return kubeStore(await readKubeconfig(env, serviceAccount ?? undefined), signal)
}
