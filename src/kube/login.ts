import {readFile} from 'node:fs/promises'

import {errorText} from '../errors.ts'
import {Secret} from '../secret.ts'
import type {ClientCertificate, ExecPlugin, KubeUser} from './access.ts'
import type {ExecCredential} from './exec-plugin.ts'
import {KubeConfigError} from './kube-config-error.ts'
import {isToken} from './to-user.ts'

/** What one request is sent with. */
export type Credential = {
  /** The value of the header. */
  readonly authorization: Secret | null
  readonly certificate: ClientCertificate | null
}

export type KubeLogin = {
  /** For the next request. Throws `KubeConfigError`. */
  current(signal: AbortSignal): Promise<Credential>
  /** After the API server refused one (401): whether `current` gives another one now. Throws `KubeConfigError`. */
  renew(refused: Credential, signal: AbortSignal): Promise<boolean>
}

export type LoginOptions = {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds for one run of a credential plugin. */
  readonly execTimeout: number
  /** Told of everything that must not be shown. */
  readonly onSecret: (secret: Secret) => void
}

/** How a user gets its credentials. Nothing is read or run before the first is asked for. */
export function openLogin({login, certificate}: KubeUser, options: LoginOptions): KubeLogin {
  if (certificate !== null) options.onSecret(certificate.key)
  switch (login.kind) {
    case 'none':
      return fixed({authorization: null, certificate})
    case 'token':
      return fixed({authorization: bearer(login.token, options), certificate})
    case 'password': {
      options.onSecret(login.password)
      const pair = Buffer.from(`${login.username}:${login.password.reveal()}`).toString('base64')
      return fixed({authorization: new Secret(`Basic ${pair}`), certificate})
    }
    case 'token-file':
      return tokenFile(login, certificate, options)
    case 'exec':
      return execPlugin(login.plugin, certificate, options)
    default:
      return login satisfies never
  }
}

function fixed(credential: Credential): KubeLogin {
  return {
    current: () => Promise.resolve(credential),
    renew: () => Promise.resolve(false),
  }
}

/** What was read last is used while the file cannot be read, as in client-go: it may be in the middle of a change. */
function tokenFile(
  {path, fallback}: {readonly path: string; readonly fallback: Secret | null},
  certificate: ClientCertificate | null,
  options: LoginOptions,
): KubeLogin {
  let last: Credential | null = fallback === null ? null : {authorization: bearer(fallback, options), certificate}
  async function current(): Promise<Credential> {
    try {
      const token = await readToken(path)
      if (last?.authorization?.reveal() !== `Bearer ${token}`) {
        last = {authorization: bearer(new Secret(token), options), certificate}
      }
    } catch (error) {
      if (last === null) throw error
    }
    return last
  }
  return {
    current,
    renew: async refused => (await current()) !== refused,
  }
}

async function readToken(path: string): Promise<string> {
  const hint = 'mount the token, or correct tokenFile in the kubeconfig'
  let token: string
  try {
    token = (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new KubeConfigError(`reading the token: ${errorText(error)}`, {cause: error, hint})
  }
  if (isToken(token)) return token
  throw new KubeConfigError(`reading the token: ${path} ${token === '' ? 'is empty' : 'holds no token'}`, {hint})
}

/** A plugin runs once, and again when what it gave has expired or was refused. */
function execPlugin(plugin: ExecPlugin, certificate: ClientCertificate | null, options: LoginOptions): KubeLogin {
  let last: {readonly credential: Credential; readonly expiresAt: number} | null = null
  async function run(signal: AbortSignal): Promise<Credential> {
    const {runExecPlugin} = await import('./exec-plugin.ts')
    const {env, cwd, execTimeout: timeout} = options
    const given = await runExecPlugin(plugin, {env, cwd, timeout, signal})
    last = {credential: toCredential(given, certificate, options), expiresAt: given.expiresAt ?? Infinity}
    return last.credential
  }
  return {
    current: async signal => (last !== null && options.now() < last.expiresAt ? last.credential : await run(signal)),
    async renew(_refused, signal) {
      await run(signal)
      return true
    },
  }
}

function toCredential(given: ExecCredential, own: ClientCertificate | null, options: LoginOptions): Credential {
  if (given.certificate !== null) options.onSecret(given.certificate.key)
  return {
    authorization: given.token === null ? null : bearer(given.token, options),
    certificate: given.certificate ?? own,
  }
}

function bearer(token: Secret, {onSecret}: LoginOptions): Secret {
  onSecret(token)
  return new Secret(`Bearer ${token.reveal()}`)
}
