import {z} from 'zod'

import {Secret} from '../secret.ts'
import type {Attempt} from './attempt.ts'
import {isHub} from './auth-key.ts'
import type {Credential} from './credential.ts'
import {abortError} from './network-error.ts'
import {oneLine} from '../one-line.ts'

export type HelperOptions = {
  /** What follows `docker-credential-` in the name of the program. */
  readonly name: string
  /** With the port, if there is one. */
  readonly host: string
  readonly env: NodeJS.ProcessEnv
  readonly attempt: Attempt
  readonly signal: AbortSignal
  /** Milliseconds; default 10,000. */
  readonly timeout?: number
}

const outputLimit = 64 * 1024
const answerSchema = z.object({Username: z.string(), Secret: z.string().min(1)})
const hubAddress = 'https://index.docker.io/v1/'

/**
 * Asks one of Docker's credential helpers; null when it knows nobody for the host. It is run without a shell, from PATH,
 * and gets our environment: most read their own login there. Throws `ARTIFACT_HELPER_FAILED`,
 * `ARTIFACT_CREDENTIALS_INVALID`, `CANCELLED`. https://github.com/docker/docker-credential-helpers#development
 */
export async function askHelper(options: HelperOptions): Promise<Credential | null> {
  const {name, host, env, signal, timeout = 10_000} = options
  const attempt = options.attempt.step(`asking docker-credential-${oneLine(name, 100)}`)
  if (!/^[A-Za-z0-9._-]+$/.test(name)) {
    throw attempt.error('ARTIFACT_CREDENTIALS_INVALID', 'no credential helper can have such a name')
  }
  // few have a helper
  const {execa} = await import('execa')
  const result = await execa(`docker-credential-${name}`, ['get'], {
    input: isHub(host) ? hubAddress : host,
    env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
    extendEnv: false,
    timeout,
    cancelSignal: signal,
    maxBuffer: outputLimit,
    killSignal: 'SIGKILL',
    killDescendants: true,
    reject: false,
  })
  if (signal.aborted) throw abortError(signal, attempt)
  const failed = (what: string) => attempt.error('ARTIFACT_HELPER_FAILED', what)
  if (result.timedOut) throw failed(`it did not end within ${timeout / 1000} s`)
  if (result.isMaxBuffer) throw failed('it printed more than 64 KiB')
  // no later run finds it otherwise
  const missing = (what: string) =>
    attempt.error('ARTIFACT_CREDENTIALS_INVALID', what, {
      hint: `install docker-credential-${name} and put it on PATH, or leave it out of the Docker config`,
    })
  if (result.code === 'ENOENT') throw missing('there is no such program on PATH')
  if (result.code === 'EACCES') throw missing('it is not executable')
  if (result.exitCode === 0) return toCredential(result.stdout, failed)
  if (result.stdout.includes('credentials not found in native keychain')) return null
  const end =
    result.exitCode === undefined ? `it ended with ${result.signal ?? result.code}` : `exit ${result.exitCode}`
  throw failed([end, reasonOf(result.stdout) || reasonOf(result.stderr)].filter(part => part !== '').join(': '))
}

/** No error quotes the answer: it is the secret. */
function toCredential(stdout: string, failed: (what: string) => Error): Credential {
  const answer = answerSchema.safeParse(parseJson(stdout), {jitless: true})
  if (!answer.success) throw failed('its answer is not a JSON object with Username and Secret')
  const {Username, Secret: value} = answer.data
  const secret = new Secret(value)
  if (Username === '<token>') return {kind: 'identity', username: null, token: secret}
  if (Username === '') throw failed('its answer has no Username')
  return {kind: 'password', username: Username, password: secret}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What a failed helper says, unless that looks like an answer, of which nothing may be shown. */
function reasonOf(output: string): string {
  return /[{}]|secret|password/i.test(output) ? '' : oneLine(output)
}
