import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {PullOptions} from '../../src/artifact/pull.ts'
import {openStore} from '../../src/artifact/store.ts'
import {httpClient, type Http} from '../../src/http.ts'
import {repository} from '../support/fake-registry.ts'
import {openPullWorld, type PullWorld} from './pull-world.ts'
import {readTree} from './read-tree.ts'

/** What a pull with a store did. */
export type StorePull = {
  readonly digest: string
  readonly tree: Readonly<Record<string, string>>
  /** `METHOD PATH`, below the repository. */
  readonly calls: readonly string[]
  /** What the store told of trouble. */
  readonly troubles: readonly string[]
}

export type StorePullOptions = Partial<PullOptions> & {
  readonly suffix?: string
  readonly now?: number
  readonly folder?: string
  /** Called before each call is made. */
  readonly onCall?: (call: string) => void
}

/** A fake registry, and a folder of a store that outlives each pull. */
export type StoreWorld = AsyncDisposable & {
  readonly world: PullWorld
  /** Not there before the first pull. */
  readonly cache: string
  /** Opens the store anew, as each run does; removes the tree that was made. */
  pull(options?: StorePullOptions): Promise<StorePull>
}

export async function openStoreWorld(): Promise<StoreWorld> {
  const world = await openPullWorld()
  const root = await mkdtemp(join(tmpdir(), 'tw-store-'))
  const cache = join(root, 'below', 'cache')
  return {
    world,
    cache,
    async pull({suffix, now = Date.now(), folder = cache, onCall, ...options} = {}) {
      const {http, calls} = recording(onCall)
      const troubles: string[] = []
      const onNote = ({text, isTrouble}: {text: string; isTrouble: boolean}) => {
        if (isTrouble) troubles.push(text.replaceAll(folder, 'CACHE'))
      }
      try {
        const store = await openStore({folder, now: () => now, onNote})
        await using artifact = await world.pull(suffix, {http, store, ...options})
        return {digest: artifact.digest, tree: await readTree(artifact.folder), calls, troubles}
      } finally {
        await http.close()
      }
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await rm(root, {recursive: true, force: true})
    },
  }
}

function recording(onCall: (call: string) => void = () => undefined): {http: Http; calls: string[]} {
  const http = httpClient({env: {}})
  const calls: string[] = []
  return {
    calls,
    http: {
      ...http,
      request(request) {
        const call = `${request.method} ${new URL(request.url).pathname.replace(`/v2/${repository}/`, '')}`
        calls.push(call)
        onCall(call)
        return http.request(request)
      },
    },
  }
}
