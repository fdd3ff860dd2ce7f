import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {RegistryAnswer, StoredDescriptor} from '../support/fake-registry.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {instantTiming, openPullWorld, type PullWorld} from './pull-world.ts'

const status = (code: number): RegistryAnswer => ({status: code})

describe('pullArtifact from a registry that fails for a moment', () => {
  let world: PullWorld
  let layer: StoredDescriptor
  let blob: string
  beforeEach(async () => {
    world = await openPullWorld()
    layer = addFileLayer(world.registry, 'tazuna.yaml', 'x'.repeat(1000))
    addArtifact(world.registry, [layer])
    blob = `blobs/${layer.digest}`
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each<[string, RegistryAnswer]>([
    ['a broken connection', 'reset'],
    ['a body that breaks off', {cutAfter: 100}],
    ['a body of which nothing comes', {cutAfter: 0}],
    ...[408, 429, 500, 502, 503, 504].map((code): [string, RegistryAnswer] => [String(code), status(code)]),
  ])('tries again after %s, from the beginning', async (_, answer) => {
    world.registry.answer('manifests/prod', answer, answer, null)
    world.registry.answer(blob, answer, answer, answer, answer, null)
    const bytes: number[] = []
    await using artifact = await world.pull(':prod', {onProgress: done => bytes.push(done.bytes)})
    expect(await readFile(join(artifact.folder, 'tazuna.yaml'), 'utf8')).toBe('x'.repeat(1000))
    expect(world.waits).toEqual([250, 500, 250, 500, 1000, 2000])
    expect([bytes.at(-1), Math.max(...bytes)]).toEqual([1000, 1000])
  })

  it('gives up after five tries', async () => {
    world.registry.answer('manifests/prod', status(503))
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_SERVER_ERROR'})
    expect(world.registry.calls).toHaveLength(5)
    world.registry.answer('manifests/prod', null)
    world.registry.answer(blob, {cutAfter: 500})
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_NETWORK'})
    expect(world.registry.paths().filter(path => path === blob)).toHaveLength(5)
  })

  it.each([400, 401, 403, 404, 410, 418, 501])('does not try again after %i', async code => {
    world.registry.answer('manifests/prod', status(code))
    await world.failure()
    expect(world.registry.calls).toHaveLength(1)
  })

  it.each<RegistryAnswer>(['altered', 'endless', {body: 'short'}])(
    'asks once more, and only once, for what came whole and is wrong: %j',
    async answer => {
      world.registry.answer(blob, answer)
      expect(await world.failure()).toMatchObject({code: expect.stringMatching(/MISMATCH$/) as unknown})
      expect(world.waits).toEqual([250])
      expect(world.registry.paths().filter(path => path === blob)).toHaveLength(2)
      world.registry.answer(blob, answer, null)
      await using artifact = await world.pull()
      expect(artifact.files).toBe(1)
    },
  )

  it.each([
    ['seconds', '7', 7000],
    ['a minute', '60', 60_000],
    ['a date', 'Sat, 21 Nov 2026 12:00:09 GMT', 9000],
    ['a date that has passed', 'Sat, 21 Nov 2026 11:00:00 GMT', 250],
    ['nothing', '0', 250],
    ['nonsense', 'soon', 250],
  ])('waits as long as it is asked to: %s', async (_, header, expected) => {
    for (const code of [429, 503]) {
      world.waits.length = 0
      world.registry.answer('manifests/prod', {status: code, headers: {'retry-after': header}}, null)
      const artifact = await world.pull()
      await artifact[Symbol.asyncDispose]()
      expect(world.waits).toEqual([expected])
    }
  })

  it.each([
    ['61', '2026-11-21T12:01:01Z'],
    ['Sat, 21 Nov 2026 18:00:00 GMT', '2026-11-21T18:00:00Z'],
    ['9'.repeat(300), '+275760-09-13T00:00:00Z'],
  ])('does not wait for more than a minute, and says until when it should: %s', async (header, until) => {
    world.registry.answer('manifests/prod', {status: 429, headers: {'retry-after': header}})
    const error = await world.failure()
    expect(error).toMatchObject({
      code: 'ARTIFACT_RATE_LIMITED',
      message: expect.stringMatching(
        /fetching manifest prod: the registry answered 429; it asks to wait until/,
      ) as unknown,
    })
    expect((error as Error).message).toContain(until)
    expect(world.registry.calls).toHaveLength(1)
  })

  it.each([
    [new DOMException('late', 'TimeoutError'), 'ARTIFACT_SERVER_ERROR'],
    ['SIGTERM', 'CANCELLED'],
  ])('stops waiting when it is told to', async (reason, code) => {
    const controller = new AbortController()
    world.registry.answer('manifests/prod', status(503))
    const timing = {
      ...instantTiming(),
      sleep: (_: number, signal: AbortSignal) => {
        controller.abort(reason)
        return Promise.reject(new Error(String(signal.aborted)))
      },
    }
    expect(await world.failure(':prod', {timing, signal: controller.signal})).toMatchObject({code})
    expect(world.registry.calls).toHaveLength(1)
  })
})
