import {join} from 'node:path'
import {gzipSync, zstdCompressSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {digestOf} from '../support/fake-registry.ts'
import {file, folder, longName, pax, tar} from '../support/tar.ts'
import {openUnpackWorld, ordinary, ordinaryTree, type TestLayer, type UnpackWorld} from './unpack-world.ts'

describe('unpack', () => {
  let world: UnpackWorld
  beforeEach(async () => {
    world = await openUnpackWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each([
    ['plain', (bytes: Buffer) => bytes],
    ['gzip', gzipSync],
    [
      'gzip of two members',
      (bytes: Buffer) => Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))]),
    ],
    ['zstd', zstdCompressSync],
  ])('takes a %s archive', async (_, compress) => {
    const {tree, files, bytes} = await world.unpackLayers([{bytes: compress(tar(ordinary))}])
    expect(tree).toEqual(ordinaryTree)
    expect({files, bytes}).toEqual({files: 2, bytes: 7})
  })

  it('makes the folders that have no entry, and takes one that comes late or twice', async () => {
    const {tree} = await world.unpackEntries([
      file('a/b/c', '1'),
      folder('a/b'),
      folder('a'),
      folder('a'),
      file('a/d', '2'),
    ])
    expect(tree).toEqual({a: '755 folder', 'a/b': '755 folder', 'a/b/c': '644 1', 'a/d': '644 2'})
  })

  it.each(['0644', '0600', '0777', '6755', '4644', '2755', '1777', '0100', '0011', '0000'])(
    'makes mode %s to 0644 of a file and 0755 of a folder',
    async digits => {
      const mode = Number.parseInt(digits, 8)
      const {tree} = await world.unpackEntries([file('a', '', mode), {...folder('b'), mode}, file('b/c', '', mode)])
      expect(tree).toEqual({a: '644 ', b: '755 folder', 'b/c': '644 '})
    },
  )

  it('lets nobody run a file that is a layer of its own', async () => {
    const {tree} = await world.unpackLayers([{kind: 'file', path: 'run.sh', bytes: Buffer.from('#!/bin/sh')}])
    expect(tree).toEqual({'run.sh': '644 #!/bin/sh'})
  })

  it('takes long names as PAX, GNU and ustar have them, in any script', async () => {
    const name = `${'設定'.repeat(30)}/${'é'.repeat(100)}/${'a'.repeat(240)}`
    const {tree} = await world.unpackEntries([
      pax({path: `pax/${name}`, mtime: '1.5', 'SCHILY.xattr.user.x': Buffer.of(0, 255, 0x0a, 1)}),
      file('short', '1'),
      longName(`gnu/${name}`),
      {...file('short', '2'), magic: 'ustar  \0'},
      {...file('b', '3'), prefix: 'ustar/a'},
      pax({comment: '4f1c2d3e'}, 'g'),
      file('global', '4'),
    ])
    const names = Object.entries(tree).filter(([, text]) => !text.endsWith('folder'))
    expect(names).toEqual([
      ['global', '644 4'],
      [`gnu/${name}`, '644 2'],
      [`pax/${name}`, '644 1'],
      ['ustar/a/b', '644 3'],
    ])
  })

  it('takes the size that a PAX header gives', async () => {
    const {tree} = await world.unpackEntries([
      pax({size: '600'}),
      {...file('a', 'x'.repeat(600)), size: 0},
      file('b', '2'),
    ])
    expect(tree).toEqual({a: `644 ${'x'.repeat(600)}`, b: '644 2'})
  })

  it('takes zeros behind the end, as tar pads with them', async () => {
    const bytes = Buffer.concat([tar(ordinary), Buffer.alloc(300_001)])
    expect((await world.unpackLayers([{bytes}])).tree).toEqual(ordinaryTree)
  })

  it('puts files and folders of several layers together', async () => {
    const {tree, files} = await world.unpackLayers([
      {kind: 'file', path: 'tazuna.yaml', bytes: Buffer.from('x\n')},
      {kind: 'file', path: 'charts/a.tgz', bytes: gzipSync('')},
      {path: 'web', bytes: gzipSync(tar([folder('web'), file('web/a.yaml', 'a: 1\n')]))},
      {path: 'web/base', bytes: tar([folder('web/base'), file('web/base/b.yaml', 'b: 2\n')])},
    ])
    expect(files).toBe(4)
    expect(Object.keys(tree)).toEqual([
      'charts',
      'charts/a.tgz',
      'tazuna.yaml',
      'web',
      'web/a.yaml',
      'web/base',
      'web/base/b.yaml',
    ])
  })

  it.each(['other/a', 'webx', '.', 'tazuna.yaml'])('refuses %s in a layer with the title web', async name => {
    await expect(world.unpackLayers([{path: 'web', bytes: tar([file(name)])}])).rejects.toMatchObject({
      code: 'ARTIFACT_UNSAFE_ENTRY',
    })
  })

  it('refuses what an earlier layer has', async () => {
    const layers: TestLayer[] = [
      {kind: 'file', path: 'web/a', bytes: Buffer.from('x')},
      {path: 'web', bytes: tar([file('web/a')])},
    ]
    await expect(world.unpackLayers(layers)).rejects.toThrow('entry "web/a" is there twice')
    await expect(world.unpackLayers(layers.toReversed())).rejects.toThrow('entry "web/a" is there twice')
  })

  it('compares the digest of the uncompressed archive', async () => {
    const bytes = tar(ordinary)
    const right = await world.unpackLayers([{bytes: gzipSync(bytes), contentDigest: digestOf(bytes, 'sha512')}])
    expect(right.tree).toEqual(ordinaryTree)
    await expect(world.unpackLayers([{bytes, contentDigest: digestOf('x')}])).rejects.toMatchObject({
      code: 'ARTIFACT_DIGEST_MISMATCH',
      message: expect.stringContaining(`it unpacks to ${digestOf(bytes)}, not to ${digestOf('x')}`) as unknown,
    })
  })

  it('stops when it is told to, and says whether by the deadline', async () => {
    const bytes = gzipSync(tar(ordinary))
    await expect(world.unpackLayers([{bytes}], {}, {signal: AbortSignal.abort('SIGTERM')})).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    const signal = AbortSignal.abort(new DOMException('late', 'TimeoutError'))
    await expect(world.unpackLayers([{bytes}], {}, {signal})).rejects.toMatchObject({code: 'ARTIFACT_TIMEOUT'})
  })

  it('blames the disk when the folder is gone', async () => {
    const layers = [{bytes: tar(ordinary)}]
    await expect(world.unpackLayers(layers, {}, {folder: join(world.folder, 'absent')})).rejects.toMatchObject({
      code: 'ARTIFACT_STORE_IO',
      message: expect.stringContaining('ENOENT') as unknown,
    })
  })
})
