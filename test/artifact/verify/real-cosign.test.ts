import {generateKeyPairSync} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {parseKeys, type SignatureKey} from '../../../src/artifact/verify/keys.ts'
import {cosign, cosignPath} from '../../support/cosign.ts'
import {startDockerRegistry, type DockerRegistry} from '../../support/docker-registry.ts'
import {requireExecutable} from '../../support/executables.ts'
import {oras, orasPath} from '../../support/oras.ts'
import {tempDir, type TempDir} from '../../support/temp-dir.ts'
import {openPullWorld, type PullWorld} from '../pull-world.ts'

const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')

const classic = ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false']
const bundle = ['--signing-config', 'none.json', '--trusted-root', 'none-root.json']
const toRegistry = '--allow-http-registry'

describe.skipIf(registryPath === null || orasPath === null || cosignPath === null)('the real cosign', () => {
  let registry: DockerRegistry
  let world: PullWorld
  let dir: TempDir
  beforeAll(async () => {
    registry = await startDockerRegistry(registryPath!)
    world = await openPullWorld()
    dir = await tempDir()
    await cosign(['generate-key-pair', '--output-key-prefix', 'ec'], dir.path)
    await cosign(['generate-key-pair', '--output-key-prefix', 'stranger'], dir.path)
    const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
    await dir.write('rsa.pem', privateKey.export({type: 'pkcs1', format: 'pem'}))
    await cosign(['import-key-pair', '--key', 'rsa.pem', '--output-key-prefix', 'rsa'], dir.path)
    await cosign(['signing-config', 'create', '--out', 'none.json'], dir.path)
    await cosign(['trusted-root', 'create', '--out', 'none-root.json'], dir.path)
    await dir.write('predicate.json', '{}')
  })
  afterAll(async () => {
    await registry[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })

  /** Pushes an artifact of its own and gives it as `HOST/NAME@DIGEST`. */
  async function push(name: string): Promise<string> {
    await dir.write('tazuna.yaml', `name: ${name}\n`)
    const repository = `${registry.host}/${name}`
    const format = ['--format', 'go-template={{.digest}}']
    const digest = await oras(['push', '--plain-http', ...format, `${repository}:prod`, 'tazuna.yaml'], {cwd: dir.path})
    return `${repository}@${digest.trim()}`
  }

  async function keyOf(prefix: string): Promise<SignatureKey> {
    const file = join(dir.path, `${prefix}.pub`)
    return parseKeys(await readFile(file, 'utf8'), {file})[0]!
  }

  async function oursSays(reference: string, prefix: string): Promise<unknown> {
    const verify = {keys: [await keyOf(prefix)], require: true, grace: 0}
    try {
      await using artifact = await world.pull(':prod', {reference: `oci://${reference}`, verify})
      return artifact.verifiedBy
    } catch (error) {
      return (error as {code?: unknown}).code
    }
  }

  async function cosignSays(reference: string, prefix: string): Promise<boolean> {
    const args = ['verify', '--key', `${prefix}.pub`, '--insecure-ignore-tlog=true', toRegistry, reference]
    return await cosign(args, dir.path).then(
      () => true,
      () => false,
    )
  }

  it.each([
    ['ec', 'classic', classic],
    ['ec', 'bundle', bundle],
    ['rsa', 'classic', classic],
    ['rsa', 'bundle', bundle],
  ])('signs with a key %s as %s, and both accept that and nobody else', async (prefix, format, words) => {
    const reference = await push(`${prefix}-${format}`)
    expect(await oursSays(reference, prefix)).toBe('ARTIFACT_SIGNATURE_MISSING')
    await cosign(['sign', '--yes', '--key', `${prefix}.key`, ...words, toRegistry, reference], dir.path)
    const {name} = await keyOf(prefix)
    expect(await oursSays(reference, prefix)).toEqual([name])
    expect(await cosignSays(reference, prefix)).toBe(true)
    expect(await oursSays(reference, 'stranger')).toBe('ARTIFACT_SIGNATURE_INVALID')
    expect(await cosignSays(reference, 'stranger')).toBe(false)
  })

  it('attests, which it takes for a signature and ours does not', async () => {
    const reference = await push('attested')
    const words = ['--predicate', 'predicate.json', '--type', 'https://example.com/note/v1', ...bundle]
    await cosign(['attest', '--yes', '--key', 'ec.key', ...words, toRegistry, reference], dir.path)
    expect(await cosignSays(reference, 'ec')).toBe(true)
    expect(await oursSays(reference, 'ec')).toBe('ARTIFACT_SIGNATURE_MISSING')
    await cosign(['sign', '--yes', '--key', 'ec.key', ...bundle, toRegistry, reference], dir.path)
    expect(await oursSays(reference, 'ec')).toEqual([(await keyOf('ec')).name])
  })

  it('does not look at a classic signature beside a bundle of a stranger, and ours does', async () => {
    const reference = await push('both')
    await cosign(['sign', '--yes', '--key', 'stranger.key', ...bundle, toRegistry, reference], dir.path)
    await cosign(['sign', '--yes', '--key', 'ec.key', ...classic, toRegistry, reference], dir.path)
    expect(await cosignSays(reference, 'ec')).toBe(false)
    expect(await oursSays(reference, 'ec')).toEqual([(await keyOf('ec')).name])
  })
})
