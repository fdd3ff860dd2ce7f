import fc from 'fast-check'
import {expect, it} from 'vitest'

import type {Credentials} from '../../src/artifact/credentials.ts'
import type {PullOptions} from '../../src/artifact/pull.ts'
import {PullTimeout} from '../../src/artifact/pull-deadline.ts'
import {httpClient, type HttpAnswer} from '../../src/http.ts'
import {Secret} from '../../src/secret.ts'
import {addArtifact, addFileLayer, addFolderLayer} from './artifact-builder.ts'
import {file} from '../support/tar.ts'
import {startRecorder} from '../support/recorder.ts'
import {instantTiming, openPullWorld, type PullWorld} from './pull-world.ts'

/** Calls `tick` at every moment at which a pull waits for something. */
function observed(tick: () => void): Pick<PullOptions, 'http' | 'timing' | 'credentials'> {
  const http = httpClient({env: {}})
  const credentials: Credentials = {
    async lookup() {
      tick()
      await Promise.resolve()
      tick()
      const credential = {kind: 'password', username: 'alice', password: new Secret('hunter22')} as const
      return {logins: [{credential, origin: 'config.json'}], note: null}
    },
  }
  const timing = instantTiming()
  return {
    credentials,
    timing: {
      ...timing,
      async sleep(milliseconds, signal) {
        tick()
        await timing.sleep(milliseconds, signal)
        tick()
      },
    },
    http: {
      ...http,
      async request(request) {
        tick()
        const answer = await http.request(request)
        tick()
        return {...answer, body: ticking(answer.body, tick)}
      },
    },
  }
}

/** The same body, that tells of each piece and of its end. */
function ticking(body: HttpAnswer['body'], tick: () => void): HttpAnswer['body'] {
  const original = body[Symbol.asyncIterator].bind(body)
  async function* pieces() {
    for await (const piece of {[Symbol.asyncIterator]: original}) {
      tick()
      yield piece as Buffer
    }
    tick()
  }
  return Object.assign(body, {[Symbol.asyncIterator]: pieces})
}

/** Login, token, redirect, retry and three layers: whatever a pull may wait for. */
async function prepare({registry}: PullWorld, realm: string, storage: string): Promise<void> {
  const layers = [
    addFileLayer(registry, 'tazuna.yaml', 'x'.repeat(200_000)),
    addFolderLayer(registry, 'web', [file('web/a', 'a'.repeat(1000)), file('web/b')]),
    addFileLayer(registry, 'content', 'content'),
  ]
  addArtifact(registry, layers)
  registry.requireToken(['token-1'], `Bearer realm="${realm}"`)
  const [first, , last] = layers
  registry.answer(`blobs/${first!.digest}`, {status: 503}, {cutAfter: 500}, null)
  registry.answer(`blobs/${last!.digest}`, {status: 307, headers: {location: storage}})
}

it('ends within a second wherever it is interrupted, says so, and leaves nothing', async () => {
  const count = await ticksOf(Number.POSITIVE_INFINITY, 'SIGTERM')
  expect(count.code).toBeNull()
  expect(count.ticks).toBeGreaterThan(30)
  await fc.assert(
    fc.asyncProperty(fc.integer({min: 1, max: count.ticks}), fc.boolean(), async (at, isDeadline) => {
      const {code, took} = await ticksOf(at, isDeadline ? new PullTimeout('it took longer') : 'SIGTERM')
      // after the last wait there may be nothing left to interrupt
      const ends = isDeadline ? ['ARTIFACT_TIMEOUT', 'ARTIFACT_SERVER_ERROR', 'ARTIFACT_NETWORK'] : ['CANCELLED']
      expect([...ends, ...(at > count.ticks - 3 ? [null] : [])]).toContain(code)
      expect(took).toBeLessThan(1000)
    }),
    {numRuns: 60},
  )
}, 60_000)

/** Pulls, with an interrupt at the nth moment; what it leaves stands in the place of the code. */
async function ticksOf(at: number, reason: unknown): Promise<{ticks: number; code: unknown; took: number}> {
  await using world = await openPullWorld()
  await using elsewhere = await startRecorder()
  elsewhere.answer(({path}) => ({body: path.startsWith('/token') ? '{"token":"token-1"}' : 'content'}))
  await prepare(world, `http://${elsewhere.host}/token`, `http://${elsewhere.host}/blob`)
  const controller = new AbortController()
  let ticks = 0
  let aborted = 0
  const tools = observed(() => {
    ticks += 1
    if (ticks !== at) return
    aborted = performance.now()
    controller.abort(reason)
  })
  try {
    await using _ = await world.pull(':prod', {...tools, signal: controller.signal})
    return {ticks, code: null, took: 0}
  } catch (error) {
    const took = performance.now() - aborted
    const left = await world.leftovers()
    return {ticks, code: left.length === 0 ? ((error as {code?: unknown}).code ?? error) : left, took}
  } finally {
    await tools.http.close()
  }
}
