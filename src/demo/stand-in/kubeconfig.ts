import {existsSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {dirname, resolve} from 'node:path'
import {TazunaError, wrapped} from './go-error.ts'
import {joinPath} from './join-path.ts'
import {listField, mappingField, textField, toMapping, type Mapping} from './json-fields.ts'
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
  let current = ''
  const sections = {
    contexts: new Map<string, Mapping>(),
    clusters: new Map<string, Mapping>(),
    users: new Map<string, Mapping>(),
  }
  for (const file of files) {
    if (!existsSync(file)) continue
    const config = await readConfig(file)
    current ||= textField(config, 'current-context', 'Config')
    for (const [section, single] of [
      ['contexts', 'context'],
      ['clusters', 'cluster'],
      ['users', 'user'],
    ] as const) {
      for (const value of listField(config, section, 'Config', '[]v1.Named')) {
        const named = toMapping(value, section, 'v1.Named')
        const name = textField(named, 'name', 'Named')
        if (!sections[section].has(name)) {
          sections[section].set(name, {...mappingField(named, single, 'Named'), [folderOfFile]: dirname(resolve(file))})
        }
      }
    }
  }
  if (sections.clusters.size === 0) {
    throw new TazunaError(
      'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
    )
  }
  const context = sections.contexts.get(current)
  if (context === undefined) {
    throw new TazunaError(`invalid configuration: context was not found for specified context: ${current}`)
  }
  const cluster = sections.clusters.get(textField(context, 'cluster', 'Context'))
  return toAccess(cluster ?? {}, sections.users.get(textField(context, 'user', 'Context')) ?? {})
}

async function readConfig(file: string): Promise<Mapping> {
  try {
    const [document] = await parseYaml(readText(file))
    return toMapping(document ?? {}, '', 'v1.Config')
  } catch (error) {
    throw wrapped(`error loading config file ${JSON.stringify(file)}`, error)
  }
}

function toAccess(cluster: Mapping, user: Mapping): KubeAccess {
  if ('exec' in user || 'auth-provider' in user) throw new TazunaError('the stand-in runs no credential plugins')
  return {
    server: textField(cluster, 'server', 'Cluster').replace(/\/+$/, ''),
    ca: dataOrFile(cluster, 'certificate-authority'),
    verify: cluster['insecure-skip-tls-verify'] !== true,
    serverName: textField(cluster, 'tls-server-name', 'Cluster') || null,
    token: textField(user, 'token', 'AuthInfo') || readReferenced(user, 'tokenFile')?.trim() || null,
    certificate: dataOrFile(user, 'client-certificate'),
    key: dataOrFile(user, 'client-key'),
  }
}

function dataOrFile(section: Mapping, name: string): string | null {
  const data = textField(section, `${name}-data`, 'Config')
  return data === '' ? readReferenced(section, name) : Buffer.from(data, 'base64').toString()
}

/** Relative paths in a kubeconfig are relative to its own folder. */
function readReferenced(section: Mapping, name: string): string | null {
  const path = textField(section, name, 'Config')
  return path === '' ? null : readText(resolve(textField(section, folderOfFile, 'Config'), path))
}

const folderOfFile = '\0folder'
