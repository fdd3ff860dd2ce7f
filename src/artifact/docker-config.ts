import {z} from 'zod'

import {WatchError} from '../errors.ts'
import {Secret} from '../secret.ts'
import type {Credential} from './credential.ts'

/**
 * What Docker's config.json says about logging in; podman's auth.json and the `.dockerconfigjson` of Kubernetes have the
 * same form, and `.dockercfg` of old has only what is in `auths`. https://github.com/docker/cli/blob/master/cli/config/configfile/file.go
 */
export type DockerConfig = {
  /** By key as written (auth-key.ts). Entries without any credential are left out. */
  readonly auths: ReadonlyMap<string, Credential>
  /** Program by host. */
  readonly credHelpers: ReadonlyMap<string, string>
  /** Program for all other hosts. */
  readonly credsStore: string | null
}

const text = z.string().nullish()
const authSchema = z.object({auth: text, username: text, password: text, identitytoken: text, registrytoken: text})
const configSchema = z.object({
  auths: z.record(z.string(), authSchema.nullable()).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: text,
})

type Auth = z.infer<typeof authSchema>

/** Throws `ARTIFACT_CREDENTIALS_INVALID`. No error quotes the file: it is full of secrets. */
export function parseDockerConfig(json: string, file: string): DockerConfig {
  const invalid = (problem: string) =>
    new WatchError('ARTIFACT_CREDENTIALS_INVALID', `reading credentials from ${file}: ${problem}`)
  const written = parseJson(json, () => invalid('it is not valid JSON'))
  const parsed = configSchema.safeParse(isLegacy(written) ? {auths: written} : written, {jitless: true})
  if (!parsed.success) throw invalid(`${parsed.error.issues[0]?.path.join('.') || 'it'} has not the right type`)
  const {auths, credHelpers, credsStore} = parsed.data
  const entries = Object.entries(auths ?? {}).flatMap(([key, auth]) => {
    const credential = auth === null ? null : toCredential(auth, problem => invalid(`auths."${key}" ${problem}`))
    return credential === null ? [] : [[key, credential] as const]
  })
  return {
    auths: new Map(entries),
    credHelpers: new Map(Object.entries(credHelpers ?? {})),
    credsStore: credsStore || null,
  }
}

function parseJson(json: string, invalid: () => WatchError): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw invalid()
  }
}

/** Kubernetes: `kubernetes.io/dockercfg`. A config without logins has other keys, of which none is a login. */
function isLegacy(written: unknown): boolean {
  if (typeof written !== 'object' || written === null || 'auths' in written) return false
  return Object.values(written).some(
    entry => typeof entry === 'object' && entry !== null && ('auth' in entry || 'username' in entry),
  )
}

/** A token goes before a user, who is often there without the password that was taken out. */
function toCredential(auth: Auth, invalid: (problem: string) => WatchError): Credential | null {
  const user = auth.auth ? decodeAuth(auth.auth, invalid) : fromFields(auth, invalid)
  if (auth.registrytoken) return {kind: 'registry', token: new Secret(auth.registrytoken)}
  if (auth.identitytoken) {
    return {kind: 'identity', username: user?.username ?? null, token: new Secret(auth.identitytoken)}
  }
  return user === null ? null : {kind: 'password', ...user}
}

type User = {username: string; password: Secret}

/** Base64 of `user:password`; some writers leave a NUL at the end. */
function decodeAuth(auth: string, invalid: (problem: string) => WatchError): User {
  const decoded = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
  const colon = decoded.indexOf(':')
  if (colon < 1) throw invalid('has an auth that is not the base64 form of user:password')
  return {username: decoded.slice(0, colon), password: new Secret(decoded.slice(colon + 1))}
}

function fromFields({username, password}: Auth, invalid: (problem: string) => WatchError): User | null {
  if (!username && !password) return null
  if (!username) throw invalid('has a password without a username')
  return {username, password: new Secret(password ?? '')}
}
