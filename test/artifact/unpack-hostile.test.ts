import {readdirSync} from 'node:fs'
import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync, zstdCompressSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {file, folder, tar} from '../support/tar.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'
import {addArchive} from './artifact-builder.ts'
import {openPullWorld, type PullWorld} from './pull-world.ts'
import {bytesOf, hostileArchives} from './unpack-hostile-archives.ts'
import {openUnpackWorld, type TestLayer, type UnpackWorld} from './unpack-world.ts'

const canary = 'not to be touched\n'

describe('unpack of a hostile archive', () => {
  let world: UnpackWorld
  beforeEach(async () => {
    world = await openUnpackWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each(hostileArchives)('refuses $title as $code, and touches nothing outside', async ({code, archive, text}) => {
    await world.outside.write('canary', canary)
    for (const bytes of bytesOf(archive, world.outside.path)) {
      const refused = world.unpackLayers([{bytes}])
      await expect(refused).rejects.toMatchObject({
        code,
        message: expect.stringMatching(/^pulling x: unpacking layer sha256:[0-9a-f]{64}: /) as unknown,
      })
      await expect(refused).rejects.toThrow(text)
      expect(await world.outside.tree()).toEqual({canary: `644 ${canary}`})
    }
  })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('sees that a %s archive was cut, wherever that is', async (_, compress) => {
    const whole = compress(tar([folder('a'), file('a/b')]))
    for (let end = 0; end < whole.length; end += 1) {
      await expect(world.unpackLayers([{bytes: whole.subarray(0, end)}]), `cut at ${end}`).rejects.toMatchObject({
        code: expect.stringMatching(/^ARTIFACT_(?:ARCHIVE_CORRUPT|LAYOUT_INVALID)$/) as unknown,
      })
    }
    expect((await world.unpackLayers([{bytes: whole}])).files).toBe(1)
  })

  it.each([
    ['a file in place of a link', {bytes: tar([file('planted', 'changed')])}],
    ['a file below a link', {bytes: tar([file('planted/canary', 'changed')])}],
    ['a folder in place of a link', {bytes: tar([folder('planted')])}],
    ['a layer of its own in place of a link', {kind: 'file', path: 'planted', bytes: Buffer.from('changed')}],
    ['a layer of its own below a link', {kind: 'file', path: 'planted/canary', bytes: Buffer.from('changed')}],
  ] satisfies [string, TestLayer][])('writes through no link that somebody else put there: %s', async (_, layer) => {
    await world.outside.write('canary', canary)
    await mkdir(world.folder)
    await symlink(world.outside.path, join(world.folder, 'planted'))
    await expect(world.unpackInto([layer])).rejects.toMatchObject({
      code: 'ARTIFACT_UNSAFE_ENTRY',
      message: expect.stringContaining('entry "planted" has a name that is taken on this disk') as unknown,
    })
    expect(await world.outside.tree()).toEqual({canary: `644 ${canary}`})
  })

  it('closes the file that it was writing', async () => {
    const before = openFiles()
    const bytes = gzipSync(tar([file('a', 'x'.repeat(2000))]).subarray(0, 1500))
    for (let count = 0; count < 40; count += 1) {
      await expect(world.unpackLayers([{bytes}])).rejects.toThrow('it is cut short')
    }
    expect(openFiles()).toBeLessThan(before + 20)
  })
})

describe('pullArtifact of a hostile archive', () => {
  let world: PullWorld
  let outside: TempDir
  beforeEach(async () => {
    world = await openPullWorld()
    outside = await tempDir()
    await writeFile(join(outside.path, 'canary'), canary)
  })
  afterEach(async () => {
    await world[Symbol.asyncDispose]()
    await outside[Symbol.asyncDispose]()
  })

  it.each(hostileArchives)('leaves nothing of $title behind', async ({code, archive, text}) => {
    addArchive(world.registry, bytesOf(archive, outside.path).at(-1)!)
    // fails when anything is left in the temporary folder
    expect(await world.failure()).toMatchObject({code, message: expect.stringContaining(text) as unknown})
    expect(await readFile(join(outside.path, 'canary'), 'utf8')).toBe(canary)
    expect(readdirSync(outside.path)).toEqual(['canary'])
  })
})

/** The number of files that this process has open. */
function openFiles(): number {
  return readdirSync('/dev/fd').length
}
