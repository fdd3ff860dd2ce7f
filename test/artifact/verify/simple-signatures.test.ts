import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {errorBody} from '../../support/fake-registry.ts'
import {indexType} from '../artifact-builder.ts'
import {addSimpleLayer, preAuthentication, simplePayload, statement, tagSignatures} from './signer.ts'
import {openVerifyWorld, type VerifyWorld} from './verify-world.ts'

describe('a classic signature', () => {
  let world: VerifyWorld
  beforeEach(async () => {
    world = await openVerifyWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const tagName = () => `manifests/${world.artifact.digest.replace(':', '-')}.sig`
  const sign = (payload: string, signature = world.signer.sign(payload)) =>
    tagSignatures(world.registry, world.artifact.digest, [addSimpleLayer(world.registry, payload, signature)])

  it.each<[string, () => void, string]>([
    [
      'of another artifact',
      () => sign(simplePayload(`sha256:${'a'.repeat(64)}`)),
      'it is of another artifact, sha256:aa',
    ],
    [
      'of the digest in capitals',
      () => sign(simplePayload(world.artifact.digest.toUpperCase())),
      'it is of another artifact',
    ],
    [
      'of another type',
      () => sign(simplePayload(world.artifact.digest, 'atomic container signature')),
      'it is a signature of the type atomic container signature',
    ],
    ['of what is no payload', () => sign('{}'), 'its payload is not as cosign writes it'],
    ['of what is no JSON', () => sign('junk'), 'its payload is not as cosign writes it'],
    ['of a bundle’s statement', () => sign(statement(world.artifact.digest)), 'its payload is not as cosign writes it'],
    ['without a signature', () => sign(simplePayload(world.artifact.digest), ''), 'has no signature'],
    ['that is no base64', () => sign(simplePayload(world.artifact.digest), 'no!'), 'has no signature'],
    [
      'in base64 for URLs',
      () => {
        const payload = simplePayload(world.artifact.digest)
        let signature: string
        do signature = world.signer.sign(payload)
        while (!/[+/]/.test(signature))
        sign(payload, signature.replaceAll('+', '-').replaceAll('/', '_'))
      },
      'has no signature',
    ],
    [
      'by a stranger',
      () => sign(simplePayload(world.artifact.digest), world.stranger.sign(simplePayload(world.artifact.digest))),
      'it is by none of the configured keys',
    ],
    [
      'of another payload',
      () => sign(simplePayload(world.artifact.digest), world.signer.sign(simplePayload('sha256:x'))),
      'it is by none of the configured keys',
    ],
    [
      'of the same bytes as DSSE has them',
      () => {
        const payload = simplePayload(world.artifact.digest)
        sign(payload, world.signer.sign(preAuthentication(payload)))
      },
      'it is by none of the configured keys',
    ],
    [
      'under another media type',
      () => tagSignatures(world.registry, world.artifact.digest, [world.layer]),
      'no layer of it is a signature',
    ],
    ['in no layer', () => tagSignatures(world.registry, world.artifact.digest, []), 'no layer of it is a signature'],
    [
      'with an index as its tag',
      () => void world.registry.addManifest({schemaVersion: 2, manifests: []}, indexType, tagName().slice(10)),
      'it is an index, and no image manifest',
    ],
    [
      'larger than its descriptor says',
      () => {
        const layer = addSimpleLayer(world.registry, 'x'.repeat(9), 'AAAA')
        tagSignatures(world.registry, world.artifact.digest, [{...layer, size: 8}])
      },
      'it has 9 bytes, not 8',
    ],
    [
      'whose descriptor says 2 MiB',
      () => {
        const layer = addSimpleLayer(world.registry, 'payload', 'AAAA')
        tagSignatures(world.registry, world.artifact.digest, [{...layer, size: 2 * 1024 * 1024}])
      },
      'it has 2097152 bytes, more than 1048576',
    ],
    [
      'without end',
      () => {
        const layer = addSimpleLayer(world.registry, 'payload', 'AAAA')
        world.registry.answer(`blobs/${layer.digest}`, 'endless')
        tagSignatures(world.registry, world.artifact.digest, [layer])
      },
      'it has more than 1048576 bytes',
    ],
    [
      'whose payload has another digest',
      () => {
        const payload = simplePayload(world.artifact.digest)
        const layer = addSimpleLayer(world.registry, payload, world.signer.sign(payload))
        world.registry.answer(`blobs/${layer.digest}`, 'altered')
        tagSignatures(world.registry, world.artifact.digest, [layer])
      },
      'its bytes are sha256:',
    ],
    [
      'whose payload is gone',
      () => {
        const layer = addSimpleLayer(world.registry, 'payload', 'AAAA')
        world.registry.answer(`blobs/${layer.digest}`, {status: 404, body: errorBody('BLOB_UNKNOWN', 'gone')})
        tagSignatures(world.registry, world.artifact.digest, [layer])
      },
      'the registry answered 404',
    ],
    [
      'whose payload has a path for a digest',
      () => {
        const layer = addSimpleLayer(world.registry, 'payload', 'AAAA')
        tagSignatures(world.registry, world.artifact.digest, [{...layer, digest: '../../../x'}])
      },
      'its digest is none that is known',
    ],
  ])('%s is refused', async (_title, prepare, reason) => {
    prepare()
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_INVALID',
      message: expect.stringContaining(reason) as unknown,
    })
  })
})
