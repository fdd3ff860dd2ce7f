import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {StoredDescriptor} from '../support/fake-registry.ts'
import {addFileLayer, imageManifest, indexType, manifestType} from './artifact-builder.ts'
import {openPullWorld, type PullWorld} from './pull-world.ts'
import {readTree} from './read-tree.ts'

describe('pullArtifact of an index', () => {
  let world: PullWorld
  let child: StoredDescriptor
  beforeEach(async () => {
    world = await openPullWorld()
    const {registry} = world
    const annotations = {'org.opencontainers.image.created': '2026-11-01T00:00:00Z'}
    child = registry.addManifest(imageManifest([addFileLayer(registry, 'a', 'x')], {annotations}), manifestType)
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const addIndex = (manifests: readonly StoredDescriptor[], more = {}, tag?: string) =>
    world.registry.addManifest({schemaVersion: 2, mediaType: indexType, manifests, ...more}, indexType, tag)

  const attestation = (): StoredDescriptor => ({
    ...world.registry.addManifest(imageManifest([addFileLayer(world.registry, 'att', 'y')]), manifestType),
    annotations: {'vnd.docker.reference.type': 'attestation-manifest'},
  })

  it('goes through one with a single child, and reports the digest of the tag', async () => {
    const annotations = {
      'org.opencontainers.image.revision': 'r1',
      'org.opencontainers.image.created': '2020-01-01T00:00:00Z',
    }
    const {digest} = addIndex([attestation(), child], {annotations}, 'prod')
    await using artifact = await world.pull()
    expect(artifact).toMatchObject({digest, revision: 'r1', createdAt: '2026-11-01T00:00:00Z'})
    expect(await readTree(artifact.folder)).toEqual({a: '644 x'})
    expect(world.registry.paths().slice(0, 2)).toEqual(['manifests/prod', `manifests/${child.digest}`])
  })

  it('goes through two, not three', async () => {
    const inner = addIndex([child])
    const middle = addIndex([inner], {}, 'two')
    addIndex([middle], {}, 'three')
    await using artifact = await world.pull(':two')
    expect(artifact.files).toBe(1)
    await expect(world.pull(':three')).rejects.toMatchObject({
      code: 'ARTIFACT_AMBIGUOUS_INDEX',
      message: expect.stringContaining('it lies in 2 other indexes') as unknown,
    })
  })

  it('lists the digests when there is a choice', async () => {
    const {registry} = world
    const other = registry.addManifest(imageManifest([addFileLayer(registry, 'b', 'y')]), manifestType)
    addIndex([child, other], {}, 'prod')
    await expect(world.pull()).rejects.toMatchObject({
      code: 'ARTIFACT_AMBIGUOUS_INDEX',
      message: expect.stringContaining(`it lists 2 image manifests: ${child.digest}, ${other.digest}`) as unknown,
    })
    await using artifact = await world.pull(`@${other.digest}`)
    expect(await readTree(artifact.folder)).toEqual({b: '644 y'})
  })

  it.each([
    ['no children', () => [], 'ARTIFACT_AMBIGUOUS_INDEX'],
    ['attestations only', () => [attestation()], 'ARTIFACT_AMBIGUOUS_INDEX'],
    ['a child that is not there', () => [{...child, digest: `sha256:${'0'.repeat(64)}`}], 'ARTIFACT_NOT_FOUND'],
    ['a child of another size', () => [{...child, size: child.size + 1}], 'ARTIFACT_SIZE_MISMATCH'],
    ['a child of another type', () => [{...child, mediaType: indexType}], 'ARTIFACT_UNSUPPORTED_MEDIA_TYPE'],
    ['a path for a digest', () => [{...child, digest: '../../other/manifests/x'}], 'ARTIFACT_UNSUPPORTED_DIGEST'],
  ] satisfies [string, () => StoredDescriptor[], string][])('refuses one with %s', async (_, children, code) => {
    addIndex(children(), {}, 'prod')
    await expect(world.pull()).rejects.toMatchObject({code})
    expect(await world.leftovers()).toEqual([])
  })
})
