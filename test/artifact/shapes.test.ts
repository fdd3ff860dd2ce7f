import {execFile} from 'node:child_process'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {gzipSync, zstdCompressSync} from 'node:zlib'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'

import {file, folder, tar} from '../support/tar.ts'
import {readTree} from './read-tree.ts'
import {canPush, openShapesWorld, type ShapesWorld} from './shapes-world.ts'

const files = {'tazuna.yaml': 'manifests: []\n', 'web/kustomization.yaml': 'a: 1\n', 'web/base/map.yaml': 'b: 2\n'}
const web = {
  web: '755 folder',
  'web/base': '755 folder',
  'web/base/map.yaml': '644 b: 2\n',
  'web/kustomization.yaml': '644 a: 1\n',
}
const tazuna = {'tazuna.yaml': '644 manifests: []\n'}

const archive = tar([folder('./'), file('./tazuna.yaml', 'x\n'), folder('./web/'), file('./web/a.yaml', 'y\n')])
const unpacked = {'tazuna.yaml': '644 x\n', web: '755 folder', 'web/a.yaml': '644 y\n'}

const tarGzip = 'application/vnd.oci.image.layer.v1.tar+gzip'
const fluxContent = 'application/vnd.cncf.flux.content.v1.tar+gzip'
const fluxConfig = 'application/vnd.cncf.flux.config.v1+json'
const unknownConfig = 'application/vnd.unknown.config.v1+json'
const manifestType = 'application/vnd.oci.image.manifest.v1+json'

