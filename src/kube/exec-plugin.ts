import {execa} from 'execa'
import {z} from 'zod'

import {Secret} from '../secret.ts'
import type {ClientCertificate, ExecPlugin} from './access.ts'
import {KubeConfigError} from './kube-config-error.ts'
import {lastWords, oneLine} from '../one-line.ts'
import {isToken} from './to-user.ts'

/** What a credential plugin gave. `expiresAt` is in milliseconds since 1970; null: with the process. */
export type ExecCredential = {
  readonly token: Secret | null
  readonly certificate: ClientCertificate | null
  readonly expiresAt: number | null
}

export type ExecOptions = {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** Milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal
}

const outputLimit = 1024 * 1024

const answerSchema = z.object({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().nullish(),
    clientCertificateData: z.string().nullish(),
    clientKeyData: z.string().nullish(),
    expirationTimestamp: z.iso.datetime({offset: true}).nullish(),
  }),
})

/**
 * Runs a credential plugin, without a shell and without a terminal. What it says on stderr stands in the error, what it
 * prints never does: that is the secret. Throws `KubeConfigError`.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export async function runExecPlugin(plugin: ExecPlugin, options: ExecOptions): Promise<ExecCredential> {
  const {env, cwd, timeout, signal} = options
  const own = plugin.env.map(({name, value}) => [name, value] as const)
  const result = await execa(plugin.command, plugin.args, {
    env: {...definedOf(env), ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: plugin.info},
    extendEnv: false,
    cwd,
    stdin: 'ignore',
    timeout,
    cancelSignal: signal,
    maxBuffer: {stdout: outputLimit, stderr: 64 * 1024},
    killSignal: 'SIGKILL',
    killDescendants: true,
    reject: false,
  })
  const failed = (what: string, {isTemporary = false, hint = runByHand} = {}) =>
    new KubeConfigError(`running the credential plugin ${oneLine(plugin.command, 100)}: ${what}`, {hint, isTemporary})
  if (signal.aborted) throw failed('interrupted', {isTemporary: true})
  const said = lastWords(result.stderr)
  const withWords = (what: string) => (said === '' ? what : `${what}: ${said}`)
  if (result.timedOut) throw failed(withWords(`it did not end within ${timeout / 1000} s`), {isTemporary: true})
  if (result.isMaxBuffer) throw failed('it printed too much')
  const install = oneLine(plugin.installHint) || 'install it, or put its folder into PATH'
  if (result.code === 'ENOENT') throw failed('there is no such program', {hint: install})
  if (result.code === 'EACCES') throw failed('it is not executable', {hint: install})
  if (result.exitCode !== 0) {
    const end =
      result.exitCode === undefined ? `it ended with ${result.signal ?? result.code}` : `exit ${result.exitCode}`
    throw failed(withWords(end), {isTemporary: true})
  }
  return toCredential(result.stdout, plugin.apiVersion, failed)
}

const runByHand = 'run it by hand as the same user, with the same environment'

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function toCredential(stdout: string, apiVersion: string, failed: (what: string) => Error): ExecCredential {
  const answer = answerSchema.safeParse(parseJson(stdout), {jitless: true})
  if (!answer.success) throw failed('its answer is no ExecCredential with a status')
  if (answer.data.apiVersion !== apiVersion) throw failed(`its answer is not of ${apiVersion}`)
  const {token, clientCertificateData, clientKeyData, expirationTimestamp} = answer.data.status
  if (!token && !clientCertificateData && !clientKeyData) throw failed('its answer has neither token nor certificate')
  if (!clientCertificateData !== !clientKeyData) throw failed('its answer has only one of certificate and key')
  if (token && !isToken(token)) throw failed('its token has characters that no token can have')
  return {
    token: token ? new Secret(token) : null,
    certificate:
      clientCertificateData && clientKeyData
        ? {certificate: clientCertificateData, key: new Secret(clientKeyData)}
        : null,
    expiresAt: expirationTimestamp ? Date.parse(expirationTimestamp) : null,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
