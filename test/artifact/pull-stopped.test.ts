import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {defaultLimits} from '../../src/artifact/limits.ts'
import type {PullOptions} from '../../src/artifact/pull.ts'
import {file, tar} from '../support/tar.ts'
import {addArchive, addArtifact, addFileLayer} from './artifact-builder.ts'
import {openPullWorld, type PullWorld} from './pull-world.ts'

describe('pullArtifact that does not come to its end', () => {
  let world: PullWorld
  beforeEach(async () => {
    world = await openPullWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each([
    ['a hostile archive', ':prod', {}, 'ARTIFACT_UNSAFE_ENTRY'],
    ['too much inside', ':prod', {limits: {...defaultLimits, extracted: 10}}, 'ARTIFACT_LIMIT_EXCEEDED'],
    ['no temporary folder', ':prod', {tempDir: '/absent'}, 'ARTIFACT_STORE_IO'],
    ['a wrong reference', ':', {}, 'ARTIFACT_REF_INVALID'],
  ] satisfies [string, string, Partial<PullOptions>, string][])(
    'leaves nothing behind after %s',
    async (_, suffix, options, code) => {
      addArchive(world.registry, gzipSync(tar([file('a'), file('../b')])))
      await expect(world.pull(suffix, options)).rejects.toMatchObject({code})
      expect(await world.leftovers()).toEqual([])
    },
  )

  it('blames the disk when it fails half-way', async () => {
    const {registry, tempDir} = world
    addArtifact(registry, [addFileLayer(registry, 'a', 'x')])
    await writeFile(join(tempDir, 'file'), '')
    await expect(world.pull(':prod', {tempDir: join(tempDir, 'file')})).rejects.toMatchObject({
      code: 'ARTIFACT_STORE_IO',
      message: expect.stringMatching(/^pulling oci:.*:prod \(sha256:[0-9a-f]{64}\): ENOTDIR/) as unknown,
    })
  })

  it.each([
    ['by the deadline', new DOMException('late', 'TimeoutError'), 'ARTIFACT_TIMEOUT'],
    ['by TERM', 'SIGTERM', 'CANCELLED'],
  ])('stops %s, at whatever it is, and leaves nothing', async (_, reason, code) => {
    const {registry} = world
    const layer = addFileLayer(registry, 'a', 'x'.repeat(500))
    addArtifact(registry, [layer])
    await expect(world.pull(':prod', {signal: AbortSignal.abort(reason)})).rejects.toMatchObject({code})
    expect(registry.calls).toEqual([])
    for (const [path, answer] of [
      ['manifests/prod', 'hang'],
      [`blobs/${layer.digest}`, 'hang'],
      [`blobs/${layer.digest}`, 'slow'],
    ] as const) {
      const controller = new AbortController()
      const calls = registry.calls.length
      registry.answer('manifests/prod', null)
      registry.answer(path, answer)
      const ended = world.pull(':prod', {signal: controller.signal}).catch((error: unknown) => error)
      await expect.poll(() => registry.calls.slice(calls).some(call => call.path.endsWith(path))).toBe(true)
      controller.abort(reason)
      expect(await ended).toMatchObject({code})
      expect(await world.leftovers()).toEqual([])
    }
  })
})
