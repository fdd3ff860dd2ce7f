import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {errorBody, startFakeRegistry, type RegistryAnswer, type StoredDescriptor} from '../../support/fake-registry.ts'
import {imageManifest, indexType, manifestType} from '../artifact-builder.ts'
import {addBundle, bundleOf, preAuthentication, referrersOf, signBundles, signClassic, signedBundle} from './signer.ts'
import {statement, tagReferrers} from './signer.ts'
import {openVerifyWorld, type VerifyWorld} from './verify-world.ts'

describe('bundles of an artifact', () => {
  let world: VerifyWorld
  let api: string
  let fallback: string
  beforeEach(async () => {
    world = await openVerifyWorld()
    api = `referrers/${world.artifact.digest}`
    fallback = `manifests/${world.artifact.digest.replace(':', '-')}`
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const good = () => addBundle(world.registry, world.artifact, signedBundle(world.artifact.digest, world.signer))
  const bad = () => addBundle(world.registry, world.artifact, signedBundle(world.artifact.digest, world.stranger))

  it('come from the referrers API, and nothing else is asked', async () => {
    const bundle = good()
    world.registry.answer(api, page([bundle]))
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
    const {digest} = world.artifact
    expect(world.registry.paths()).toEqual([
      'manifests/prod',
      `referrers/${digest}`,
      `manifests/${bundle.digest}`,
      expect.stringMatching(/^blobs\//),
      `blobs/${world.layer.digest}`,
    ])
    expect(world.registry.calls[1]!.headers['accept']).toBe(indexType)
  })

  it('come page by page, until one is good', async () => {
    const pages = [bad(), good(), bad()]
    world.registry.answer(
      api,
      page([pages[0]], `<http://${world.registry.host}/v2/acme/config/${api}?p=2>; rel="next"`),
    )
    world.registry.answer(`${api}?p=2`, page([pages[1]], `<?p=3>; rel="next"`))
    world.registry.answer(`${api}?p=3`, page([pages[2]]))
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
    expect(world.registry.paths().filter(path => path.startsWith('referrers/'))).toEqual([
      api,
      `${api}?p=2`,
      `${api}?p=3`,
    ])
  })

  it('come from at most five pages', async () => {
    world.registry.answer(api, page([], '<?p=1>; rel="next"'))
    world.registry.answer(`${api}?p=1`, page([], '<?p=1>; rel="next"'))
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_INVALID',
      message: expect.stringContaining('the list of referrers has more than 5 pages') as unknown,
    })
    expect(world.registry.paths().filter(path => path.startsWith('referrers/'))).toHaveLength(5)
  })

  it('do not come from another place, which gets no call', async () => {
    await using elsewhere = await startFakeRegistry()
    elsewhere.answer(api, page([good()]))
    world.registry.answer(api, page([], `<http://${elsewhere.host}/v2/acme/config/${api}?p=2>; rel="next"`))
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_INVALID',
      message: expect.stringContaining('the list of referrers goes on at another place') as unknown,
    })
    expect(elsewhere.calls).toEqual([])
  })

  it('that are broken do not hide a classic signature', async () => {
    world.registry.answer(api, page([bad()], '<//evil.example.com>; rel="next"'))
    signClassic(world.registry, world.artifact.digest, world.signer)
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
  })

  const html = {headers: {'content-type': 'text/html'}, body: '<html>sign in</html>'}
  it.each<[string, RegistryAnswer]>([
    ['404 of plain text', {status: 404, headers: {'content-type': 'text/plain'}, body: '404 page not found'}],
    ['303 to a web page', {status: 303, headers: {location: 'https://web.example.com/acme/config'}}],
    ['307 to itself', {status: 307, headers: {location: '/v2/acme/config/referrers/x'}}],
    ['302 without a place', {status: 302}],
    ['a web page', html],
    ['JSON of another type', {headers: {'content-type': 'application/json'}, body: '{}'}],
    ['no type', {body: '{}'}],
    ['400', {status: 400, body: errorBody('UNSUPPORTED', 'no')}],
    ['403', {status: 403, ...html}],
    ['405', {status: 405}],
    ['406', {status: 406}],
    ['501', {status: 501}],
    ['an encoding', {headers: {'content-type': indexType, 'content-encoding': 'gzip'}, body: 'x'}],
  ])('come from the fallback tag where the API answers %s', async (_title, answer) => {
    world.registry.answer(api, answer)
    signBundles(world.registry, world.artifact, world.signer)
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
    expect(world.registry.paths().slice(1, 3)).toEqual([api, fallback])
  })

  it('do not come from the fallback tag where there is the API', async () => {
    world.registry.answer(api, page([]))
    signBundles(world.registry, world.artifact, world.signer)
    expect(await world.refusal()).toMatchObject({code: 'ARTIFACT_SIGNATURE_MISSING'})
    expect(world.registry.paths()).not.toContain(fallback)
  })

  it('are fetched whatever the list says of their type', async () => {
    const {annotations: _, ...bundle} = good()
    for (const artifactType of ['application/vnd.oci.empty.v1+json', undefined]) {
      tagReferrers(world.registry, world.artifact.digest, [{...bundle, artifactType}])
      expect(await world.verifiedBy()).toEqual([world.signer.key.name])
    }
  })

  it('are sought among 64 referrers, those that say that they are some first', async () => {
    const boms = Array.from({length: 80}, (_, index) =>
      world.registry.addManifest(imageManifest([], {annotations: {index: String(index)}}), manifestType),
    )
    const bundle = good()
    tagReferrers(world.registry, world.artifact.digest, [...boms, {...bundle, artifactType: 'some/thing'}])
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_MISSING',
      message: expect.stringContaining('only 64 of 81 referrers were looked at') as unknown,
    })
    expect(world.registry.paths().filter(path => path.startsWith('manifests/sha256:'))).toHaveLength(64)

    const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
    tagReferrers(world.registry, world.artifact.digest, [...boms, {...bundle, artifactType}])
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
  })

  it('are no referrers of another kind', async () => {
    const bom = world.registry.addManifest(
      imageManifest([world.registry.addBlob('{}', 'application/spdx+json')], {subject: world.artifact}),
      manifestType,
    )
    tagReferrers(world.registry, world.artifact.digest, [bom])
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_MISSING',
      message: expect.stringMatching(/: it has no signature$/) as unknown,
    })
  })

  it.each<[string, () => StoredDescriptor, RegExp]>([
    ['was deleted', () => ({...good(), digest: `sha256:${'0'.repeat(64)}`}), /the registry answered 404/],
    ['is an index', () => world.registry.addManifest(referrersOf([]), indexType), /it is an index/],
  ])('are none when what is listed %s', async (_title, toReferrer, reason) => {
    tagReferrers(world.registry, world.artifact.digest, [toReferrer()])
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_MISSING',
      message: expect.stringMatching(reason) as unknown,
    })
    expect(await world.facts({require: false})).toMatchObject({
      verifiedBy: [],
      warnings: [{code: 'ARTIFACT_UNVERIFIED', message: expect.stringMatching(reason) as unknown}],
    })
  })

  it('are none when the registry gives the artifact itself for the fallback tag', async () => {
    world.registry.addManifest(imageManifest([world.layer], {annotations: {}}), manifestType, fallback.slice(10))
    expect(await world.refusal()).toMatchObject({code: 'ARTIFACT_SIGNATURE_MISSING'})
  })

  it.each<[string, () => unknown, RegExp]>([
    ['has a path for a digest', () => ({...good(), digest: '../../../other/manifests/x'}), /is none that is known/],
    ['has a digest of md5', () => ({...good(), digest: `md5:${'0'.repeat(32)}`}), /is none that is known/],
    ['has another subject', () => addBundle(world.registry, good(), signed()), /its subject is another artifact/],
    ['has no subject', () => addBundle(world.registry, world.artifact, signed(), {subject: null}), /its subject is/],
    [
      'has a subject of another form',
      () => addBundle(world.registry, world.artifact, signed(), {subject: [world.artifact]}),
      /it is not as OCI has it/,
    ],
    ['is junk', () => world.registry.addManifest('junk', manifestType), /it is not JSON/],
    ['is null', () => world.registry.addManifest('null', manifestType), /it is not as OCI has it/],
    ['is deep', () => world.registry.addManifest(deep(100_000), manifestType), /it is not as OCI has it/],
    [
      'has layers of another form',
      () => addBundle(world.registry, world.artifact, signed(), {layers: {}}),
      /as OCI has/,
    ],
    [
      'has two bundles',
      () => {
        const layer = world.registry.addBlob(JSON.stringify(signed()), 'application/vnd.dev.sigstore.bundle.v0.3+json')
        return addBundle(world.registry, world.artifact, signed(), {layers: [layer, layer]})
      },
      /it is 2 bundles, not one/,
    ],
    ['is a bundle of no JSON', () => addBundle(world.registry, world.artifact, 'junk'), /it is no bundle v0\.3/],
    ['is a deep bundle', () => addBundle(world.registry, world.artifact, deep(100_000)), /it is no bundle v0\.3/],
    ['is an empty bundle', () => addBundle(world.registry, world.artifact, ''), /it is no bundle v0\.3/],
    [
      'is a bundle of an older version',
      () =>
        addBundle(world.registry, world.artifact, {
          ...signed(),
          mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2',
        }),
      /it is no bundle v0\.3 with a DSSE envelope: mediaType is/,
    ],
    [
      'is a bundle of a message',
      () => addBundle(world.registry, world.artifact, {...signed(), dsseEnvelope: undefined, messageSignature: {}}),
      /it is no bundle v0\.3 with a DSSE envelope: dsseEnvelope is/,
    ],
    [
      'is a bundle of 1 MiB',
      () => addBundle(world.registry, world.artifact, {...signed(), more: 'x'.repeat(1024 * 1024)}),
      /it has \d+ bytes, more than 1048576/,
    ],
    [
      'has 65 signatures',
      () => addBundle(world.registry, world.artifact, signed(Array.from({length: 65}, () => 'AAAA'))),
      /dsseEnvelope\.signatures is/,
    ],
    ['has no signature', () => addBundle(world.registry, world.artifact, signed([])), /dsseEnvelope\.signatures is/],
    ['has an empty signature', () => addBundle(world.registry, world.artifact, signed([''])), /it is by none of/],
  ])('are refused when one %s', async (_title, candidate, reason) => {
    tagReferrers(world.registry, world.artifact.digest, [candidate()])
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_INVALID',
      message: expect.stringMatching(reason) as unknown,
    })
    signClassic(world.registry, world.artifact.digest, world.signer)
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
  })

  /** A bundle that would be good, with other signatures if given. */
  function signed(signatures?: readonly string[]) {
    const payload = statement(world.artifact.digest)
    return bundleOf(payload, signatures ?? [world.signer.sign(preAuthentication(payload))])
  }

  it.each([
    ['is no index at all', JSON.stringify({schemaVersion: 2, mediaType: indexType, manifests: {}})],
    ['has an entry of another form', referrersOf([{digest: 5}])],
    ['is junk', 'junk'],
    ['is null', 'null'],
  ])('are refused when their list %s', async (_title, list) => {
    world.registry.addManifest(list, indexType, fallback.slice('manifests/'.length))
    expect(await world.refusal()).toMatchObject({code: 'ARTIFACT_SIGNATURE_INVALID'})
    world.registry.answer(api, {headers: {'content-type': indexType}, body: list})
    expect(await world.refusal()).toMatchObject({
      code: 'ARTIFACT_SIGNATURE_INVALID',
      message: expect.stringContaining('page 1 of the list cannot be read') as unknown,
    })
  })
})

function page(manifests: readonly unknown[], link?: string): RegistryAnswer {
  return {headers: {'content-type': indexType, ...(link !== undefined && {link})}, body: referrersOf(manifests)}
}

function deep(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}
