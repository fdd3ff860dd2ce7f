import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {Secret} from '../../../src/secret.ts'
import {digestOf} from '../../support/fake-registry.ts'
import {imageManifest, indexType, manifestType} from '../artifact-builder.ts'
import {only} from '../pull-world.ts'
import {addBundle, bundleOf, preAuthentication, rsaSigner, signBundles, signClassic, simplePayload} from './signer.ts'
import {statement, tagReferrers} from './signer.ts'
import {minutesAgo, openVerifyWorld, type VerifyWorld} from './verify-world.ts'

const created = 'org.opencontainers.image.created'

describe('a pull that verifies', () => {
  let world: VerifyWorld
  beforeEach(async () => {
    world = await openVerifyWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it('asks for no signature without a policy', async () => {
    await using artifact = await world.pull({}, {verify: null})
    expect(artifact).toMatchObject({verifiedBy: [], warnings: []})
    expect(world.registry.paths()).toEqual(['manifests/prod', `blobs/${world.layer.digest}`])
  })

  it('takes a classic signature when there is no bundle', async () => {
    signClassic(world.registry, world.artifact.digest, world.signer)
    await using artifact = await world.pull()
    expect(artifact).toMatchObject({verifiedBy: [world.signer.key.name], warnings: []})
    const hex = world.artifact.digest.slice('sha256:'.length)
    expect(world.registry.paths()).toEqual([
      'manifests/prod',
      `referrers/sha256:${hex}`,
      `manifests/sha256-${hex}`,
      `manifests/sha256-${hex}.sig`,
      `blobs/${digestOf(simplePayload(world.artifact.digest))}`,
      `blobs/${world.layer.digest}`,
    ])
  })

  it('takes a bundle, and then asks for nothing else', async () => {
    signBundles(world.registry, world.artifact, world.signer)
    signClassic(world.registry, world.artifact.digest, world.stranger)
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
    expect(world.registry.paths().some(path => path.endsWith('.sig'))).toBe(false)
  })

  it('takes a good classic signature beside a bundle of a stranger', async () => {
    signBundles(world.registry, world.artifact, world.stranger)
    signClassic(world.registry, world.artifact.digest, world.stranger, world.signer)
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
  })

  it('takes a signature by any of its keys and names that one', async () => {
    const rsa = rsaSigner()
    signClassic(world.registry, world.artifact.digest, rsa)
    expect(await world.verifiedBy({keys: [world.stranger.key, world.signer.key, rsa.key]})).toEqual([rsa.key.name])
  })

  it('takes one of several signatures in a bundle', async () => {
    const payload = statement(world.artifact.digest)
    const bytes = preAuthentication(payload)
    const bundle = bundleOf(payload, ['AAAA', world.stranger.sign(bytes), '%', world.signer.sign(bytes)])
    tagReferrers(world.registry, world.artifact.digest, [addBundle(world.registry, world.artifact, bundle)])
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
  })

  it('takes a statement with several subjects, one of them the artifact', async () => {
    const hex = world.artifact.digest.slice('sha256:'.length)
    const subject = [{digest: {sha512: hex}}, {digest: {sha256: 'ab'}}, {name: 'x', digest: {sha256: hex}}]
    const payload = statement(world.artifact.digest, {subject})
    const bundle = bundleOf(payload, [world.signer.sign(preAuthentication(payload))])
    tagReferrers(world.registry, world.artifact.digest, [addBundle(world.registry, world.artifact, bundle)])
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
  })

  it('works on the digest of a reference that has one', async () => {
    signClassic(world.registry, world.artifact.digest, world.signer)
    const {digest} = world.artifact
    await using artifact = await world.pull({}, {}, `@${digest}`)
    expect(artifact).toMatchObject({digest, verifiedBy: [world.signer.key.name]})
    expect(
      await world.pull({keys: [world.stranger.key]}, {}, `@${digest}`).catch((error: unknown) => error),
    ).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_INVALID',
      message: expect.stringContaining(`/acme/config@${digest}: no signature of it is valid: `) as unknown,
    })
  })

  it('is logged in at every call, as for the rest', async () => {
    const {registry} = world
    registry.requireLogin('puller', 'canary')
    signClassic(registry, world.artifact.digest, world.signer)
    const credentials = only({kind: 'password', username: 'puller', password: new Secret('canary')}, registry.host)
    await using artifact = await world.pull({}, {credentials})
    expect(artifact.verifiedBy).toEqual([world.signer.key.name])
    const authorizations = registry.calls.map(({headers}) => headers.authorization)
    expect(authorizations).toEqual([undefined, ...Array.from({length: 6}, () => 'Basic cHVsbGVyOmNhbmFyeQ==')])
  })

  it('sees a signature that comes between two pulls', async () => {
    expect(await world.refusal()).toMatchObject({code: 'ARTIFACT_SIGNATURE_MISSING'})
    signClassic(world.registry, world.artifact.digest, world.stranger)
    expect(await world.refusal()).toMatchObject({code: 'ARTIFACT_SIGNATURE_INVALID'})
    signBundles(world.registry, world.artifact, world.signer)
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
  })

  it('does not take the signature of what the tag was before', async () => {
    signClassic(world.registry, world.artifact.digest, world.signer)
    signBundles(world.registry, world.artifact, world.signer)
    const {digest} = world.registry.addManifest(
      imageManifest([world.layer], {annotations: {another: ''}}),
      manifestType,
      'prod',
    )
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_MISSING',
      message: expect.stringContaining(`:prod (${digest}): it has no signature`) as unknown,
    })
  })

  it('tells at most ten reasons', async () => {
    signClassic(world.registry, world.artifact.digest, ...Array.from({length: 13}, () => world.stranger))
    const error = (await world.refusal()) as Error
    expect(error.message.match(/it is by none of the configured keys/g)).toHaveLength(10)
    expect(error.message).toMatch(/; and 3 more$/)
  })

  it('looks at 64 classic signatures', async () => {
    const strangers = Array.from({length: 64}, () => world.stranger)
    signClassic(world.registry, world.artifact.digest, ...strangers.slice(1), world.signer)
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
    signClassic(world.registry, world.artifact.digest, ...strangers, world.signer)
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_INVALID',
      message: expect.stringMatching(/; and 55 more$/) as unknown,
    })
  })

  describe('of an index', () => {
    it('takes a signature of the index or of the image manifest in it', async () => {
      const manifests = [world.artifact]
      const index = world.registry.addManifest({schemaVersion: 2, mediaType: indexType, manifests}, indexType, 'prod')
      expect(await world.refusal()).toMatchObject({code: 'ARTIFACT_SIGNATURE_MISSING'})
      signClassic(world.registry, world.artifact.digest, world.signer)
      await using byChild = await world.pull()
      expect(byChild).toMatchObject({digest: index.digest, verifiedBy: [world.signer.key.name]})
      world.registry.calls.length = 0
      signBundles(world.registry, index, world.signer)
      await using byIndex = await world.pull()
      expect(byIndex.verifiedBy).toEqual([world.signer.key.name])
      expect(world.registry.paths()).not.toContain(`referrers/${world.artifact.digest}`)
    })

    it('shows nothing that only an index without signature says', async () => {
      const noted = {
        'org.opencontainers.image.revision': 'r2',
        'org.opencontainers.image.source': 'https://evil.example',
      }
      const more = {manifests: [world.artifact], annotations: noted}
      const index = world.registry.addManifest({schemaVersion: 2, mediaType: indexType, ...more}, indexType, 'prod')
      signClassic(world.registry, world.artifact.digest, world.signer)
      await using byChild = await world.pull()
      expect(byChild).toMatchObject({verifiedBy: [world.signer.key.name], revision: null, url: null})
      signBundles(world.registry, index, world.signer)
      await using byIndex = await world.pull()
      expect(byIndex).toMatchObject({verifiedBy: [world.signer.key.name], revision: 'r2', url: 'https://evil.example'})
    })

    it('does not take a signature of another image manifest in it', async () => {
      const other = world.registry.addManifest(imageManifest([world.layer], {annotations: {another: ''}}), manifestType)
      signClassic(world.registry, other.digest, world.signer)
      const aside = {...other, annotations: {'vnd.docker.reference.type': 'attestation-manifest'}}
      const manifests = [world.artifact, aside]
      world.registry.addManifest({schemaVersion: 2, mediaType: indexType, manifests}, indexType, 'prod')
      expect(await world.refusal()).toMatchObject({code: 'ARTIFACT_SIGNATURE_MISSING'})
    })
  })

  it('refuses a reference by sha512, which cosign does not sign', async () => {
    const bytes = JSON.stringify(imageManifest([world.layer]))
    const digest = digestOf(bytes, 'sha512')
    world.registry.answer(`manifests/${digest}`, {headers: {'content-type': manifestType}, body: bytes})
    expect(await world.refusal({}, {}, `@${digest}`)).toMatchObject({code: 'ARTIFACT_UNSUPPORTED_DIGEST'})
  })

  it('does without a required signature with a warning, but not with one that is not valid', async () => {
    const {verifiedBy, warnings} = await world.facts({require: false})
    expect(verifiedBy).toEqual([])
    expect(warnings).toEqual([
      {
        code: 'ARTIFACT_UNVERIFIED',
        message: expect.stringMatching(/^verifying oci:\/\/.*:prod \(sha256:\w{64}\): it has no signature$/) as unknown,
      },
    ])
    signClassic(world.registry, world.artifact.digest, world.stranger)
    expect(await world.refusal({require: false})).toMatchObject({code: 'ARTIFACT_SIGNATURE_INVALID'})
    signClassic(world.registry, world.artifact.digest, world.signer)
    expect(await world.facts({require: false})).toEqual({verifiedBy: [world.signer.key.name], warnings: []})
  })
})

