import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {defaultLimits} from '../../src/artifact/limits.ts'
import {digestOf, type RegistryAnswer, type StoredDescriptor} from '../support/fake-registry.ts'
import {addArtifact, addFileLayer, imageManifest, indexType, manifestType} from './artifact-builder.ts'
import {openPullWorld, type PullWorld} from './pull-world.ts'

describe('pullArtifact of something else than was asked for', () => {
  let world: PullWorld
  let layer: StoredDescriptor
  let manifest: StoredDescriptor
  beforeEach(async () => {
    world = await openPullWorld()
    layer = addFileLayer(world.registry, 'tazuna.yaml', 'x'.repeat(1000))
    manifest = addArtifact(world.registry, [layer])
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each([
    ['text/html', 'the answer has text/html'],
    ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'the answer has application/vnd.docker'],
    ['application/vnd.oci.artifact.manifest.v1+json', 'it is an artifact manifest, which OCI 1.1 withdrew'],
    [
      indexType,
      'the answer says application/vnd.oci.image.index.v1+json, the text itself "application/vnd.oci.image.manifest',
    ],
    ['', 'the answer has no media type'],
  ])('refuses a manifest with the type %j', async (type, text) => {
    world.registry.answer('manifests/prod', {with: {'content-type': type}})
    expect(await world.failure()).toMatchObject({
      code: 'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
      message: expect.stringContaining(text) as unknown,
    })
  })

  it.each(['gzip', 'br', 'deflate, gzip'])('refuses what is encoded as %s', async encoding => {
    world.registry.answer('manifests/prod', {with: {'content-encoding': encoding}})
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_UNSUPPORTED_MEDIA_TYPE'})
    world.registry.answer('manifests/prod', {with: {'content-encoding': 'identity'}})
    world.registry.answer(`blobs/${layer.digest}`, {with: {'content-encoding': encoding}})
    expect(await world.failure()).toMatchObject({
      code: 'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
      message: expect.stringContaining(`sends it encoded as ${encoding}`) as unknown,
    })
  })

  it('refuses a manifest that is not what its digest says', async () => {
    world.registry.answer(`manifests/${manifest.digest}`, 'altered')
    expect(await world.failure(`@${manifest.digest}`)).toMatchObject({
      code: 'ARTIFACT_DIGEST_MISMATCH',
      message: expect.stringContaining(`not ${manifest.digest}`) as unknown,
    })
    world.registry.answer('manifests/prod', {with: {'docker-content-digest': digestOf('x')}})
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_DIGEST_MISMATCH'})
    world.registry.answer('manifests/prod', {with: {'docker-content-digest': 'md5:x'}})
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_UNSUPPORTED_DIGEST'})
  })

  it.each([
    ['no JSON', '{"schemaVersion": 2'],
    ['deep nonsense', '['.repeat(1_000_000)],
    ['a list', '[]'],
    ['null', 'null'],
    ['the first version of it', JSON.stringify({...imageManifest([]), schemaVersion: 1})],
    ['no config', JSON.stringify({...imageManifest([]), config: undefined})],
    ['a size in words', JSON.stringify({...imageManifest([]), layers: [{mediaType: 'x', digest: 'y', size: '10'}]})],
    ['a negative size', JSON.stringify(imageManifest([{mediaType: 'x', digest: 'y', size: -1}]))],
    ['annotations that are no text', JSON.stringify(imageManifest([], {annotations: {a: 1}}))],
  ])('refuses an image manifest that is %s', async (_, text) => {
    world.registry.addManifest(text, manifestType, 'prod')
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_LAYOUT_INVALID'})
    expect(world.registry.calls).toHaveLength(1)
  })

  it('refuses a manifest above the limit, also one without end', async () => {
    const limits = {...defaultLimits, manifest: 100}
    expect(await world.failure(':prod', {limits})).toMatchObject({code: 'ARTIFACT_LIMIT_EXCEEDED'})
    world.registry.addManifest('x'.repeat(4 * 1024 * 1024 + 1), manifestType, 'huge')
    expect(await world.failure(':huge')).toMatchObject({code: 'ARTIFACT_LIMIT_EXCEEDED'})
    world.registry.answer('manifests/prod', 'endless')
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_LIMIT_EXCEEDED'})
  })

  it('refuses a blob with other bytes', async () => {
    world.registry.answer(`blobs/${layer.digest}`, 'altered')
    expect(await world.failure()).toMatchObject({
      code: 'ARTIFACT_DIGEST_MISMATCH',
      message: expect.stringMatching(/the bytes that came are sha256:[0-9a-f]{64}$/) as unknown,
    })
  })

  it.each([
    ['fewer bytes than it says', -1, '1000 bytes, the image manifest says 999'],
    ['more bytes than it says', 1, '1000 bytes, the image manifest says 1001'],
  ])('refuses a blob of which the manifest says %s', async (_, difference) => {
    addArtifact(world.registry, [{...layer, size: layer.size + difference}])
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_SIZE_MISMATCH'})
  })

  it('stops reading a blob without end', async () => {
    world.registry.answer(`blobs/${layer.digest}`, 'endless')
    expect(await world.failure()).toMatchObject({
      code: 'ARTIFACT_SIZE_MISMATCH',
      message: expect.stringContaining('it has more than 1000 bytes') as unknown,
    })
  })

  it('refuses one digest with two sizes', async () => {
    const annotations = {'org.opencontainers.image.title': 'other'}
    addArtifact(world.registry, [layer, {...layer, size: 5, annotations}])
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_SIZE_MISMATCH'})
    expect(world.registry.calls).toHaveLength(1)
  })

  it.each([
    ['in a blob', () => `blobs/${layer.digest}`, {cutAfter: 500}],
    ['before a blob', () => `blobs/${layer.digest}`, 'reset'],
    ['in a manifest', () => 'manifests/prod', {cutAfter: 100}],
    ['before a manifest', () => 'manifests/prod', 'reset'],
  ] satisfies [string, () => string, RegistryAnswer][])(
    'says that the network failed when it breaks %s',
    async (_, path, answer) => {
      world.registry.answer(path(), answer)
      expect(await world.failure()).toMatchObject({
        code: 'ARTIFACT_NETWORK',
        message: expect.stringContaining(`http://${world.registry.host} cannot be reached: `) as unknown,
      })
    },
  )

  it('tells of the blob that failed, not of those that were stopped for it', async () => {
    const {registry} = world
    const layers = ['a', 'b', 'c'].map(name => addFileLayer(registry, name, name.repeat(100)))
    addArtifact(registry, layers)
    registry.answer(`blobs/${layers[0]!.digest}`, 'hang')
    registry.answer(`blobs/${layers[1]!.digest}`, 'slow')
    registry.answer(`blobs/${layers[2]!.digest}`, {status: 404})
    expect(await world.failure()).toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringContaining(layers[2]!.digest) as unknown,
    })
  })
})
