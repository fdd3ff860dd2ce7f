import {KubeConfigError} from './kube-config-error.ts'
import type {ClusterEntry, UserEntry} from './kubeconfig-schema.ts'
import type {MergedKubeconfig} from './merge-kubeconfigs.ts'

/** A context with what it names. `user` is null for a context without one: its requests are anonymous. */
export type ChosenContext = {
  readonly name: string
  readonly namespace: string
  readonly cluster: ClusterEntry & {readonly name: string}
  readonly user: (UserEntry & {readonly name: string}) | null
}

const hint = 'compare `tazuna.kubeContext` and KUBECONFIG with `kubectl config get-contexts`'

/** The context of this name, else the current one. Throws `KubeConfigError`. */
export function chooseContext(merged: MergedKubeconfig, wanted: string | null): ChosenContext {
  const name = wanted ?? merged.currentContext
  if (name === '') {
    throw new KubeConfigError('the kubeconfig has no current context', {
      hint: 'choose one with `kubectl config use-context NAME`, or set tazuna.kubeContext',
    })
  }
  const context = merged.contexts.get(name)
  if (context === undefined) throw new KubeConfigError(`the kubeconfig has no context "${name}"`, {hint})
  const cluster = merged.clusters.get(context.cluster)
  if (cluster === undefined) {
    throw new KubeConfigError(`context "${name}" names cluster "${context.cluster}", which is not in the kubeconfig`, {
      hint,
    })
  }
  const user = merged.users.get(context.user)
  if (context.user !== '' && user === undefined) {
    throw new KubeConfigError(`context "${name}" names user "${context.user}", which is not in the kubeconfig`, {hint})
  }
  return {
    name,
    namespace: context.namespace || 'default',
    cluster: {...cluster, name: context.cluster},
    user: user === undefined ? null : {...user, name: context.user},
  }
}
