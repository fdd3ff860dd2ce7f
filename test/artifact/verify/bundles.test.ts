import {createHash} from 'node:crypto'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {addBundle, bundleOf, preAuthentication, signPredicate, signedBundle, simplePayload} from './signer.ts'
import {statement, tagReferrers} from './signer.ts'
import {openVerifyWorld, type VerifyWorld} from './verify-world.ts'

describe('a bundle', () => {
  let world: VerifyWorld
  beforeEach(async () => {
    world = await openVerifyWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const sign = (payload: string, more: Record<string, unknown> = {}, signed = preAuthentication(payload)) => {
    const bundle = bundleOf(payload, [world.signer.sign(signed)], more)
    tagReferrers(world.registry, world.artifact.digest, [addBundle(world.registry, world.artifact, bundle)])
  }
  const own = (more: Record<string, unknown> = {}) => statement(world.artifact.digest, more)
  const hex = () => world.artifact.digest.slice('sha256:'.length)

  it.each<[string, () => void, string]>([
    ['of another artifact', () => sign(statement(`sha256:${'a'.repeat(64)}`)), 'it is of another artifact, sha256:aa'],
    ['of no subject', () => sign(own({subject: []})), 'it is of another artifact, of none'],
    ['of a subject without sha256', () => sign(own({subject: [{digest: {sha512: hex()}}]})), 'it is of another'],
    ['of the digest in capitals', () => sign(own({subject: [{digest: {sha256: hex().toUpperCase()}}]})), 'of another'],
    ['of a subject with the algorithm', () => sign(own({subject: [{digest: {sha256: `sha256:${hex()}`}}]})), 'another'],
    [
      'of an older statement',
      () => sign(own({_type: 'https://in-toto.io/Statement/v0.1'})),
      'it is a statement of the',
    ],
    ['of a statement without a type', () => sign(own({_type: undefined})), 'what it signs is no in-toto statement'],
    ['of a classic payload', () => sign(simplePayload(world.artifact.digest)), 'what it signs is no in-toto statement'],
    ['of no JSON', () => sign('junk'), 'what it signs is no in-toto statement'],
    ['of another payload type', () => sign(own(), {payloadType: 'text/plain'}), 'dsseEnvelope.payloadType is'],
    ['signed with another payload type', () => sign(own(), {}, preAuthentication(own(), 'text/plain')), 'by none of'],
    ['signed without the type', () => sign(own(), {}, Buffer.from(own())), 'it is by none of the configured keys'],
    ['with a payload that is no base64', () => sign(own(), {payload: own()}), 'is not base64'],
    ['with a payload of another form', () => sign(own(), {payload: {}}), 'dsseEnvelope.payload is'],
  ])('%s is refused', async (_title, prepare, reason) => {
    prepare()
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_INVALID',
      message: expect.stringContaining(reason) as unknown,
    })
  })

  it.each([
    ['of the signer', 'signer'],
    ['of a stranger', 'stranger'],
  ] as const)('with an attestation %s is no signature', async (_title, who) => {
    const payload = own({predicateType: `${signPredicate}/`})
    const bundle = bundleOf(payload, [world[who].sign(preAuthentication(payload))])
    tagReferrers(world.registry, world.artifact.digest, [addBundle(world.registry, world.artifact, bundle)])
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_MISSING',
      message: expect.stringContaining(
        `it is an attestation of the type ${signPredicate}/, not a signature`,
      ) as unknown,
    })
  })

  it('by a stranger says which key it names', async () => {
    const hint = createHash('sha256').update('x').digest('base64')
    const bundle = {...signedBundle(world.artifact.digest, world.stranger), verificationMaterial: {publicKey: {hint}}}
    tagReferrers(world.registry, world.artifact.digest, [addBundle(world.registry, world.artifact, bundle)])
    expect(await world.refusal()).toMatchObject({
      message: expect.stringContaining('by none of the configured keys, it names sha256:2d711642b726') as unknown,
    })
  })
})
