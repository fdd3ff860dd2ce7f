import {mkdir, symlink} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import type {PulledArtifact} from '../src/artifact/pull.ts'
import type {WatchError} from '../src/errors.ts'
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
/** What cannot be opened: what is said of it, and which key the hint names. */
const missing: [title: string, subpath: string, file: string, message: string, hint: string][] = [
  [
    'a subpath that is not there',
    'clusters/dev',
    'tazuna.yaml',
    'the folder clusters/dev in REF: there is no such folder',
    'source.subpath',
  ],
  [
    'a subpath that is a file',
    'tazuna.yaml',
    'tazuna.yaml',
    'the folder tazuna.yaml in REF: it is a file',
    'source.subpath',
  ],
  [
    'a subpath below a file',
    'tazuna.yaml/prod',
    'tazuna.yaml',
    'the folder tazuna.yaml/prod in REF: there is no such folder',
    'source.subpath',
  ],
  ['a file that is not there', '.', 'no.yaml', 'no.yaml in REF: there is no such file', 'source.file'],
  [
    'a file that is not there, in a subpath',
    'clusters',
    'tazuna.yaml',
    'tazuna.yaml in clusters in REF: there is no such file',
    'source.subpath',
  ],
  ['a folder as the file', '.', 'clusters', 'clusters in REF: it is not a file', 'source.file'],
]

describe('openFolder', () => {
  it.each(readable)('opens %s', async (_title, subpath, file, folder) => {
    await using dir = await layout()
    const root = join(dir.path, 'source')
    await using source = await openFolder({path: root, ref: './source', origin: '--source', subpath, file})
    expect({...source}).toMatchObject({
      report: {
        kind: 'path',
        ref: './source',
        digest: null,
        revision: null,
        createdAt: null,
        verifiedBy: [],
        url: null,
        previousDigest: null,
      },
      folder: join(root, folder),
      file,
    })
  })

  it.each(missing)('does not open %s', async (_title, subpath, file, message, hint) => {
    await using dir = await layout()
    const opening = openFolder({path: join(dir.path, 'source'), ref: './source', origin: '--source', subpath, file})
    await expect(opening).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: `opening ${message.replace('REF', './source')}`,
      hint: expect.stringContaining(hint) as string,
    })
  })

  it.each<[string, string, string, string[]]>([
    ['a folder that is not there', 'nowhere', 'opening the folder REF: there is no such folder', ['ORIGIN']],
    [
      'a file in place of the folder',
      'source/tazuna.yaml',
      'opening the folder REF: it is a file',
      ['ORIGIN', 'folder of'],
    ],
    ['a folder without the file', '.', 'opening other.yaml in REF: there is no such file', ['ORIGIN', 'source.file']],
  ])('tells of %s, and where it was named', async (_title, ref, message, hints) => {
    await using dir = await layout()
    for (const origin of ['--source', 'TAZUNA_WATCH_SOURCE', 'source.path']) {
      const opening = openFolder({path: join(dir.path, ref), ref, origin, subpath: '.', file: 'other.yaml'})
      const error: unknown = await opening.catch((error: unknown) => error)
      expect(error).toMatchObject({code: 'SOURCE_NOT_FOUND', message: message.replace('REF', ref)})
      for (const hint of hints) expect((error as WatchError).hint).toContain(hint.replace('ORIGIN', origin))
    }
  })

  it.each([
    ['ghcr.io/acme/x:prod', 'oci://ghcr.io/acme/x:prod'],
    ['https://ghcr.io/acme/x', 'oci://ghcr.io/acme/x'],
    ['HTTP://ghcr.io/acme/x', 'oci://ghcr.io/acme/x'],
    ['docker://ghcr.io/acme/x:prod', 'oci://ghcr.io/acme/x:prod'],
    ['oci:ghcr.io/acme/x', 'oci://ghcr.io/acme/x'],
    ['OCI://ghcr.io/acme/x', 'oci://ghcr.io/acme/x'],
    ['localhost:5000/x', 'oci://localhost:5000/x'],
    [`registry:5000/a/x@sha256:${'a'.repeat(64)}`, `oci://registry:5000/a/x@sha256:${'a'.repeat(64)}`],
    ['nowhere', null],
    ['nowhere/prod', null],
    ['./ghcr.io/acme/x', null],
    ['../config/prod', null],
    ['/srv/ghcr.io/x', null],
    ['https://user:password@ghcr.io/acme/x', null],
  ])('takes %s for a folder, and asks whether %s was meant', async (ref, meant) => {
    const opening = openFolder({
      path: join('/nowhere', ref),
      ref,
      origin: '--source',
      subpath: '.',
      file: 'tazuna.yaml',
    })
    const error = await opening.then(
      () => null,
      (error: unknown) => error as WatchError,
    )
    expect(error?.message).toContain('there is no such folder')
    expect(/did you mean (.+)\?$/.exec(error?.message ?? '')?.[1] ?? null).toBe(meant)
  })

  it('leaves the folder where it is when it is disposed', async () => {
    await using dir = await layout()
    const root = join(dir.path, 'source')
    const folder = {path: root, ref: 'source', origin: '--source', subpath: '.', file: 'tazuna.yaml'}
    await (await openFolder(folder))[Symbol.asyncDispose]()
    await using again = await openFolder(folder)
    expect(again.folder).toBe(root)
  })

  it('follows a link: the folder is ours', async () => {
    await using dir = await layout()
    await symlink(join(dir.path, 'source'), join(dir.path, 'current'))
    const path = join(dir.path, 'current')
    await using source = await openFolder({path, ref: path, origin: '--source', subpath: '.', file: 'tazuna.yaml'})
    expect(source.folder).toBe(path)
  })
})

function artifact(dir: TempDir, disposed: string[] = []): PulledArtifact {
  return {
    ref: 'oci://registry.test/config:prod',
    digest,
    revision: 'prod@sha1:4f1c',
    createdAt: '2026-11-20T08:00:00Z',
    url: 'https://git.example.com/acme/config',
    verifiedBy: ['cosign-key sha256:1 (file acme.pub)'],
    warnings: [{code: 'TEST', message: 'x'}],
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
      warnings: [{code: 'TEST', message: 'x'}],
      report: {
        kind: 'oci',
        ref: 'oci://registry.test/config:prod',
        digest,
        revision: 'prod@sha1:4f1c',
        createdAt: '2026-11-20T08:00:00Z',
        verifiedBy: ['cosign-key sha256:1 (file acme.pub)'],
        url: 'https://git.example.com/acme/config',
        previousDigest: null,
      },
      folder: join(dir.path, 'source', folder),
      file,
    })
  })

  it.each(missing)('does not open %s, and names the digest', async (_title, subpath, file, message, hint) => {
    await using dir = await layout()
    await expect(openArtifact(artifact(dir), {subpath, file})).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: `opening ${message.replace('REF', `oci://registry.test/config:prod (${digest})`)}`,
      hint: expect.stringContaining(hint) as string,
    })
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
      'there is no such file',
    )
  })
})
