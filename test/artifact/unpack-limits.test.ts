import {gzipSync, zstdCompressSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {file, pax, tar} from '../support/tar.ts'
import {readTree} from './read-tree.ts'
import {openUnpackWorld, ordinary, ordinaryTree, type UnpackWorld} from './unpack-world.ts'

describe('unpack under limits', () => {
  let world: UnpackWorld
  beforeEach(async () => {
    world = await openUnpackWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each([
    ['bytes, of all archives together', {extracted: 5119}, 'unpacks to more than 5119 bytes'],
    ['files and folders', {entries: 3}, 'more than 3 files and folders'],
    ['one file', {file: 4}, 'entry "./web/a.yaml" has 5 bytes'],
  ])('stops at the limit of %s', async (_, limits, text) => {
    const whole = {extracted: 5120, entries: 4, file: 5}
    const layers = [{bytes: tar(ordinary.slice(0, 3))}, {bytes: gzipSync(tar(ordinary.slice(3)))}]
    expect((await world.unpackLayers(layers, whole)).tree).toEqual(ordinaryTree)
    await expect(world.unpackLayers(layers, {...whole, ...limits})).rejects.toMatchObject({
      code: 'ARTIFACT_LIMIT_EXCEEDED',
      message: expect.stringContaining(text) as unknown,
    })
  })

  it('stops at the limit of one file also where that is a layer of its own', async () => {
    const layers = [{kind: 'file', path: 'tazuna.yaml', bytes: Buffer.from('12345')}] as const
    expect((await world.unpackLayers(layers, {file: 5})).tree).toEqual({'tazuna.yaml': '644 12345'})
    await expect(world.unpackLayers(layers, {file: 4})).rejects.toMatchObject({
      code: 'ARTIFACT_LIMIT_EXCEEDED',
      message: expect.stringContaining('file "tazuna.yaml" has 5 bytes, and 4 are allowed') as unknown,
    })
  })

  it('refuses a name that the rules allow and the disk does not', async () => {
    const name = Array.from({length: 16}, () => 'a'.repeat(254)).join('/')
    await expect(world.unpackEntries([pax({path: name}), file('x')])).rejects.toMatchObject({
      code: 'ARTIFACT_UNSAFE_ENTRY',
      message: expect.stringContaining('too long for this disk') as unknown,
    })
  })

  it('counts folders that have no entry', async () => {
    await expect(world.unpackEntries([file('a/b/c/d')], {entries: 3})).rejects.toMatchObject({
      code: 'ARTIFACT_LIMIT_EXCEEDED',
    })
    expect((await world.unpackEntries([file('a/b/c/d')], {entries: 4})).files).toBe(1)
  })

  it.each([
    ['zeros in gzip', gzipSync(tar([file('bomb', Buffer.alloc(3_000_000))]))],
    ['zeros in zstd', zstdCompressSync(tar([file('bomb', Buffer.alloc(3_000_000))]))],
    ['zeros behind the end', gzipSync(Buffer.concat([tar(ordinary), Buffer.alloc(3_000_000)]))],
    ['a size that is only claimed', tar([{...file('bomb', 'x'), size: 2 ** 40}])],
    [
      'a huge size in base 256',
      tar([{...file('bomb', 'x'), sizeField: Buffer.from('800000000000010000000000', 'hex')}]),
    ],
    ['a huge extended header', tar([pax({comment: 'x'.repeat(1_100_000)}), file('a')])],
    ['a huge extended header that is only claimed', tar([{...pax({}), size: 2 ** 32}])],
  ])('stops at %s', async (_, bytes) => {
    await expect(world.unpackLayers([{bytes}], {extracted: 2_000_000})).rejects.toMatchObject({
      code: 'ARTIFACT_LIMIT_EXCEEDED',
    })
    const written = Object.values(await readTree(world.folder))
    expect(written.every(text => text.length < 2_100_000)).toBe(true)
  })
})
