import {readdirSync, statSync} from 'node:fs'
import {readFile, stat, writeFile} from 'node:fs/promises'
import {basename, dirname, isAbsolute, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {file, folder, tar} from '../support/tar.ts'
import {
  addArchive,
  addArtifact,
  addFileLayer,
  addFolderLayer,
  emptyType,
  imageManifest,
  manifestType,
} from './artifact-builder.ts'
import {openPullWorld, type PullWorld} from './pull-world.ts'
import {readTree} from './read-tree.ts'

const layouts = fileURLToPath(new URL('../fixtures/oci', import.meta.url))

const deployment = /^644 apiVersion: apps\/v1\nkind: Deployment\n/

describe('pullArtifact', () => {
  let world: PullWorld
  beforeEach(async () => {
    world = await openPullWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each([
    ['oras-files', 'sha256:1862249ad4825905accb922cdeeb4ffaee99fda77a0ca57f5c14f4c706770083', 'prod@sha1:4f1c2d3e', 3],
    ['oras-dot', 'sha256:3d5d699a56550997bc80cef8229436564f0cb6994a469bb4bfb2e8d36ddbc260', null, 1],
    [
      'flux',
      'sha256:06e87d1710fecf8d020ca1f778f8fdd279dac457c1181592b62c6adb0fef5414',
      'prod@sha1:4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c',
      1,
    ],
  ])('makes the same tree of %s as of the others', async (name, digest, revision, layers) => {
    await world.registry.addLayout(join(layouts, name))
    await using artifact = await world.pull()
    const {ref, files, bytes, folder, createdAt} = artifact
    expect({ref, digest: artifact.digest, revision: artifact.revision, createdAt, files, bytes}).toEqual({
      ref: `oci://${world.registry.host}/acme/config:prod`,
      digest,
      revision,
      createdAt: '2026-11-01T00:00:00Z',
      files: 6,
      bytes: 819,
    })
    expect(await readTree(folder)).toEqual({
      ingress: '755 folder',
      'ingress/deployment.yaml': expect.stringMatching(deployment) as unknown,
      'ingress/kustomization.yaml': '644 resources:\n  - namespace.yaml\n  - deployment.yaml\n',
      'ingress/namespace.yaml': '644 apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ingress-nginx\n',
      'tazuna.yaml': `644 ${await readFile(join(layouts, 'oras-files/blobs/sha256/ec4852327e1e772e17e3937f483dda322815c2a7c37e0b3fbe85eb4f0d84de34'), 'utf8')}`,
      web: '755 folder',
      'web/base': '755 folder',
      'web/base/configmap.yaml': expect.stringContaining('kind: ConfigMap') as unknown,
      'web/kustomization.yaml': expect.stringContaining('base/configmap.yaml') as unknown,
    })
    // the tag once, then each blob once by its digest
    const [first, ...rest] = world.registry.paths()
    expect(first).toBe('manifests/prod')
    expect(rest).toHaveLength(layers)
    expect(rest.every(path => /^blobs\/sha256:[0-9a-f]{64}$/.test(path))).toBe(true)
  })

  it('says what it can read, and that nothing is to be encoded', async () => {
    addArtifact(world.registry, [addFileLayer(world.registry, 'tazuna.yaml', 'x\n')])
    await using _ = await world.pull()
    expect(world.registry.calls.map(({headers}) => [headers.accept, headers['accept-encoding']])).toEqual([
      [
        'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json',
        'identity',
      ],
      [undefined, 'identity'],
    ])
  })

  it('makes a private folder named for the digest, and removes it', async () => {
    const layer = addFileLayer(world.registry, 'tazuna.yaml', 'x\n')
    const {digest} = addArtifact(world.registry, [layer])
    const blobModes: number[] = []
    const onProgress = () => {
      const [root] = readdirSync(world.tempDir)
      blobModes.push(statSync(join(world.tempDir, root!, 'blobs', layer.digest.replace(':', '-'))).mode & 0o777)
    }
    const artifact = await world.pull(':prod', {onProgress})
    // nobody else gets as far as that
    expect(blobModes).toEqual([0o644])
    expect(isAbsolute(artifact.folder)).toBe(true)
    expect(basename(artifact.folder)).toBe(digest.replace(':', '-'))
    const [root] = await world.leftovers()
    expect(dirname(artifact.folder)).toBe(join(world.tempDir, root!))
    const modes = await Promise.all(
      [dirname(artifact.folder), artifact.folder].map(async path => (await stat(path)).mode & 0o777),
    )
    expect(modes[0]).toBe(0o700)
    // the blobs are gone
    expect(Object.keys(await readTree(dirname(artifact.folder)))).toEqual([
      basename(artifact.folder),
      `${basename(artifact.folder)}/tazuna.yaml`,
    ])
    await artifact[Symbol.asyncDispose]()
    expect(await world.leftovers()).toEqual([])
    await artifact[Symbol.asyncDispose]()
  })

  it('pulls by digest, whatever the tag beside it says', async () => {
    const {digest} = addArtifact(world.registry, [addFileLayer(world.registry, 'tazuna.yaml', 'old\n')])
    addArtifact(world.registry, [addFileLayer(world.registry, 'tazuna.yaml', 'new\n')])
    await using artifact = await world.pull(`:prod@${digest}`)
    expect(artifact.digest).toBe(digest)
    expect(await readTree(artifact.folder)).toEqual({'tazuna.yaml': '644 old\n'})
    expect(world.registry.paths()[0]).toBe(`manifests/${digest}`)
  })

  it('takes the tag latest when none is given', async () => {
    const {registry} = world
    registry.addManifest(imageManifest([addFileLayer(registry, 'a', 'x')]), manifestType, 'latest')
    await using _ = await world.pull('')
    expect(registry.paths()[0]).toBe('manifests/latest')
  })

  it('does not let a tag that moves meanwhile mix two artifacts', async () => {
    const {registry} = world
    addArtifact(registry, [addFileLayer(registry, 'a', 'old'), addFileLayer(registry, 'b', 'old too')])
    const onProgress = () => void addArtifact(registry, [addFileLayer(registry, 'a', 'new')])
    await using artifact = await world.pull(':prod', {onProgress})
    expect(await readTree(artifact.folder)).toEqual({a: '644 old', b: '644 old too'})
  })

  it('fetches equal layers once, and writes both', async () => {
    const {registry} = world
    addArtifact(registry, [addFileLayer(registry, 'a', 'same'), addFileLayer(registry, 'b', 'same')])
    await using artifact = await world.pull()
    expect(await readTree(artifact.folder)).toEqual({a: '644 same', b: '644 same'})
    expect(registry.calls).toHaveLength(2)
    // two files, not one with two names
    await writeFile(join(artifact.folder, 'a'), 'other')
    expect(await readTree(artifact.folder)).toEqual({a: '644 other', b: '644 same'})
  })

  it('fetches at most three blobs at a time, and all of them', async () => {
    const {registry} = world
    const layers = Array.from({length: 20}, (_, index) => addFileLayer(registry, `f${index}`, `content ${index}`))
    addArtifact(registry, layers)
    for (const layer of layers.slice(0, 3)) registry.answer(`blobs/${layer.digest}`, 'hang')
    const controller = new AbortController()
    const ended = world.pull(':prod', {signal: controller.signal}).catch((error: unknown) => error)
    await expect.poll(() => registry.calls.length).toBe(4)
    await new Promise(resolve => void setTimeout(resolve, 100))
    expect(registry.calls).toHaveLength(4)
    controller.abort()
    expect(await ended).toMatchObject({code: 'CANCELLED'})
    for (const layer of layers.slice(0, 3)) registry.answer(`blobs/${layer.digest}`, null)
    await using artifact = await world.pull()
    expect(artifact.files).toBe(20)
  })

  it('tells how far it is', async () => {
    const {registry} = world
    const seen: {bytes: number; totalBytes: number}[] = []
    addArtifact(registry, [
      addFileLayer(registry, 'a', 'x'.repeat(300_000)),
      addFileLayer(registry, 'b', 'y'.repeat(10)),
    ])
    await using _ = await world.pull(':prod', {onProgress: done => void seen.push(done)})
    expect(seen.at(-1)).toEqual({bytes: 300_010, totalBytes: 300_010})
    expect(
      seen.every(({bytes, totalBytes}, index) => bytes > (seen[index - 1]?.bytes ?? 0) && totalBytes === 300_010),
    ).toBe(true)
  })

  it('takes a manifest of Docker, and one without its media type inside', async () => {
    const {registry} = world
    const {mediaType: _, ...bare} = imageManifest([addFileLayer(registry, 'a', 'x')])
    registry.addManifest(bare, 'application/vnd.docker.distribution.manifest.v2+json; charset=utf-8', 'prod')
    await using artifact = await world.pull()
    expect(artifact).toMatchObject({files: 1, revision: null, createdAt: null})
  })

  it('makes foreign annotations fit for a report', async () => {
    const {registry} = world
    const annotations = {
      'org.opencontainers.image.revision': ' main@sha1:4f1c\u0000\n\u202E ',
      'org.opencontainers.image.created': '2026-11-01T09:30:00.123+09:00',
    }
    addArtifact(registry, [addFileLayer(registry, 'a', 'x')], {annotations})
    await using artifact = await world.pull()
    expect(artifact).toMatchObject({revision: 'main@sha1:4f1c', createdAt: '2026-11-01T00:30:00Z'})
  })

  it('unpacks a folder beside a file, and a hand-made archive', async () => {
    const {registry} = world
    const web = addFolderLayer(registry, 'web', [folder('web'), file('web/run.sh', '#!', 0o755)])
    addArtifact(registry, [addFileLayer(registry, 'tazuna.yaml', 'x\n'), web, registry.addBlob('{}', emptyType)])
    await using artifact = await world.pull()
    expect(await readTree(artifact.folder)).toEqual({
      'tazuna.yaml': '644 x\n',
      web: '755 folder',
      'web/run.sh': '644 #!',
    })
    addArchive(registry, gzipSync(tar([file('./tazuna.yaml', 'y\n')])))
    await using archive = await world.pull()
    expect(await readTree(archive.folder)).toEqual({'tazuna.yaml': '644 y\n'})
  })

  it('keeps two pulls at once apart', async () => {
    addArtifact(world.registry, [addFileLayer(world.registry, 'a', 'x')])
    const [one, two] = await Promise.all([world.pull(), world.pull()])
    expect(one.folder).not.toBe(two.folder)
    await one[Symbol.asyncDispose]()
    expect(await readTree(two.folder)).toEqual({a: '644 x'})
    await two[Symbol.asyncDispose]()
  })
})
