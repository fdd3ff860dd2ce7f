import {generateKeyPairSync} from 'node:crypto'
import {readdir} from 'node:fs/promises'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {addArtifact, addFileLayer} from '../artifact/artifact-builder.ts'
import {ecSigner, signClassic, type Signer} from '../artifact/verify/signer.ts'
import {reportOf} from '../support/cli.ts'
import {startFakeRegistry, type FakeRegistry, type StoredDescriptor} from '../support/fake-registry.ts'
import {world, type World} from '../support/world.ts'

let registry: FakeRegistry
let w: World
let artifact: StoredDescriptor
let layer: StoredDescriptor
const signer = ecSigner()
const stranger = ecSigner()
const pem = ({key}: Signer) => key.key.export({type: 'spki', format: 'pem'})
const keyName = (place: string) => signer.key.name.replace('test', 'cosign-key') + ` (${place})`

beforeEach(async () => {
  registry = await startFakeRegistry()
  w = await world()
  layer = addFileLayer(registry, 'tazuna.yaml', 'manifests: []\n')
  artifact = addArtifact(registry, [layer])
})
afterEach(async () => {
  await w[Symbol.asyncDispose]()
  await registry[Symbol.asyncDispose]()
})

async function configure(verify: Record<string, unknown> | null): Promise<void> {
  await w.dir.write('keys/acme.pub', pem(signer))
  const source = {oci: `oci://${registry.host}/acme/config:prod`, ...(verify !== null && {verify})}
  await w.dir.write('tazuna-watch.yaml', JSON.stringify({apiVersion: 'tazuna-watch/v1', cluster: 'prod', source}))
}

const withFile = {keys: [{file: 'keys/acme.pub'}]}
const run = (env: Record<string, string> = {}, args = ['--format', 'json']) =>
  w.run(args, {env: {TAZUNA_WATCH_SOURCE: '', ...env}})
const pull = (...words: string[]) =>
  run({}, ['pull', `oci://${registry.host}/acme/config:prod`, '--output', 'out', ...words])
const signWith = (who: Signer) => signClassic(registry, artifact.digest, who)
const wasFetched = () => registry.paths().includes(`blobs/${layer.digest}`)

describe('run with source.verify', () => {
  it('names who signed, by a file or a variable', async () => {
    signWith(signer)
    await configure(withFile)
    expect(reportOf(await run()).source).toMatchObject({verifiedBy: [keyName('file acme.pub')]})
    await configure({keys: [{env: 'ACME_KEY'}]})
    const {source, warnings} = reportOf(await run({ACME_KEY: `${pem(stranger)}${pem(signer)}`}))
    expect(source).toMatchObject({verifiedBy: [keyName('variable ACME_KEY')]})
    expect(warnings.map(({code}) => code)).not.toContain('ARTIFACT_UNVERIFIED')
  })

  it('names nobody without it', async () => {
    signWith(signer)
    await configure(null)
    expect(reportOf(await run()).source).toMatchObject({verifiedBy: []})
  })

  it.each([
    ['no signature', () => undefined, 'ARTIFACT_SIGNATURE_MISSING'],
    ['a stranger’s', () => signWith(stranger), 'ARTIFACT_SIGNATURE_INVALID'],
  ])('fails with exit code 66 on %s, and fetches nothing of the artifact', async (_title, sign, code) => {
    sign()
    await configure(withFile)
    const result = await run()
    expect(result.exitCode).toBe(66)
    expect(reportOf(result)).toMatchObject({outcome: 'failed', error: {code}})
    expect(wasFetched()).toBe(false)
  })

  it('fails with exit code 75 on an artifact that was made just now', async () => {
    const annotations = {'org.opencontainers.image.created': new Date().toISOString()}
    artifact = addArtifact(registry, [layer], {annotations})
    await configure(withFile)
    const result = await run()
    expect(result.exitCode).toBe(75)
    expect(reportOf(result).error).toMatchObject({code: 'ARTIFACT_SIGNATURE_PENDING'})
    expect(wasFetched()).toBe(false)
  })

  it('warns of an artifact without one where none is required', async () => {
    await configure({...withFile, require: false})
    const {source, warnings} = reportOf(await run())
    expect(source).toMatchObject({digest: artifact.digest, verifiedBy: []})
    expect(warnings).toContainEqual({
      code: 'ARTIFACT_UNVERIFIED',
      message: expect.stringContaining(`(${artifact.digest}): it has no signature`) as unknown,
    })
  })

  it.each([
    ['is not there', {keys: [{file: 'absent.pub'}]}, 'SECRET_MISSING'],
    ['is a variable that is not set', {keys: [{env: 'ABSENT'}]}, 'SECRET_MISSING'],
    ['is of a kind that is not supported', {keys: [{file: 'keys/ed25519.pub'}]}, 'CONFIG_INVALID'],
  ])('fails with exit code 78 when a key %s, before it calls anybody', async (_title, verify, code) => {
    const {publicKey} = generateKeyPairSync('ed25519')
    await w.dir.write('keys/ed25519.pub', publicKey.export({type: 'spki', format: 'pem'}))
    await configure(verify)
    const result = await run()
    expect(result.exitCode).toBe(78)
    expect(reportOf(result).error).toMatchObject({code})
    expect(registry.calls).toEqual([])
    const check = await run({}, ['config', 'check'])
    expect(check).toMatchObject({exitCode: 78, stderr: expect.stringContaining(`(${code})`) as unknown})
  })
})

describe('pull with source.verify', () => {
  it('pulls what is signed, and says by whom', async () => {
    signWith(signer)
    await configure(withFile)
    const {exitCode, stdout} = await pull('--format', 'json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({verifiedBy: [keyName('file acme.pub')]})
  })

  it('says that what need not be signed is unverified', async () => {
    await configure({...withFile, require: false})
    expect(await pull()).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('\n  signature unverified\n') as unknown,
      stderr: expect.stringContaining('(ARTIFACT_UNVERIFIED)') as unknown,
    })
  })

  it('leaves nothing of what is not', async () => {
    await configure(withFile)
    expect(await pull()).toMatchObject({
      exitCode: 66,
      stderr: expect.stringContaining('(ARTIFACT_SIGNATURE_MISSING)') as unknown,
    })
    expect(await readdir(w.dir.path)).not.toContain('out')
  })
})