describe('an artifact without a signature', () => {
  it.each<[string, Record<string, string>, string]>([
    ['made 9 minutes ago', {[created]: minutesAgo(9)}, 'ARTIFACT_SIGNATURE_PENDING'],
    ['made 10 minutes ago', {[created]: minutesAgo(10)}, 'ARTIFACT_SIGNATURE_MISSING'],
    ['made a year ago', {[created]: minutesAgo(525_600)}, 'ARTIFACT_SIGNATURE_MISSING'],
    ['made by a clock that is 9 minutes fast', {[created]: minutesAgo(-9)}, 'ARTIFACT_SIGNATURE_PENDING'],
    ['made in the far future', {[created]: minutesAgo(-525_600)}, 'ARTIFACT_SIGNATURE_MISSING'],
    ['made at no time', {[created]: 'now'}, 'ARTIFACT_SIGNATURE_MISSING'],
    ['that does not say when it was made', {}, 'ARTIFACT_SIGNATURE_MISSING'],
  ])('%s', async (_title, annotations, code) => {
    await using world = await openVerifyWorld(annotations)
    expect(await world.refusal()).toMatchObject({code})
    expect(await world.refusal({grace: 0})).toMatchObject({code: 'ARTIFACT_SIGNATURE_MISSING'})
    signBundles(world.registry, world.artifact, world.stranger)
    expect(await world.refusal()).toMatchObject({code: 'ARTIFACT_SIGNATURE_INVALID'})
  })
})
