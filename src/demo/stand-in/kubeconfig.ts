import {existsSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {dirname, resolve} from 'node:path'
import {TazunaError, wrapped} from './go-error.ts'
import {goQuote} from './go-quote.ts'
import {joinPath} from './join-path.ts'
import {mappingField, mappingsField, textField, toMapping, type Mapping} from './json-fields.ts'
import {parseYaml, readText} from './yaml.ts'

/** How to reach an API server. Certificates and key are PEM. */
export type KubeAccess = {
  readonly server: string
  readonly token: string | null
  readonly ca: string | null
  readonly certificate: string | null
  readonly key: string | null
  readonly verify: boolean
  readonly serverName: string | null
}

/**
 * Access as controller-runtime's `GetConfig` finds it: `KUBECONFIG`, else the service account of the pod, else
 * `~/.kube/config` (facts 5.2). Throws a `TazunaError`.
 */
export async function readKubeconfig(
  env: Readonly<Record<string, string | undefined>>,
  serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount',
): Promise<KubeAccess> {
  const listed = env['KUBECONFIG'] ?? ''
  if (listed !== '') return mergedAccess(listed.split(':').filter(path => path !== ''))
  return inCluster(env, serviceAccount) ?? mergedAccess([joinPath(env['HOME'] ?? homedir(), '.kube/config')])
}

function inCluster(env: Readonly<Record<string, string | undefined>>, folder: string): KubeAccess | null {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? ''
  if (host === '' || port === '' || !existsSync(`${folder}/token`)) return null
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    token: readFileSync(`${folder}/token`, 'utf8').trim(),
    ca: existsSync(`${folder}/ca.crt`) ? readFileSync(`${folder}/ca.crt`, 'utf8') : null,
    certificate: null,
    key: null,
    verify: true,
    serverName: null,
  }
}

/** Several files count as one: of each name the first wins, and so does the first current context. */
async function mergedAccess(files: readonly string[]): Promise<KubeAccess> {
  const configs: Config[] = []
  for (const file of files) {
    if (existsSync(file)) configs.push({folder: dirname(resolve(file)), content: await readConfig(file)})
  }
  if (!configs.some(({content}) => namedOf(content, 'clusters').length > 0)) {
    throw new TazunaError(
      'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
    )
  }
  const current =
    configs.map(({content}) => textField(content, 'current-context', 'Config')).find(name => name !== '') ?? ''
  const context = find(configs, 'contexts', 'context', current)
  if (context === null) {
    throw new TazunaError(`invalid configuration: context was not found for specified context: ${current}`)
  }
  return toAccess(
    find(configs, 'clusters', 'cluster', textField(context.content, 'cluster', 'Context')) ?? nothing,
    find(configs, 'users', 'user', textField(context.content, 'user', 'Context')) ?? nothing,
  )
}

/** A kubeconfig, or a part of one, and the folder that its relative paths are relative to. */
type Config = {readonly folder: string; readonly content: Mapping}

const nothing: Config = {folder: '', content: {}}

async function readConfig(file: string): Promise<Mapping> {
  try {
    const [document] = await parseYaml(readText(file), 'sigs')
    return toMapping(document, '', 'v1.Config')
  } catch (error) {
    throw wrapped(`error loading config file ${goQuote(file)}`, error)
  }
}

function find(configs: readonly Config[], section: string, single: string, name: string): Config | null {
  for (const {folder, content} of configs) {
    const named = namedOf(content, section).find(one => textField(one, 'name', 'Named') === name)
    if (named !== undefined) return {folder, content: mappingField(named, single, 'Named', 'v1.Named')}
  }
  return null
}

function namedOf(content: Mapping, section: string): readonly Mapping[] {
  return mappingsField(content, section, 'Config', 'v1.Named')
}

function toAccess(cluster: Config, user: Config): KubeAccess {
  if ('exec' in user.content || 'auth-provider' in user.content) {
    throw new TazunaError('the stand-in runs no credential plugins')
  }
  return {
    server: textField(cluster.content, 'server', 'Cluster').replace(/\/+$/, ''),
    ca: dataOrFile(cluster, 'certificate-authority'),
    verify: cluster.content['insecure-skip-tls-verify'] !== true,
    serverName: textField(cluster.content, 'tls-server-name', 'Cluster') || null,
    token: textField(user.content, 'token', 'AuthInfo') || readReferenced(user, 'tokenFile')?.trim() || null,
    certificate: dataOrFile(user, 'client-certificate'),
    key: dataOrFile(user, 'client-key'),
  }
}

function dataOrFile(config: Config, name: string): string | null {
  const data = textField(config.content, `${name}-data`, 'Config')
  return data === '' ? readReferenced(config, name) : Buffer.from(data, 'base64').toString()
}

function readReferenced({folder, content}: Config, name: string): string | null {
  const path = textField(content, name, 'Config')
  return path === '' ? null : readText(resolve(folder, path))
}
