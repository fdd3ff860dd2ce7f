import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {StoredDescriptor as Stored} from '../support/fake-registry.ts'
import {addFileLayer, imageManifest, indexType, manifestType} from './artifact-builder.ts'
import {openPullWorld, type PullWorld} from './pull-world.ts'
import {readTree} from './read-tree.ts'

type StoredDescriptor = Stored & {artifactType?: string}

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

  const ofType = (artifactType: string, name: string): StoredDescriptor => {
    const {registry} = world
    return registry.addManifest(imageManifest([addFileLayer(registry, name, 'z')], {artifactType}), manifestType)
  }

  it('takes the one of the wanted type, as the index or the image manifest itself says it', async () => {
    const [one, two] = [ofType('application/vnd.acme.one', 'one'), ofType('application/vnd.acme.two', 'two')]
    addIndex([attestation(), {...child, artifactType: 'text/x'}, one, two], {}, 'prod')
    await using artifact = await world.pull(':prod', {artifactType: 'application/vnd.acme.two'})
    expect(await readTree(artifact.folder)).toEqual({two: '644 z'})
    // what has a type in the index is not looked into
    expect(world.registry.paths()).not.toContain(`manifests/${child.digest}`)
    addIndex(
      [
        {...one, artifactType: 'application/vnd.acme.two'},
        {...two, artifactType: 'text/x'},
      ],
      {},
      'prod',
    )
    await using other = await world.pull(':prod', {artifactType: 'application/vnd.acme.two'})
    expect(await readTree(other.folder)).toEqual({one: '644 z'})
  })

  it('takes the type of the config where there is no other, and one in an index below', async () => {
    const config = {...imageManifest([]).config, mediaType: 'application/vnd.acme.config'}
    const {registry} = world
    const old = registry.addManifest(imageManifest([addFileLayer(registry, 'old', 'z')], {config}), manifestType)
    addIndex([child, addIndex([child, old])], {}, 'prod')
    await using artifact = await world.pull(':prod', {artifactType: 'application/vnd.acme.config'})
    expect(await readTree(artifact.folder)).toEqual({old: '644 z'})
  })

  it.each([
    ['none', 'text/none', /none of its 3 image manifests is of the type text\/none: sha256:/],
    ['two', 'application/vnd.acme.one', /2 image manifests are of the type application\/vnd\.acme\.one: sha256:/],
  ])('lists the digests when %s has the wanted type', async (_, artifactType, message) => {
    addIndex([child, ofType('application/vnd.acme.one', 'a'), ofType('application/vnd.acme.one', 'b')], {}, 'prod')
    await expect(world.pull(':prod', {artifactType})).rejects.toMatchObject({
      code: 'ARTIFACT_AMBIGUOUS_INDEX',
      message: expect.stringMatching(message) as unknown,
    })
  })

  it('does not look into dozens of image manifests for a type', async () => {
    addIndex(
      Array.from({length: 33}, () => child),
      {},
      'prod',
    )
    const error = await world.failure(':prod', {artifactType: 'text/x'})
    expect(error).toMatchObject({code: 'ARTIFACT_LIMIT_EXCEEDED'})
    expect(world.registry.paths()).toEqual(['manifests/prod'])
  })

  it('refuses the withdrawn artifact manifest by its name, in an index too', async () => {
    const mediaType = 'application/vnd.oci.artifact.manifest.v1+json'
    const withdrawn = world.registry.addManifest({mediaType, blobs: []}, mediaType, 'prod')
    for (const tag of [':prod', ':index']) {
      addIndex([withdrawn], {}, 'index')
      await expect(world.pull(tag)).rejects.toMatchObject({
        code: 'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
        message: expect.stringContaining('it is an artifact manifest, which OCI 1.1 withdrew') as unknown,
      })
    }
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
