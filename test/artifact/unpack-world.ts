import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {attemptOf} from '../../src/artifact/attempt.ts'
import type {PlannedLayer} from '../../src/artifact/layout.ts'
import {defaultLimits, type Limits} from '../../src/artifact/limits.ts'
import {unpack, type Unpacked, type UnpackOptions} from '../../src/artifact/unpack.ts'
import {digestOf} from '../support/fake-registry.ts'
import {file, folder, tar, type TarEntry} from '../support/tar.ts'
import {readTree} from './read-tree.ts'

/** One layer, by default an archive without a title. */
export type TestLayer = {bytes: Buffer; path?: string; kind?: 'file' | 'tar'; contentDigest?: string}

type UnpackedTree = Unpacked & {tree: Record<string, string>}

/** A folder to unpack in. */
export type UnpackWorld = AsyncDisposable & {
  /** Where the tree goes; blobs lie beside it. */
  readonly folder: string
  /** A folder beside that one. */
  readonly outside: {
    readonly path: string
    write(name: string, text: string): Promise<void>
    tree(): Promise<Record<string, string>>
  }
  /** Unpacks into the emptied folder and gives the tree. */
  unpackLayers(
    layers: readonly TestLayer[],
    limits?: Partial<Limits>,
    options?: Partial<UnpackOptions>,
  ): Promise<UnpackedTree>
  /** The same with one archive of these. */
  unpackEntries(entries: readonly TarEntry[], limits?: Partial<Limits>): Promise<UnpackedTree>
  /** Unpacks into the folder as it is. */
  unpackInto(
    layers: readonly TestLayer[],
    limits?: Partial<Limits>,
    options?: Partial<UnpackOptions>,
  ): Promise<UnpackedTree>
}

export const ordinary = [folder('./'), folder('./web/'), file('./web/a.yaml', 'a: 1\n'), file('./tazuna.yaml', 'x\n')]

export const ordinaryTree = {web: '755 folder', 'web/a.yaml': '644 a: 1\n', 'tazuna.yaml': '644 x\n'}

export async function openUnpackWorld(): Promise<UnpackWorld> {
  const root = await mkdtemp(join(tmpdir(), 'tw-unpack-'))
  const target = join(root, 'tree')
  const outside = join(root, 'outside')
  const fileOf = (digest: string) => join(root, digest.replace(':', '-'))
  await mkdir(outside)
  const unpackInto: UnpackWorld['unpackInto'] = async (layers, limits = {}, options = {}) => {
    const planned: PlannedLayer[] = []
    for (const {bytes, path = '', kind = 'tar', contentDigest = null} of layers) {
      const digest = digestOf(bytes)
      await writeFile(fileOf(digest), bytes)
      planned.push({descriptor: {mediaType: 'x', digest, size: bytes.length}, kind, path, contentDigest})
    }
    const unpacked = await unpack(planned, {
      fileOf,
      folder: target,
      limits: {...defaultLimits, ...limits},
      attempt: attemptOf('pulling x'),
      signal: new AbortController().signal,
      ...options,
    })
    return {...unpacked, tree: await readTree(target)}
  }
  const unpackLayers: UnpackWorld['unpackLayers'] = async (...args) => {
    await rm(target, {recursive: true, force: true})
    await mkdir(target)
    return await unpackInto(...args)
  }
  return {
    folder: target,
    outside: {
      path: outside,
      write: (name, text) => writeFile(join(outside, name), text),
      tree: () => readTree(outside),
    },
    unpackLayers,
    unpackEntries: (entries, limits) => unpackLayers([{bytes: tar(entries)}], limits),
    unpackInto,
    [Symbol.asyncDispose]: () => rm(root, {recursive: true, force: true}),
  }
}
