import {execFileSync} from 'node:child_process'
import {mkdir, readdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {addArtifact, addFileLayer, addFolderLayer} from '../artifact/artifact-builder.ts'
import {readTree} from '../artifact/read-tree.ts'
import {cli, type CliOptions, type CliResult} from '../support/cli.ts'
import {startFakeRegistry, type FakeRegistry} from '../support/fake-registry.ts'
import {file} from '../support/tar.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

let registry: FakeRegistry
let dir: TempDir
beforeEach(async () => {
  registry = await startFakeRegistry()
  dir = await tempDir()
  await mkdir(join(dir.path, 'tmp'))
  const source = `{oci: "oci://${registry.host}/acme/config:prod", cache: ./cache}`
  await dir.write('c.yaml', `apiVersion: tazuna-watch/v1\nsource: ${source}\n`)
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

const env = () => ({HOME: dir.path, TMPDIR: join(dir.path, 'tmp'), NODE_COMPILE_CACHE: join(dir.path, 'compiled')})

function pull(output: string, options: CliOptions = {}): Promise<CliResult> {
  const words = ['pull', `oci://${registry.host}/acme/config:prod`, '--output', output, '--config', 'c.yaml']
  return cli(words, {cwd: dir.path, ...options, env: {...env(), ...options.env}})
}

/** Another artifact under the same tag, of many files, and its tree. */
function push(content: string): Record<string, string> {
  const names = Array.from({length: 150}, (_, index) => `web/${index}.yaml`)
  const text = `${content} ${'x'.repeat(5_000)}`
  const web = addFolderLayer(
    registry,
    'web',
    names.map(name => file(name, text)),
  )
  addArtifact(registry, [addFileLayer(registry, 'tazuna.yaml', content), web])
  return {
    'tazuna.yaml': `644 ${content}`,
    web: '755 folder',
    ...Object.fromEntries(names.map(name => [name, `644 ${text}`])),
  }
}

const hidden = async () => (await readdir(join(dir.path, 'cache'))).filter(name => name.startsWith('.'))

describe('pull with source.cache', () => {
  it('fetches nothing that is there, and says so only when asked', async () => {
    const tree = push('one')
    expect(await pull('a')).toMatchObject({exitCode: 0, stderr: ''})
    const calls = registry.calls.length
    expect(await pull('b')).toMatchObject({exitCode: 0, stderr: ''})
    expect(registry.paths().slice(calls)).toEqual(['manifests/prod'])
    expect(await readTree(join(dir.path, 'b'))).toEqual(tree)
    const {stderr} = await cli(
      ['-v', 'pull', `oci://${registry.host}/acme/config:prod`, '--output', 'c', '--config', 'c.yaml'],
      {
        cwd: dir.path,
        env: env(),
      },
    )
    expect(stderr).toMatch(/^info: sha256:[0-9a-f]{64} is in the cache: nothing was fetched$/m)
    expect(stderr).toMatch(/^info: HEAD http:\/\/127\.0\.0\.1:\d+ was answered 200/m)
  })

  it('is right after it was killed at any moment', async () => {
    push('warm up')
    await pull('warm-up')
    push('time')
    const startedAt = performance.now()
    await pull('time')
    const whole = performance.now() - startedAt
    const rounds = 30
    let killed = 0
    for (let round = 0; round < rounds; round += 1) {
      const tree = push(`round ${round}`)
      // what comes first is Node
      const moment = whole * (0.3 + (0.75 * round) / rounds)
      const {exitCode} = await pull(`killed-${round}`, {
        onStart: kill => void setTimeout(() => kill('SIGKILL'), moment),
      })
      killed += exitCode === null ? 1 : 0
      const output = `out-${round}`
      expect(await pull(output)).toMatchObject({exitCode: 0, stderr: ''})
      expect(await readTree(join(dir.path, output))).toEqual(tree)
    }
    expect(killed).toBeGreaterThan(10)
    // what the last ones left is there until it is old
    expect((await readdir(join(dir.path, 'cache'))).length - (await hidden()).length).toBe(3)
  }, 120_000)

  it('is right in processes at the same time', async () => {
    for (let round = 0; round < 3; round += 1) {
      const tree = push(`round ${round}`)
      const outputs = ['a', 'b', 'c'].map(name => `${name}-${round}`)
      const results = await Promise.all(outputs.map(output => pull(output)))
      for (const result of results) expect(result).toMatchObject({exitCode: 0, stderr: ''})
      for (const output of outputs) expect(await readTree(join(dir.path, output))).toEqual(tree)
    }
    expect(await hidden()).toEqual([])
    const calls = registry.calls.length
    await pull('last')
    expect(registry.paths().slice(calls)).toEqual(['manifests/prod'])
  })

  it('warns where it cannot keep anything, and goes on', async () => {
    const tree = push('one')
    await writeFile(join(dir.path, 'cache'), '')
    const {exitCode, stderr} = await pull('out')
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/^warning: using the cache .+; the run goes on without it \(ARTIFACT_CACHE\)\n$/)
    expect(await readTree(join(dir.path, 'out'))).toEqual(tree)
  })

  it('fails on a full temporary folder, says which, and leaves nothing', async () => {
    push('one')
    // as a disk that is full after 1 KiB; without the compile cache, which would want some of it
    const {exitCode, stderr} = await pull('out', {fileLimit: 2, env: {NODE_DISABLE_COMPILE_CACHE: '1'}})
    expect(exitCode).toBe(75)
    expect(stderr).toContain(`in the folder ${join(dir.path, 'tmp')} (ARTIFACT_STORE_IO)`)
    expect(await readdir(join(dir.path, 'tmp'))).toEqual([])
    expect(await readdir(join(dir.path, 'cache'))).toEqual([])
    expect(await readdir(dir.path)).not.toContain('out')
  })
})

const disk = () => join(dir.path, 'disk')
const mount = (options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tw-test', disk()])

describe.skipIf(!canMount())('pull on a disk of its own', () => {
  beforeEach(async () => {
    await mkdir(disk())
    const source = `{oci: "oci://${registry.host}/acme/config:prod", cache: ./disk/cache}`
    await dir.write('c.yaml', `apiVersion: tazuna-watch/v1\nsource: ${source}\n`)
  })
  afterEach(() => execFileSync('umount', [disk()]))

  it.each([
    ['full', 'size=8k', /^warning: writing to the cache .+ENOSPC/],
    ['read-only', 'ro', /^warning: using the cache .+EROFS/],
  ])('goes on without a cache when that is %s', async (_, options, text) => {
    mount(options)
    const tree = push('one')
    for (const output of ['a', 'b']) {
      const {exitCode, stderr} = await pull(output)
      expect(exitCode).toBe(0)
      expect(stderr).toMatch(text)
      expect(stderr.split('\n')).toHaveLength(2)
      expect(await readTree(join(dir.path, output))).toEqual(tree)
    }
  })

  it.each([
    ['full', 'size=16k', /ENOSPC.*in the folder .+disk \(ARTIFACT_STORE_IO\)\nhint: check free space and rights of/],
    ['read-only', 'ro', /EROFS.*\(ARTIFACT_STORE_IO\)\nhint: check free space and rights of/],
  ])('fails when the temporary folder is %s', async (_, options, text) => {
    mount(options)
    push('one')
    const {exitCode, stderr} = await pull('out', {env: {TMPDIR: disk()}})
    expect(exitCode).toBe(75)
    expect(stderr).toMatch(text)
    expect((await readdir(disk())).filter(name => name !== 'cache')).toEqual([])
  })

  it('keeps on another file system than the temporary folder', async () => {
    mount('size=1m')
    const tree = push('one')
    await pull('a')
    await rm(join(dir.path, 'a'), {recursive: true})
    const calls = registry.calls.length
    expect(await pull('a')).toMatchObject({exitCode: 0, stderr: ''})
    expect(registry.paths().slice(calls)).toEqual(['manifests/prod'])
    expect(await readTree(join(dir.path, 'a'))).toEqual(tree)
  })
})

/** Only root may, and not in every container. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tw-test', '/mnt'], {stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}
