import {dirname, resolve} from 'node:path'

import {
  emptyEntries,
  type ClusterEntry,
  type ContextEntry,
  type ExecEntry,
  type UserEntry,
} from './kubeconfig-schema.ts'
import type {KubeconfigFile} from './read-kubeconfig.ts'

/** Several kubeconfig files as one, by name; every path in it is absolute. */
export type MergedKubeconfig = {
  /** Empty when no file names one. */
  readonly currentContext: string
  readonly contexts: ReadonlyMap<string, ContextEntry>
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  readonly users: ReadonlyMap<string, UserEntry>
}

/**
 * The first file that has a name or a current context wins; entries of one name are never mixed. Relative paths refer to
 * the folder of their file. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
export function mergeKubeconfigs(files: readonly KubeconfigFile[]): MergedKubeconfig {
  return {
    currentContext: files.map(({content}) => content['current-context']).find(name => name !== '') ?? '',
    contexts: firstOfName(
      files.flatMap(({content}) => content.contexts.map(({name, context}) => [name, context ?? emptyEntries.context])),
    ),
    clusters: firstOfName(
      files.flatMap(({path, content}) =>
        content.clusters.map(({name, cluster}) => [
          name,
          withPaths(cluster ?? emptyEntries.cluster, clusterPaths, path),
        ]),
      ),
    ),
    users: firstOfName(
      files.flatMap(({path, content}) =>
        content.users.map(({name, user}) => [
          name,
          withCommand(withPaths(user ?? emptyEntries.user, userPaths, path), path),
        ]),
      ),
    ),
  }
}

const clusterPaths = ['certificate-authority'] as const
const userPaths = ['client-certificate', 'client-key', 'tokenFile'] as const

function firstOfName<T>(entries: readonly (readonly [string, T])[]): Map<string, T> {
  return new Map(entries.toReversed())
}

function withPaths<K extends string, T extends Record<K, string>>(entry: T, keys: readonly K[], file: string): T {
  const paths = keys.filter(key => entry[key] !== '').map(key => [key, resolve(dirname(file), entry[key])] as const)
  return {...entry, ...Object.fromEntries(paths)}
}

/** A command with a slash is a path like the others, one without is looked for on PATH. */
function withCommand(user: UserEntry, file: string): UserEntry {
  const {exec} = user
  if (!exec?.command.includes('/')) return user
  const absolute: ExecEntry = {...exec, command: resolve(dirname(file), exec.command)}
  return {...user, exec: absolute}
}
