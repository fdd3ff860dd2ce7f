import {mkdtemp, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {Credential} from '../../src/artifact/credential.ts'
import type {Credentials} from '../../src/artifact/credentials.ts'
import {pullArtifact, type PulledArtifact, type PullOptions} from '../../src/artifact/pull.ts'
import type {Timing} from '../../src/artifact/timing.ts'
import {httpClient, type Http} from '../../src/http.ts'
import type {Secret} from '../../src/secret.ts'
import {startFakeRegistry, type FakeRegistry} from '../support/fake-registry.ts'

/** A registry and a temporary folder for one test. */
export type PullWorld = AsyncDisposable & {
  readonly registry: FakeRegistry
  readonly tempDir: string
  /** What was to be redacted. */
  readonly secrets: Secret[]
  /** What was waited for between tries, in milliseconds. */
  readonly waits: number[]
  /** Pulls `acme/config` with this behind it: by default `:prod`. */
  pull(suffix?: string, options?: Partial<PullOptions>): Promise<PulledArtifact>
  /** The error of a pull that must fail, and must leave nothing. */
  failure(suffix?: string, options?: Partial<PullOptions>): Promise<unknown>
  /** What the pulls have left behind. */
  leftovers(): Promise<string[]>
}

export const nobody: Credentials = {lookup: () => Promise.resolve({logins: [], note: null})}

/** Someone who is known at one registry only, by a credential that stands in `config.json`. */
export function only(credential: Credential | null, host: string): Credentials {
  const logins = credential === null ? [] : [{credential, origin: 'config.json'}]
  return {lookup: wanted => Promise.resolve({logins: wanted.host === host ? logins : [], note: null})}
}

/** Midday, without chance, and waiting takes no time: `waits` has what was waited for, in milliseconds. */
export function instantTiming(waits: number[] = []): Timing {
  return {
    now: () => Date.UTC(2026, 10, 21, 12),
    random: () => 1,
    async sleep(milliseconds, signal) {
      signal.throwIfAborted()
      waits.push(milliseconds)
      await Promise.resolve()
    },
  }
}

export async function openPullWorld(): Promise<PullWorld> {
  const registry = await startFakeRegistry()
  const tempDir = await mkdtemp(join(tmpdir(), 'tw-pull-'))
  const http = httpClient({env: {}})
  const secrets: Secret[] = []
  const waits: number[] = []
  const leftovers = () => readdir(tempDir)
  const pull: PullWorld['pull'] = (suffix = ':prod', options = {}) =>
    pullArtifact({
      reference: `oci://${registry.host}/acme/config${suffix}`,
      plainHttp: false,
      http,
      credentials: nobody,
      onSecret: secret => void secrets.push(secret),
      timing: instantTiming(waits),
      tempDir,
      signal: new AbortController().signal,
      ...options,
    })
  return {
    registry,
    tempDir,
    secrets,
    waits,
    pull,
    async failure(suffix, options) {
      const outcome: unknown = await pull(suffix, options).catch((error: unknown) => error)
      const left = await leftovers()
      if (left.length > 0) throw new Error(`it left ${left.join(', ')}`)
      return outcome
    },
    leftovers,
    async [Symbol.asyncDispose]() {
      await http.close()
      await registry[Symbol.asyncDispose]()
      await rm(tempDir, {recursive: true, force: true})
    },
  }
}

/** An HTTP client that reaches a registry of another name at ours. Calls of any other origin fail. */
export function forwarding(origin: string, to: string): Http {
  const http = httpClient({env: {}})
  return {
    ...http,
    request(request) {
      if (!request.url.startsWith(`${origin}/v2/`)) throw new Error(`called ${request.url}`)
      return http.request({...request, url: request.url.replace(origin, to)})
    },
  }
}

/**
 * An HTTP client that reaches servers of other names at ours, by origin. Calls of any other origin fail like those of a
 * host that is not there, and are noted.
 */
export function reaching(hosts: Readonly<Record<string, string>>): Http & {
  readonly strays: string[]
  /** The logins that came with them. */
  readonly logins: string[]
} {
  const http = httpClient({env: {}})
  const strays: string[] = []
  const logins: string[] = []
  return {
    ...http,
    strays,
    logins,
    request(request) {
      const {origin} = new URL(request.url)
      const host = hosts[origin]
      if (host !== undefined) return http.request({...request, url: request.url.replace(origin, `http://${host}`)})
      strays.push(request.url)
      const {authorization} = request.headers ?? {}
      if (authorization !== undefined) logins.push(authorization)
      return Promise.reject(Object.assign(new Error(`getaddrinfo ENOTFOUND ${origin}`), {code: 'ENOTFOUND'}))
    },
  }
}
