import {existsSync, statSync} from 'node:fs'
import {mkdir, readdir, rm, stat} from 'node:fs/promises'
import {join} from 'node:path'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {addArtifact, addFileLayer, addFolderLayer} from '../artifact/artifact-builder.ts'
import {readTree} from '../artifact/read-tree.ts'
import {cli, type CliOptions, type CliResult} from '../support/cli.ts'
import {startFakeRegistry, type FakeRegistry} from '../support/fake-registry.ts'
import {startProxy} from '../support/proxy.ts'
import {file, folder} from '../support/tar.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'
import {opensslPath, startTlsServer} from '../support/tls-server.ts'
import {startWebhookReceiver} from '../support/webhook-receiver.ts'

const pushed = {'tazuna.yaml': '644 x\n', web: '755 folder', 'web/a.yaml': '644 kind: A\n'}
const bytes = 'x\n'.length + 'kind: A\n'.length

let registry: FakeRegistry
let dir: TempDir
let digest: string
beforeEach(async () => {
  registry = await startFakeRegistry()
  dir = await tempDir()
  const layers = [
    addFileLayer(registry, 'tazuna.yaml', 'x\n'),
    addFolderLayer(registry, 'web', [folder('web/'), file('web/a.yaml', 'kind: A\n')]),
  ]
  const annotations = {'org.opencontainers.image.revision': 'prod@sha1:4f1c'}
  digest = addArtifact(registry, layers, {annotations}).digest
  await mkdir(join(dir.path, 'tmp'))
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

function pull(words: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const env = {HOME: dir.path, TMPDIR: join(dir.path, 'tmp'), NODE_DISABLE_COMPILE_CACHE: '1', ...options.env}
  return cli(['pull', ...words], {cwd: dir.path, ...options, env})
}

const ref = () => `oci://${registry.host}/acme/config:prod`

/** What is in the folder of the test, without the temporary folder when that is empty. */
async function left(): Promise<string[]> {
  const temporary = await readdir(join(dir.path, 'tmp'))
  return [...(await readdir(dir.path)).filter(name => name !== 'tmp'), ...temporary.map(name => `tmp/${name}`)]
}

describe('pull', () => {
  it('unpacks into a new folder and says what it got', async () => {
    expect(await pull([ref(), '--output', 'a/b'])).toEqual({
      exitCode: 0,
      stdout: [
        ref(),
        `  digest    ${digest}`,
        '  revision  prod@sha1:4f1c',
        '  signature unverified',
        '  folder    a/b',
        '  files     2',
        `  bytes     ${bytes}`,
        '',
      ].join('\n'),
      stderr: '',
    })
    expect(await readTree(join(dir.path, 'a/b'))).toEqual(pushed)
    expect(await left()).toEqual(['a'])
  })

  it('says it as JSON', async () => {
    const {stdout} = await pull([ref(), '--output', 'out', '--format', 'json'])
    expect(JSON.parse(stdout)).toEqual({
      ref: ref(),
      digest,
      revision: 'prod@sha1:4f1c',
      createdAt: null,
      url: null,
      verifiedBy: [],
      folder: 'out',
      files: 2,
      bytes,
    })
  })

  it('fills an empty folder and leaves it the one that it was', async () => {
    await mkdir(join(dir.path, 'out'), {mode: 0o750})
    const before = await stat(join(dir.path, 'out'))
    expect((await pull([ref(), '--output', 'out'])).exitCode).toBe(0)
    const after = await stat(join(dir.path, 'out'))
    expect({ino: after.ino, mode: after.mode}).toEqual({ino: before.ino, mode: before.mode})
    expect(await readTree(join(dir.path, 'out'))).toEqual(pushed)
  })

  it.each([
    ['is not empty', 'full', 'it is not empty'],
    ['is a file', 'full/file', 'it is no folder'],
  ])('refuses a folder that %s, before it calls anybody', async (_title, output, problem) => {
    await dir.write('full/file', 'mine')
    expect(await pull([ref(), '--output', output])).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: `error: writing to ${output}: ${problem} (USAGE)\nhint: name a folder that is absent or empty\n`,
    })
    expect(registry.calls).toEqual([])
  })

  it.each<[string, () => string, number, string]>([
    ['a reference without its scheme', () => `${registry.host}/acme/config:prod`, 66, 'ARTIFACT_REF_INVALID'],
    ['a tag that is not there', () => ref().replace(':prod', ':dev'), 66, 'ARTIFACT_NOT_FOUND'],
    ['another digest', () => ref().replace(':prod', `@sha256:${'0'.repeat(64)}`), 66, 'ARTIFACT_NOT_FOUND'],
  ])('leaves nothing after %s', async (_title, toRef, exitCode, code) => {
    const result = await pull([toRef(), '--output', 'a/b'])
    expect(result).toMatchObject({exitCode, stdout: ''})
    expect(result.stderr).toMatch(new RegExp(`^error: .+ \\(${code}\\)\nhint: .+\n$`))
    expect(await left()).toEqual([])
  })

  it('leaves nothing of an artifact that was altered on the way', async () => {
    const layer = addFileLayer(registry, 'tazuna.yaml', 'x\n')
    registry.answer(`blobs/${layer.digest}`, 'altered')
    const result = await pull([ref(), '--output', 'out'])
    expect(result.exitCode).toBe(66)
    expect(result.stderr).toContain('(ARTIFACT_DIGEST_MISMATCH)')
    expect(await left()).toEqual([])
  })

  it('says where it cannot write', async () => {
    await dir.write('file', '')
    const result = await pull([ref(), '--output', 'file/below'])
    expect(result).toMatchObject({exitCode: 64, stdout: ''})
    expect((await pull([ref(), '--output', '/sys/none/out'])).stderr).toMatch(
      /^error: writing to \/sys\/none\/out: .+ \(ARTIFACT_STORE_IO\)\nhint: .+\n$/,
    )
    expect(await left()).toEqual(['file'])
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('leaves nothing when %s comes', async (signal, exitCode) => {
    registry.answer('manifests/prod', 'hang')
    const result = await pull([ref(), '--output', 'out'], {
      onStart: kill => {
        const timer = setInterval(() => {
          if (registry.calls.length === 0) return
          clearInterval(timer)
          kill(signal)
        }, 20)
      },
    })
    expect(result).toMatchObject({exitCode, stdout: ''})
    expect(result.stderr).toContain('(CANCELLED)')
    expect(await left()).toEqual([])
  })

  it('needs no cluster and no other source in the config, but a valid one', async () => {
    await dir.write('c.yaml', 'apiVersion: tazuna-watch/v1\nsource: {path: elsewhere}\n')
    expect((await pull([ref(), '--output', 'out', '--config', 'c.yaml'])).exitCode).toBe(0)
    await dir.write('bad.yaml', 'apiVersion: tazuna-watch/v1\nhttp: {cafile: x}\n')
    const {exitCode, stderr} = await pull([ref(), '--output', 'out2', '--config', 'bad.yaml'])
    expect(exitCode).toBe(78)
    expect(stderr).toContain('bad.yaml:2:8 http.cafile: not a key; did you mean caFile?')
  })
})

describe('the way to the registry', () => {
  it.each([
    ['the flag', ['--plain-http']],
    ['the config', ['--config', 'c.yaml']],
  ])('is without TLS when %s says so', async (_title, words) => {
    const named = 'oci://registry.test:5000/acme/config:prod'
    await dir.write('c.yaml', `apiVersion: tazuna-watch/v1\nsource: {oci: "${named}", plainHttp: true}\n`)
    const proxy = await startWebhookReceiver({status: 404})
    await pull([named, '--output', 'out', ...words], {env: {http_proxy: proxy.url}})
    await proxy.close()
    expect(proxy.calls.map(({path}) => path)).toEqual(['http://registry.test:5000/v2/acme/config/manifests/prod'])
  })

  it.skipIf(opensslPath === null)('trusts the authorities of http.caFile', async () => {
    await using tls = await startTlsServer()
    await using proxy = await startProxy({tunnelTo: `127.0.0.1:${tls.port}`})
    const words = ['oci://receiver.test/acme/config:prod', '--output', 'out']
    const env = {https_proxy: proxy.url}
    expect((await pull(words, {env})).stderr).toContain('(ARTIFACT_TLS)')
    expect(tls.calls).toEqual([])
    await dir.write('tazuna-watch.yaml', `apiVersion: tazuna-watch/v1\nhttp: {caFile: "${tls.caFile}"}\n`)
    expect((await pull(words, {env})).stderr).not.toContain('(ARTIFACT_TLS)')
    expect(tls.calls[0]).toBe('GET /v2/acme/config/manifests/prod')
  })
})

const memory = '/dev/shm'
const isOther = existsSync(memory) && statSync(memory).dev !== statSync('/tmp').dev

describe.skipIf(!isOther)('pull to another file system', () => {
  it('copies what cannot be renamed', async () => {
    const out = join(memory, `tw-test-${process.pid}`)
    try {
      expect((await pull([ref(), '--output', out])).exitCode).toBe(0)
      expect(await readTree(out)).toEqual(pushed)
      expect(await left()).toEqual([])
    } finally {
      await rm(out, {recursive: true, force: true})
    }
  })
})
