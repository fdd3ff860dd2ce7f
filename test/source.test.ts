import {mkdir, symlink} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import type {PulledArtifact} from '../src/artifact/pull.ts'
import {openArtifact, openFolder} from '../src/source.ts'
import {tempDir, type TempDir} from './support/temp-dir.ts'

const digest = `sha256:${'a'.repeat(64)}`

/** A folder with `tazuna.yaml`, `clusters/prod/tazuna.yaml`, and beside it a folder whose name begins alike. */
async function layout(): Promise<TempDir> {
  const dir = await tempDir()
  await dir.write('source/tazuna.yaml', '')
  await dir.write('source/clusters/prod/tazuna.yaml', '')
  await dir.write('source/clusters/prod/other.yaml', '')
  await dir.write('source-2/tazuna.yaml', '')
  await dir.write('tazuna.yaml', '')
  return dir
}

type Inside = [title: string, subpath: string, file: string, folder: string]
const readable: Inside[] = [
  ['the folder itself', '.', 'tazuna.yaml', '.'],
  ['the folder itself, written otherwise', './', './tazuna.yaml', '.'],
  ['a folder in it', 'clusters/prod', 'tazuna.yaml', 'clusters/prod'],
  ['a folder in it, by a detour', 'clusters/../clusters/prod/', 'tazuna.yaml', 'clusters/prod'],
  ['another file', 'clusters/prod', 'other.yaml', 'clusters/prod'],
  ['a file further down', 'clusters', 'prod/tazuna.yaml', 'clusters'],
  ['a file above the subpath, but inside', 'clusters/prod', '../../tazuna.yaml', 'clusters/prod'],
]
const missing: [string, string, string, RegExp][] = [
  ['a folder that is not there', 'clusters/dev', 'tazuna.yaml', /it is not there/],
  ['a file that is not there', '.', 'no.yaml', /opening no\.yaml in .*: it is not there/],
  ['a folder as the file', '.', 'clusters', /opening clusters in .*: it is not a file/],
  ['a file as the folder', 'tazuna.yaml', 'tazuna.yaml', /ENOTDIR|not a directory/],
]

describe('openFolder', () => {
  it.each(readable)('opens %s', async (_title, subpath, file, folder) => {
    await using dir = await layout()
    const root = join(dir.path, 'source')
    await using source = await openFolder(root, './source', {subpath, file})
    expect({...source}).toMatchObject({
      report: {kind: 'path', ref: './source', digest: null, revision: null, createdAt: null, verifiedBy: []},
      folder: join(root, folder),
      file,
    })
  })

  it.each(missing)('does not open %s', async (_title, subpath, file, message) => {
    await using dir = await layout()
    const opening = openFolder(join(dir.path, 'source'), 'source', {subpath, file})
    await expect(opening).rejects.toThrow(message)
    await expect(opening).rejects.toMatchObject({code: 'SOURCE_NOT_FOUND'})
  })

  it('leaves the folder where it is when it is disposed', async () => {
    await using dir = await layout()
    const root = join(dir.path, 'source')
    await (await openFolder(root, 'source', {subpath: '.', file: 'tazuna.yaml'}))[Symbol.asyncDispose]()
    await using again = await openFolder(root, 'source', {subpath: '.', file: 'tazuna.yaml'})
    expect(again.folder).toBe(root)
  })

  it('follows a link: the folder is ours', async () => {
    await using dir = await layout()
    await symlink(join(dir.path, 'source'), join(dir.path, 'current'))
    await using source = await openFolder(join(dir.path, 'current'), 'current', {subpath: '.', file: 'tazuna.yaml'})
    expect(source.folder).toBe(join(dir.path, 'current'))
  })
})

function artifact(dir: TempDir, disposed: string[] = []): PulledArtifact {
  return {
    ref: 'oci://registry.test/config:prod',
    digest,
    revision: 'prod@sha1:4f1c',
    createdAt: '2026-11-20T08:00:00Z',
    folder: join(dir.path, 'source'),
    files: 3,
    bytes: 0,
    [Symbol.asyncDispose]: () => {
      disposed.push('artifact')
      return Promise.resolve()
    },
  }
}

describe('openArtifact', () => {
  it.each(readable)('opens %s', async (_title, subpath, file, folder) => {
    await using dir = await layout()
    await using source = await openArtifact(artifact(dir), {subpath, file})
    expect({...source}).toMatchObject({
      report: {
        kind: 'oci',
        ref: 'oci://registry.test/config:prod',
        digest,
        revision: 'prod@sha1:4f1c',
        createdAt: '2026-11-20T08:00:00Z',
        verifiedBy: [],
      },
      folder: join(dir.path, 'source', folder),
      file,
    })
  })

  it.each(missing)('does not open %s, and names the digest', async (_title, subpath, file, message) => {
    await using dir = await layout()
    const opening = openArtifact(artifact(dir), {subpath, file})
    await expect(opening).rejects.toThrow(message)
    await expect(opening).rejects.toThrow(`oci://registry.test/config:prod (${digest})`)
    await expect(opening).rejects.toMatchObject({code: 'SOURCE_NOT_FOUND'})
  })

  it.each([
    ['a subpath above it', '..', 'tazuna.yaml'],
    ['a subpath beside it whose name begins alike', '../source-2', 'tazuna.yaml'],
    ['a subpath that leaves it on the way', 'clusters/../../source-2', 'tazuna.yaml'],
    ['an absolute subpath', '/', 'tazuna.yaml'],
    ['a file above it', '.', '../tazuna.yaml'],
    ['a file above it by way of the subpath', 'clusters/prod', '../../../tazuna.yaml'],
    ['an absolute file', '.', '/etc/passwd'],
  ])('does not leave the artifact for %s', async (_title, subpath, file) => {
    await using dir = await layout()
    const opening = openArtifact(artifact(dir), {subpath, file})
    await expect(opening).rejects.toThrow('it lies outside the artifact')
    await expect(opening).rejects.toMatchObject({code: 'SOURCE_NOT_FOUND'})
  })

  it('removes what was pulled when it is disposed', async () => {
    await using dir = await layout()
    const disposed: string[] = []
    const source = await openArtifact(artifact(dir, disposed), {subpath: '.', file: 'tazuna.yaml'})
    expect(disposed).toEqual([])
    await source[Symbol.asyncDispose]()
    expect(disposed).toEqual(['artifact'])
  })

  it('is not led out by a file of the name of a folder', async () => {
    await using dir = await layout()
    await mkdir(join(dir.path, 'source', 'clusters', 'empty'))
    await expect(openArtifact(artifact(dir), {subpath: 'clusters/empty', file: 'tazuna.yaml'})).rejects.toThrow(
      'it is not there',
    )
  })
})
