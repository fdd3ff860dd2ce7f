import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {errorText} from '../errors.ts'
import type {KubeAccess} from './access.ts'
import {KubeConfigError} from './kube-config-error.ts'
import {readPem} from './read-pem.ts'

/** Where a pod has its service account. */
export const defaultServiceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Whether this is a pod: the variables of the API's Service are set. */
export function isPod(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['KUBERNETES_SERVICE_HOST']) && Boolean(env['KUBERNETES_SERVICE_PORT'])
}

/**
 * Access of a pod: its service account. Null outside of a pod, and where it has no token. Throws `KubeConfigError`. https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
export async function readInCluster(env: NodeJS.ProcessEnv, folder: string): Promise<KubeAccess | null> {
  if (!isPod(env)) return null
  const {KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = ''} = env
  const tokenFile = join(folder, 'token')
  const token = await readOptional(tokenFile)
  if (token === null) return null
  const caFile = join(folder, 'ca.crt')
  const hasCa = (await readOptional(caFile)) !== null
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: (await readOptional(join(folder, 'namespace')))?.trim() || 'default',
    identity: subjectOf(token) ?? 'the service account of this pod',
    tls: {
      ca: hasCa ? await readPem({data: '', file: caFile, what: 'authority of this cluster'}) : null,
      verify: true,
      serverName: null,
    },
    proxyUrl: null,
    user: {login: {kind: 'token-file', path: tokenFile, fallback: null}, certificate: null, impersonation: {}},
  }
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new KubeConfigError(`reading the service account of this pod: ${errorText(error)}`, {
      cause: error,
      hint: 'look at the rights of the mounted volume, and at the user the pod runs as',
    })
  }
}

/** The name that the API server will know the token by: it stands in it, readable for everybody. */
function subjectOf(token: string): string | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const subject = (claims as {sub?: unknown} | null)?.sub
    return typeof subject === 'string' && /^system:serviceaccount:[a-z0-9.-]+:[a-z0-9.-]+$/.test(subject)
      ? subject
      : null
  } catch {
    return null
  }
}
