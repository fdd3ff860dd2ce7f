import {KubeConfigError} from '../kube/kube-config-error.ts'
import type {KubeFailure} from '../kube/result.ts'
import type {MemoryTrouble} from './memory-store.ts'

/** A ConfigMap, and as whom it is asked for. */
export type Place = {readonly namespace: string; readonly name: string; readonly identity: string}

/** What a failed call means for a memory, with what to do about it. */
export function toKubeTrouble({kind, message}: KubeFailure, {namespace, name, identity}: Place): MemoryTrouble {
  switch (kind) {
    case 'not-found':
      return {state: 'unusable', message, hint: `make it: kubectl create configmap ${name} -n ${namespace}`}
    case 'forbidden': {
      const hint = `grant \`get\` and \`update\` on configmaps "${name}" in namespace ${namespace} to ${identity}`
      return {state: 'unusable', message, hint}
    }
    case 'unauthorized':
      return {state: 'unusable', message, hint: `renew the credentials of ${identity}`}
    case 'too-large': {
      const hint =
        'split the watch, keep the memory in a file (`memory.store: file`), or free the ConfigMap of other data'
      return {state: 'unusable', message, hint}
    }
    case 'conflict':
    case 'unavailable':
      return {
        state: 'unreachable',
        message,
        hint: 'check API server, proxy and network policy; the next run tries again',
      }
    case 'invalid': {
      const hint = 'check the server in the kubeconfig, that the ConfigMap is not immutable, and what admission refuses'
      return {state: 'unusable', message, hint}
    }
    default:
      return kind satisfies never
  }
}

/** The API server cannot even be asked. A bug is thrown on. */
export function cannotBeOpened(error: unknown, what: string): MemoryTrouble {
  if (!(error instanceof KubeConfigError)) throw error
  const {message, hint, isTemporary} = error
  return {state: isTemporary ? 'unreachable' : 'unusable', message: `opening the memory in ${what}: ${message}`, hint}
}