describe.skipIf(!canPush)('an artifact that the real oras pushes to a real registry', () => {
  let world: ShapesWorld
  beforeAll(async () => {
    world = await openShapesWorld()
  })
  beforeEach(() => world.write(files))
  afterEach(() => world.clear())
  afterAll(() => world[Symbol.asyncDispose]())

  it.each<[string, string[], Record<string, string>]>([
    ['a file and a folder', ['tazuna.yaml', 'web'], {...tazuna, ...web}],
    ['a folder with a slash behind it', ['tazuna.yaml', 'web/'], {...tazuna, ...web}],
    ['all of a folder, title .', ['./'], {...tazuna, ...web}],
    [
      'files with sub-paths',
      ['tazuna.yaml', 'web/base/map.yaml'],
      {...tazuna, web: '755 folder', 'web/base': '755 folder', 'web/base/map.yaml': '644 b: 2\n'},
    ],
    [
      'a folder below another',
      ['web/base', 'tazuna.yaml'],
      {...tazuna, web: '755 folder', 'web/base': '755 folder', 'web/base/map.yaml': '644 b: 2\n'},
    ],
    ['media types behind a colon', ['tazuna.yaml:text/plain', 'web:application/x'], {...tazuna, ...web}],
    ['a type of its own', ['--artifact-type', 'application/vnd.acme.config', 'tazuna.yaml'], tazuna],
    ['a config without a type', ['--config', 'web/base/map.yaml:application/x+yaml', 'tazuna.yaml'], tazuna],
    ['the form of OCI 1.0', ['--image-spec', 'v1.0', 'tazuna.yaml', 'web'], {...tazuna, ...web}],
    ['annotations', ['--annotation', 'org.opencontainers.image.version=1', 'tazuna.yaml'], tazuna],
  ])('comes back: %s', async (_, words, expected) => {
    await world.push('prod', ...words)
    await using artifact = await world.pull('prod')
    expect(await readTree(artifact.folder)).toEqual(expected)
  })

  it('with titles of an annotation file has its files there', async () => {
    const title = {'org.opencontainers.image.title': 'conf/tazuna.yaml'}
    const manifest = {'org.opencontainers.image.revision': 'main@sha1:4f1c'}
    await world.write({'annotations.json': JSON.stringify({'tazuna.yaml': title, $manifest: manifest})})
    await world.push('prod', '--annotation-file', 'annotations.json', 'tazuna.yaml')
    await using artifact = await world.pull('prod')
    expect(await readTree(artifact.folder)).toEqual({conf: '755 folder', 'conf/tazuna.yaml': '644 manifests: []\n'})
    expect(artifact.revision).toBe('main@sha1:4f1c')
  })

  it('with one content under two titles has both files', async () => {
    await world.write({'web/copy.yaml': files['tazuna.yaml']})
    await world.push('prod', 'tazuna.yaml', 'web/copy.yaml')
    await using artifact = await world.pull('prod')
    expect(await readTree(artifact.folder)).toEqual({
      ...tazuna,
      web: '755 folder',
      'web/copy.yaml': '644 manifests: []\n',
    })
  })

  it('with equal titles is refused', async () => {
    const annotations = {'org.opencontainers.image.title': 'tazuna.yaml'}
    const layers = [
      {...(await world.pushBlob('one', tarGzip)), annotations},
      {...(await world.pushBlob('two', tarGzip)), annotations},
    ]
    await world.pushManifest('prod', {...(await manifestOf(world)), layers})
    await expect(world.pull('prod')).rejects.toMatchObject({
      code: 'ARTIFACT_LAYOUT_INVALID',
      message: expect.stringContaining('two layers have the title "tazuna.yaml"') as unknown,
    })
  })

  it('without a file is refused', async () => {
    await world.push('prod', '--artifact-type', 'application/vnd.acme.empty')
    await expect(world.pull('prod')).rejects.toMatchObject({
      code: 'ARTIFACT_LAYOUT_INVALID',
      message: expect.stringContaining('it holds no files') as unknown,
    })
  })

  it('with a title that leads out is refused', async () => {
    const layer = await world.pushBlob('x', tarGzip)
    const annotations = {'org.opencontainers.image.title': '../tazuna.yaml'}
    await world.pushManifest('prod', {...(await manifestOf(world)), layers: [{...layer, annotations}]})
    await expect(world.pull('prod')).rejects.toMatchObject({code: 'ARTIFACT_UNSAFE_ENTRY'})
  })

  it('as oras 0.x did comes back', async () => {
    const layer = await world.pushBlob('x\n', 'application/vnd.oci.image.layer.v1.tar')
    const config = await world.pushBlob('{}', unknownConfig)
    const layers = [{...layer, annotations: {'org.opencontainers.image.title': 'tazuna.yaml'}}]
    await world.pushManifest('prod', {schemaVersion: 2, mediaType: manifestType, config, layers})
    await using artifact = await world.pull('prod')
    expect(await readTree(artifact.folder)).toEqual({'tazuna.yaml': '644 x\n'})
  })

  it.each<[string, Buffer, string, string]>([
    ['Flux', gzipSync(archive), fluxContent, fluxConfig],
    ['Argo CD', gzipSync(archive), tarGzip, 'application/vnd.oci.empty.v1+json'],
    ['tar', archive, 'application/vnd.oci.image.layer.v1.tar', unknownConfig],
    ['zstd', zstdCompressSync(archive), 'application/vnd.oci.image.layer.v1.tar+zstd', unknownConfig],
    ['zstd that calls itself gzip', zstdCompressSync(archive), tarGzip, unknownConfig],
    ['tar that calls itself gzip', archive, tarGzip, unknownConfig],
    ['gzip that calls itself text', gzipSync(archive), 'text/plain', 'application/json'],
    ['tazuna', gzipSync(archive), 'application/vnd.tazuna.oras.layer.v1+tar+gzip', unknownConfig],
  ])('in one layer, as %s has it, comes back', async (_, bytes, layerType, configType) => {
    const layers = [await world.pushBlob(bytes, layerType)]
    const config = await world.pushBlob('{}', configType)
    await world.pushManifest('prod', {schemaVersion: 2, mediaType: manifestType, config, layers})
    await using artifact = await world.pull('prod')
    expect(await readTree(artifact.folder)).toEqual(unpacked)
  })

  it('that GNU tar and zstd packed comes back', async () => {
    await promisify(execFile)('tar', ['-c', '--zstd', '-f', '../all.tar.zst', '.'], {cwd: world.folder})
    const layer = await world.pushBlob(await readFile(join(world.folder, '../all.tar.zst')), tarGzip)
    const config = await world.pushBlob('{}', unknownConfig)
    await world.pushManifest('prod', {schemaVersion: 2, mediaType: manifestType, config, layers: [layer]})
    await using artifact = await world.pull('prod')
    expect(await readTree(artifact.folder)).toEqual({...tazuna, ...web})
  })

  it('of several layers gives the one of source.layer, and none without', async () => {
    const layers = [
      await world.pushBlob('{}', 'application/vnd.in-toto+json'),
      await world.pushBlob(gzipSync(archive), fluxContent),
      await world.pushBlob(gzipSync(tar([file('other')])), tarGzip),
    ]
    const config = await world.pushBlob('{}', fluxConfig)
    await world.pushManifest('prod', {schemaVersion: 2, mediaType: manifestType, config, layers})
    await using artifact = await world.pull('prod', {layer: fluxContent})
    expect(await readTree(artifact.folder)).toEqual(unpacked)
    await expect(world.pull('prod')).rejects.toMatchObject({
      code: 'ARTIFACT_LAYOUT_INVALID',
      hint: expect.stringContaining('source.layer') as unknown,
    })
  })

  it.each<[string, string, string | RegExp, string]>([
    ['the single file that Flux calls static', fluxContent, /a single file without title/, 'flux push artifact'],
    ['a single file of oras without title', 'text/yaml', /a single file without title/, 'oras push'],
  ])('refuses %s by its name', async (_, layerType, message, hint) => {
    const layers = [await world.pushBlob('manifests: []\n', layerType)]
    const config = await world.pushBlob('{}', fluxConfig)
    await world.pushManifest('prod', {schemaVersion: 2, mediaType: manifestType, config, layers})
    await expect(world.pull('prod')).rejects.toMatchObject({
      code: 'ARTIFACT_LAYOUT_INVALID',
      message: expect.stringMatching(message) as unknown,
      hint: expect.stringContaining(hint) as unknown,
    })
  })

  it('refuses a container image by its name', async () => {
    const layers = [await world.pushBlob(gzipSync(archive), tarGzip), await world.pushBlob(gzipSync(tar([])), tarGzip)]
    const config = await world.pushBlob('{}', 'application/vnd.oci.image.config.v1+json')
    await world.pushManifest('prod', {schemaVersion: 2, mediaType: manifestType, config, layers})
    await expect(world.pull('prod')).rejects.toMatchObject({
      code: 'ARTIFACT_LAYOUT_INVALID',
      message: expect.stringContaining('it is a container image of 2 layers') as unknown,
    })
  })

  it('does not read the data that a descriptor carries', async () => {
    const layer = await world.pushBlob('x\n', 'text/plain')
    const data = Buffer.from('y\n').toString('base64')
    const layers = [{...layer, data, annotations: {'org.opencontainers.image.title': 'a'}}]
    await world.pushManifest('prod', {...(await manifestOf(world)), layers})
    await using artifact = await world.pull('prod')
    expect(await readTree(artifact.folder)).toEqual({a: '644 x\n'})
  })
})

/** All of an image manifest but its layers. */
async function manifestOf(world: ShapesWorld): Promise<Record<string, unknown>> {
  const config = await world.pushBlob('{}', 'application/vnd.oci.empty.v1+json')
  return {schemaVersion: 2, mediaType: manifestType, config}
}
