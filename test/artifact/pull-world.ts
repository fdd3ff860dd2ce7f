import {mkdtemp, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {Credentials} from '../../src/artifact/credentials.ts'
import {pullArtifact, type PulledArtifact, type PullOptions} from '../../src/artifact/pull.ts'
import {httpClient} from '../../src/http.ts'
import {startFakeRegistry, type FakeRegistry} from '../support/fake-registry.ts'

/** A registry and a temporary folder for one test. */
export type PullWorld = AsyncDisposable & {
  readonly registry: FakeRegistry
  readonly tempDir: string
  /** Pulls `acme/config` with this behind it: by default `:prod`. */
  pull(suffix?: string, options?: Partial<PullOptions>): Promise<PulledArtifact>
  /** What the pulls have left behind. */
  leftovers(): Promise<string[]>
}

export const nobody: Credentials = {secrets: [], lookup: () => ({credential: null, unused: null})}

export async function openPullWorld(): Promise<PullWorld> {
  const registry = await startFakeRegistry()
  const tempDir = await mkdtemp(join(tmpdir(), 'tw-pull-'))
  const http = httpClient({env: {}})
  return {
    registry,
    tempDir,
    pull: (suffix = ':prod', options = {}) =>
      pullArtifact({
        reference: `oci://${registry.host}/acme/config${suffix}`,
        plainHttp: false,
        http,
        credentials: nobody,
        tempDir,
        signal: new AbortController().signal,
        ...options,
      }),
    leftovers: () => readdir(tempDir),
    async [Symbol.asyncDispose]() {
      await http.close()
      await registry[Symbol.asyncDispose]()
      await rm(tempDir, {recursive: true, force: true})
    },
  }
}
