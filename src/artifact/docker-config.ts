import {z} from 'zod'

import {WatchError} from '../errors.ts'
import {Secret} from '../secret.ts'

/**
 * What Docker's config.json says about logging in.
 * https://github.com/docker/cli/blob/master/cli/config/configfile/file.go
 */
export type DockerConfig = {
  /** By key as written: a host, or a URL of old. Entries without any credential are left out. */
  readonly auths: ReadonlyMap<string, AuthEntry>
  /** Program by host. */
  readonly credHelpers: ReadonlyMap<string, string>
  /** Program for all other hosts. */
  readonly credsStore: string | null
}

export type AuthEntry = {
  readonly basic: Credential | null
  readonly hasToken: boolean
  readonly secrets: readonly Secret[]
}

export type Credential = {readonly username: string; readonly password: Secret}

const text = z.string().nullish()
const authSchema = z.object({auth: text, username: text, password: text, identitytoken: text, registrytoken: text})
const configSchema = z.object({
  auths: z.record(z.string(), authSchema.nullable()).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: text,
})

/** Throws `ARTIFACT_CREDENTIALS_INVALID`. No error quotes the file: it is full of secrets. */
export function parseDockerConfig(json: string, file: string): DockerConfig {
  const invalid = (problem: string) =>
    new WatchError('ARTIFACT_CREDENTIALS_INVALID', `reading credentials from ${file}: ${problem}`)
  const parsed = configSchema.safeParse(parseJson(json, () => invalid('it is not valid JSON')))
  if (!parsed.success) throw invalid(`${parsed.error.issues[0]?.path.join('.') || 'it'} has not the right type`)
  const {auths, credHelpers, credsStore} = parsed.data
  const entries = Object.entries(auths ?? {}).flatMap(([key, auth]) => {
    const entry = auth === null ? null : toEntry(auth, problem => invalid(`auths."${key}" ${problem}`))
    return entry === null ? [] : [[key, entry] as const]
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

function toEntry(auth: z.infer<typeof authSchema>, invalid: (problem: string) => WatchError): AuthEntry | null {
  const tokens = [auth.identitytoken, auth.registrytoken].filter(token => !!token)
  const user = auth.auth ? decodeAuth(auth.auth, invalid) : fromFields(auth, invalid)
  // beside a token there is often a user whose password was taken out
  const basic = tokens.length > 0 && user?.password.reveal() === '' ? null : user
  if (basic === null && tokens.length === 0) return null
  const encoded = basic === null ? [] : [basic.password.reveal(), basicValue(basic)]
  return {
    basic,
    hasToken: tokens.length > 0,
    secrets: [...encoded, ...tokens].filter(value => !!value).map(value => new Secret(value!)),
  }
}

/** Base64 of `user:password`; some writers leave a NUL at the end. */
function decodeAuth(auth: string, invalid: (problem: string) => WatchError): Credential {
  const decoded = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
  const colon = decoded.indexOf(':')
  if (colon < 1) throw invalid('has an auth that is not the base64 form of user:password')
  return {username: decoded.slice(0, colon), password: new Secret(decoded.slice(colon + 1))}
}

function fromFields({username, password}: z.infer<typeof authSchema>, invalid: (problem: string) => WatchError) {
  if (!username && !password) return null
  if (!username) throw invalid('has a password without a username')
  return {username, password: new Secret(password ?? '')}
}

/** What follows `Basic ` in the header. https://www.rfc-editor.org/rfc/rfc7617 */
export function basicValue({username, password}: Credential): string {
  return Buffer.from(`${username}:${password.reveal()}`).toString('base64')
}
