import {Secret} from '../secret.ts'
import type {ClientCertificate, KubeUser, Login} from './access.ts'
import {KubeConfigError} from './kube-config-error.ts'
import type {ClusterEntry, UserEntry} from './kubeconfig-schema.ts'
import {readPem} from './read-pem.ts'
import {toExecPlugin} from './to-exec-plugin.ts'

type NamedUser = UserEntry & {readonly name: string}

/**
 * How a user of a kubeconfig shows who it is. A token wins over a plugin, a token file over a token, as in client-go.
 * Throws `KubeConfigError` for what is incomplete, contradicts itself, or is no longer supported by Kubernetes.
 */
export async function toUser(user: NamedUser | null, cluster: ClusterEntry, ca: string | null): Promise<KubeUser> {
  if (user === null) return {login: {kind: 'none'}, certificate: null, impersonation: {}}
  return {
    login: toLogin(user, cluster, ca),
    certificate: await readCertificate(user),
    impersonation: toImpersonation(user),
  }
}

function toLogin(user: NamedUser, cluster: ClusterEntry, ca: string | null): Login {
  const {token, tokenFile, username, password} = user
  const provider = user['auth-provider']
  if (provider) {
    const hint = 'log in again with a current client: it writes an exec plugin into the kubeconfig'
    throw wrong(user, `has an auth-provider (${provider.name}), which Kubernetes no longer has`, hint)
  }
  const hasPassword = username !== '' || password !== ''
  if (hasPassword && (token !== '' || tokenFile !== '')) {
    throw wrong(user, 'has a token and a password', 'take out one of the two')
  }
  if (tokenFile !== '') {
    return {kind: 'token-file', path: tokenFile, fallback: token === '' ? null : toToken(token, user)}
  }
  if (token !== '') return {kind: 'token', token: toToken(token, user)}
  if (hasPassword) return {kind: 'password', username, password: new Secret(password)}
  return user.exec ? {kind: 'exec', plugin: toExecPlugin(user.exec, user.name, cluster, ca)} : {kind: 'none'}
}

function toToken(text: string, user: NamedUser): Secret {
  const token = text.trim()
  if (isToken(token)) return new Secret(token)
  throw wrong(user, 'has a token with characters that no token can have', 'renew it')
}

/** Whether it can stand in a header: the letters of RFC 6750, 2.1, and those that clients get away with. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7E]+$/.test(text)
}

async function readCertificate(user: NamedUser): Promise<ClientCertificate | null> {
  const read = async (key: 'client-certificate' | 'client-key') =>
    await readPem({data: user[`${key}-data`], file: user[key], what: `${key} of user "${user.name}"`})
  const [certificate, key] = [await read('client-certificate'), await read('client-key')]
  if (certificate === null && key === null) return null
  if (certificate !== null && key !== null) return {certificate, key: new Secret(key)}
  throw wrong(user, 'has a client certificate without key, or a key without certificate', 'renew the kubeconfig')
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
function toImpersonation(user: NamedUser): Record<string, string | string[]> {
  const {as, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra} = user
  const headers = {
    ...(uid !== '' && {'impersonate-uid': uid}),
    ...(groups.length > 0 && {'impersonate-group': groups}),
    ...Object.fromEntries(
      Object.entries(extra).map(([name, values]) => [
        `impersonate-extra-${encodeURIComponent(name).toLowerCase()}`,
        values,
      ]),
    ),
  }
  if (as !== '') return checked({'impersonate-user': as, ...headers}, user)
  if (Object.keys(headers).length === 0) return {}
  throw wrong(user, 'impersonates groups, but nobody', 'set `as`, too')
}

function checked(headers: Record<string, string | string[]>, user: NamedUser): Record<string, string | string[]> {
  if (
    Object.values(headers)
      .flat()
      .every(value => /^[\x20-\x7E]+$/.test(value))
  )
    return headers
  throw wrong(user, 'impersonates a name that cannot stand in a header', 'correct `as` and what follows it')
}

function wrong({name}: NamedUser, what: string, hint: string): KubeConfigError {
  return new KubeConfigError(`user "${name}" of the kubeconfig ${what}`, {hint})
}
