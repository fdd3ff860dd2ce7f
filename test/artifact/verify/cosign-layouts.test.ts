import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'

import type {SignatureKey} from '../../../src/artifact/verify/keys.ts'
import {httpClient, type Http} from '../../../src/http.ts'
import {startDockerRegistry, type DockerRegistry} from '../../support/docker-registry.ts'
import {requireExecutable} from '../../support/executables.ts'
import {indexType} from '../artifact-builder.ts'
import {openPullWorld, type PullWorld} from '../pull-world.ts'
import {content, cosignKey, layoutFolder, layouts, pushLayout, signed, type LayoutName} from './layouts.ts'
import {referrersOf} from './signer.ts'

const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')

/** Of a pull: the code of its error and the reasons in its text, or who signed. */
type Verdict = {readonly code: string; readonly reasons: readonly string[]} | {readonly verifiedBy: readonly string[]}

const cosign = cosignKey('cosign.pub')
const other = cosignKey('other.pub')
const rsa = cosignKey('rsa.pub')

const by = ({name}: SignatureKey): Verdict => ({verifiedBy: [name]})
const invalid = (...reasons: RegExp[]): Verdict => ({
  code: 'ARTIFACT_SIGNATURE_INVALID',
  reasons: reasons.map(reason => expect.stringMatching(reason) as string),
})
const byNone = /it is by none of the configured keys/
const another = /it is of another artifact, sha256:06e87d1710fecf8d020ca1f778f8fdd279dac457c1181592b62c6adb0fef5414$/
const attestation =
  /^bundle sha256:\w{12}: it is an attestation of the type https:\/\/example\.com\/note\/v1, not a sig/
const noSignature: Verdict = {
  code: 'ARTIFACT_SIGNATURE_MISSING',
  reasons: [expect.stringMatching(attestation) as string],
}

/** As the README of the layouts has it: with `cosign.pub`, `other.pub` and `rsa.pub`. */
const verdicts: Readonly<Record<LayoutName, readonly [Verdict, Verdict, Verdict]>> = {
  classic: [by(cosign), invalid(byNone), invalid(byNone)],
  bundle: [by(cosign), invalid(byNone), invalid(byNone)],
  'wrong-key': [invalid(byNone, byNone), by(other), invalid(byNone, byNone)],
  'two-keys': [by(cosign), by(other), invalid(byNone, byNone, byNone, byNone)],
  rsa: [invalid(byNone, byNone), invalid(byNone, byNone), by(rsa)],
  'attestation-only': [noSignature, noSignature, noSignature],
  'other-digest': [invalid(another, another), invalid(byNone, byNone), invalid(byNone, byNone)],
}

const table = layouts.flatMap(layout =>
  [cosign, other, rsa].map((key, index) => [layout, key.name, key, verdicts[layout][index]!] as const),
)

const fallback = signed.replace(':', '-')

it('the keys of the layouts have names', () => {
  expect([cosign, other, rsa].map(({name}) => name)).toEqual([
    'cosign-key sha256:67fd4e796fd9 (file cosign.pub)',
    expect.stringMatching(/^cosign-key sha256:\w{12} \(file other\.pub\)$/),
    expect.stringMatching(/^cosign-key sha256:\w{12} \(file rsa\.pub\)$/),
  ])
})

describe('signatures made by cosign', () => {
  let world: PullWorld
  beforeEach(async () => {
    world = await openPullWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each(table)('%s with %s gets its verdict by the fallback tag', async (layout, _name, key, expected) => {
    await world.registry.addLayout(layoutFolder(layout))
    expect(await verdictOf(world, key)).toEqual(expected)
    expect(contentIn(world.registry.paths())).toEqual(contentOf(expected))
  })

  it.each(table)('%s with %s gets its verdict by the referrers API', async (layout, _name, key, expected) => {
    await world.registry.addLayout(layoutFolder(layout))
    const list = await fetch(`http://${world.registry.host}/v2/acme/config/manifests/${fallback}`)
    world.registry.answer(`referrers/${signed}`, {
      headers: {'content-type': indexType},
      body: list.ok ? await list.text() : referrersOf([]),
    })
    world.registry.answer(`manifests/${fallback}`, {status: 500})
    expect(await verdictOf(world, key)).toEqual(expected)
    expect(contentIn(world.registry.paths())).toEqual(contentOf(expected))
  })
})

describe.skipIf(registryPath === null)('signatures made by cosign, in the real registry', () => {
  let registry: DockerRegistry
  let client: Http
  let world: PullWorld
  beforeAll(async () => {
    registry = await startDockerRegistry(registryPath!)
    for (const layout of layouts) await pushLayout(layout, `http://${registry.host}/v2/${layout}`)
    client = httpClient({env: {}})
  })
  afterAll(async () => {
    await client.close()
    await registry[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    world = await openPullWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each(table)('%s with %s gets its verdict', async (layout, _name, key, expected) => {
    const urls: string[] = []
    const http: Http = {...client, request: request => (urls.push(request.url), client.request(request))}
    const reference = `oci://${registry.host}/${layout}:prod`
    expect(await verdictOf(world, key, {reference, http})).toEqual(expected)
    expect(contentIn(urls)).toEqual(contentOf(expected))
  })

  it('with one of three keys is enough', async () => {
    const verify = {keys: [other, rsa, cosign], require: true, grace: 0}
    await using artifact = await world.pull(':prod', {reference: `oci://${registry.host}/classic:prod`, verify})
    expect(artifact.verifiedBy).toEqual([cosign.name])
  })
})

async function verdictOf(world: PullWorld, key: SignatureKey, options = {}): Promise<Verdict> {
  try {
    await using artifact = await world.pull(':prod', {verify: {keys: [key], require: true, grace: 0}, ...options})
    return {verifiedBy: artifact.verifiedBy}
  } catch (error) {
    const {code, message} = error as {code: string; message: string}
    return {
      code,
      reasons: /: (?:no signature of it is valid|it has no signature): (.*)$/.exec(message)![1]!.split('; '),
    }
  }
}

/** Which blobs of the artifact itself were asked for. */
function contentIn(paths: readonly string[]): string[] {
  return content.filter(digest => paths.some(path => path.endsWith(`blobs/${digest}`)))
}

function contentOf(verdict: Verdict): string[] {
  return 'code' in verdict ? [] : content
}
