import {mkdir, mkdtemp, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {stringify} from 'yaml'

import type {KubeIdentity} from './kube-client.ts'

/** Where an API is and what its certificate is signed by (PEM). */
export type KubeAddress = {readonly url: string; readonly ca: string}

/** A command that prints an ExecCredential. */
export type ExecLogin = {
  readonly exec: {
    readonly command: string
    readonly args?: readonly string[]
    readonly env?: Readonly<Record<string, string>>
    readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always'
    readonly provideClusterInfo?: boolean
  }
}

export type KubeconfigOptions = {
  readonly user: KubeIdentity | ExecLogin
  /** Of the context; none unless given. */
  readonly namespace?: string
}

/**
 * Writes a kubeconfig below `folder`, as kubectl writes it: the CA as data, the certificate of a client as files, the
 * current context `test`. Gives its path.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
export async function writeKubeconfig(
  folder: string,
  {url, ca}: KubeAddress,
  {user, namespace}: KubeconfigOptions,
): Promise<string> {
  const certificateAuthority = Buffer.from(ca).toString('base64')
  const file = join(await mkdtemp(join(folder, 'kubeconfig-')), 'config')
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{name: 'test', cluster: {'certificate-authority-data': certificateAuthority, server: url}}],
    contexts: [{name: 'test', context: {cluster: 'test', ...(namespace && {namespace}), user: 'test'}}],
    'current-context': 'test',
    preferences: {},
    users: [{name: 'test', user: toUser(user)}],
  })
  await writeFile(file, text, {mode: 0o600})
  return file
}

function toUser(user: KubeIdentity | ExecLogin): object {
  if ('token' in user) return {token: user.token}
  if ('certFile' in user) return {'client-certificate': user.certFile, 'client-key': user.keyFile}
  const {command, args, env = {}, interactiveMode = 'Never', provideClusterInfo = false} = user.exec
  return {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      args: args ?? null,
      env: Object.entries(env).map(([name, value]) => ({name, value})),
      interactiveMode,
      provideClusterInfo,
    },
  }
}

/** What a container finds at `/var/run/secrets/kubernetes.io/serviceaccount`. */
export type AccountFiles = {readonly token: string; readonly 'ca.crt': string; readonly namespace: string}

/**
 * Writes the folder as the kubelet does: each file is a link into `..data`, which is a link to a dated folder.
 * https://kubernetes.io/docs/concepts/storage/projected-volumes/
 */
export async function writeAccountFolder(folder: string, files: AccountFiles): Promise<string> {
  const volume = await mkdtemp(join(folder, 'serviceaccount-'))
  const dated = '..2026_01_02_03_04_05.678901234'
  await mkdir(join(volume, dated))
  await symlink(dated, join(volume, '..data'))
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(volume, dated, name), text)
    await symlink(join('..data', name), join(volume, name))
  }
  return volume
}
