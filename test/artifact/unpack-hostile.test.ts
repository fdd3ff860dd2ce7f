import {readdirSync} from 'node:fs'
import {readdir} from 'node:fs/promises'
import {dirname} from 'node:path'
import {gzipSync, zstdCompressSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {file, folder, longName, pax, tar, type TarEntry} from '../support/tar.ts'
import {openUnpackWorld, ordinary, type UnpackWorld} from './unpack-world.ts'

describe('unpack of a hostile archive', () => {
  let world: UnpackWorld
  beforeEach(async () => {
    world = await openUnpackWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it.each([
    ['a symbolic link', [{name: 'link', type: '2', linkname: 'target'}], 'entry "link" is a symbolic link to "target"'],
    ['a hard link', [file('a'), {name: 'hard', type: '1', linkname: 'a'}], 'entry "hard" is a hard link to "a"'],
    ['a character device', [{name: 'dev', type: '3'}], 'entry "dev" is neither a file nor a folder (CharacterDevice)'],
    ['a block device', [{name: 'dev', type: '4'}], 'entry "dev" is neither a file nor a folder (BlockDevice)'],
    ['a fifo', [{name: 'pipe', type: '6'}], 'entry "pipe" is neither a file nor a folder (FIFO)'],
    ['a contiguous file', [{name: 'x', type: '7'}], 'entry "x" is neither a file nor a folder'],
    ['a sparse file of GNU', [{name: 'x', type: 'S'}], 'entry "x" is neither a file nor a folder (SparseFile)'],
    ['a folder with content', [{name: 'x', type: 'D', content: 'x'}], 'entry "x" is neither a file nor a folder'],
    ['an unknown type', [{name: 'x', type: 'Z'}], 'entry "x" is neither a file nor a folder'],
    [
      'a sparse file of PAX',
      [pax({'GNU.sparse.major': '1', 'GNU.sparse.name': 'x'}), file('x')],
      'it has a sparse file',
    ],
    ['a name that leads out', [file('../x')], 'entry "../x": it has a .. component'],
    ['a folder that leads out', [folder('a/../..')], 'entry "a/../..": it has a .. component'],
    ['an absolute name', [file('/etc/x')], 'entry "/etc/x": it is absolute'],
    ['a prefix that leads out', [{...file('x'), prefix: '..'}], 'entry "../x": it has a .. component'],
    ['a PAX name that leads out', [pax({path: '../x'}), file('x')], 'entry "../x": it has a .. component'],
    [
      'a PAX name for a link',
      [pax({linkpath: '/etc'}), {name: 'l', type: '2', linkname: 'x'}],
      'a symbolic link to "/etc"',
    ],
    ['a GNU name that leads out', [longName('../x'), file('x')], 'entry "../x": it has a .. component'],
    ['a NUL in a name', [file('a\0b')], 'has a NUL in its name'],
    ['a NUL in a prefix', [{...file('a'), prefix: 'p\0q'}], 'has a NUL in its name'],
    ['a NUL in a PAX name', [pax({path: 'a\0b'}), file('x')], 'the path "a b" holds a control character'],
    ['a NUL in a GNU name', [longName('a\0b'), file('x')], 'holds a NUL'],
    ['a record in the value of another', [pax({comment: 'x\n11 path=/x\n'}), file('x')], 'hides a name'],
    ['a control character', [pax({path: 'a\nb'}), file('x')], 'holds a control character'],
    ['a name that is not UTF-8', [pax({path: Buffer.of(0x61, 0xff)}), file('x')], 'is not UTF-8'],
    ['a backslash', [file('a\\b')], 'it has a backslash'],
    ['a file without a name', [{...file('.'), content: 'x'}], 'a file needs a name'],
    ['a file twice', [file('a'), file('a')], 'entry "a" is there twice'],
    ['a file twice in two spellings', [file('a/b'), file('./a//b')], 'entry "a/b" is there twice'],
    ['a file twice in two forms of Unicode', [file('é'), file('e\u0301')], 'has the name of "é"'],
    ['a folder twice in two forms of Unicode', [file('é/a'), file('e\u0301/b')], 'has the name of "é"'],
    ['a file in place of a folder', [folder('a'), file('a')], 'entry "a" is a file and a folder'],
    ['a folder in place of a file', [file('a'), folder('a')], 'entry "a" is a file and a folder'],
    ['a file below a file', [file('a'), file('a/b')], 'entry "a" is a file and a folder'],
  ] satisfies [string, TarEntry[], string][])('refuses %s', async (_, entries, text) => {
    await expect(world.unpackEntries([...ordinary, ...entries])).rejects.toMatchObject({
      code: 'ARTIFACT_UNSAFE_ENTRY',
      message: expect.stringMatching(/^pulling x: unpacking layer sha256:[0-9a-f]{64}: /) as unknown,
    })
    await expect(world.unpackEntries(entries)).rejects.toThrow(text)
    expect((await readdir(dirname(world.folder))).filter(name => !name.startsWith('sha256-'))).toEqual(['tree'])
  })

  it.each([
    ['no end', tar(ordinary, {endBlocks: 0}), 'it has no end'],
    ['half an end', tar(ordinary, {endBlocks: 1}), 'it has no end'],
    ['a cut header', tar(ordinary, {endBlocks: 0}).subarray(0, 700), 'it is cut short'],
    ['cut content', tar([file('a', 'x'.repeat(2000))]).subarray(0, 1024), 'it is cut short'],
    ['a cut extended header', tar([pax({path: 'x'.repeat(2000)})]).subarray(0, 1024), 'it is cut short'],
    ['something behind its end', Buffer.concat([tar(ordinary), Buffer.from('x')]), 'something follows its end'],
    ['an archive behind its end', Buffer.concat([tar(ordinary), tar([file('b')])]), 'something follows its end'],
    [
      'an empty block inside',
      Buffer.concat([tar(ordinary, {endBlocks: 1}), tar([file('b')])]),
      'an empty block is followed',
    ],
    ['a wrong checksum', tar([...ordinary, {...file('b'), checksumError: 1}]), 'not a valid tar archive'],
    [
      'more content than the header says',
      tar([...ordinary, {...file('b', 'x'.repeat(600)), size: 1}]),
      'not a valid tar',
    ],
    ['no readable size', tar([...ordinary, {...file('b'), sizeField: 'x'}]), 'not a valid tar archive'],
    [
      'a negative size',
      tar([...ordinary, {...file('b'), sizeField: Buffer.alloc(12, 0xff)}]),
      'not a valid tar archive',
    ],
    ['no name', tar([...ordinary, file('')]), 'not a valid tar archive'],
    [
      'an extended header of a size in base 256',
      tar([{...pax({path: 'y'}), sizeField: Buffer.from('800000000000000000000009', 'hex')}, file('x')]),
      'no readable size',
    ],
    ['an extended header of no form', tar([{name: 'x', type: 'x', content: 'path=../x'}, file('a')]), 'as PAX has it'],
    [
      'a record longer than its header',
      tar([{name: 'x', type: 'x', content: '99 path=x\n'}, file('a')]),
      'as PAX has it',
    ],
    ['gzip of gzip', gzipSync(gzipSync(tar(ordinary))), 'it is compressed twice'],
    ['zstd in gzip', gzipSync(zstdCompressSync(tar(ordinary))), 'it is compressed twice'],
    ['gzip cut short', gzipSync(tar(ordinary)).subarray(0, -4), 'cannot be decompressed'],
    ['zstd cut short', zstdCompressSync(tar(ordinary)).subarray(0, -4), 'cannot be decompressed'],
    ['a damaged gzip', damaged(gzipSync(tar(ordinary))), 'cannot be decompressed'],
    ['text behind gzip', Buffer.concat([gzipSync(tar(ordinary)), Buffer.from('text')]), 'cannot be decompressed'],
    [
      'zeros behind gzip',
      Buffer.concat([gzipSync(tar(ordinary)), Buffer.alloc(4)]),
      'follows the end of the compressed',
    ],
    ['text behind zstd', Buffer.concat([zstdCompressSync(tar(ordinary)), Buffer.from('text')]), 'follows the end'],
    [
      'much behind zstd',
      Buffer.concat([zstdCompressSync(tar(ordinary)), Buffer.alloc(600_000, 1)]),
      'follows the end of the compressed',
    ],
  ])('refuses an archive with %s', async (_, bytes, text) => {
    await expect(world.unpackLayers([{bytes}])).rejects.toMatchObject({
      code: 'ARTIFACT_ARCHIVE_CORRUPT',
      message: expect.stringContaining(text) as unknown,
    })
  })

  it.each([
    ['text', Buffer.from('apiVersion: v1\n')],
    ['much text', Buffer.from('apiVersion: v1\n'.repeat(100))],
    ['compressed text', gzipSync('apiVersion: v1\n'.repeat(100))],
    ['nothing', Buffer.alloc(0)],
    ['compressed nothing', gzipSync('')],
  ])('calls %s no archive', async (_, bytes) => {
    await expect(world.unpackLayers([{bytes}])).rejects.toMatchObject({
      code: 'ARTIFACT_LAYOUT_INVALID',
      message: expect.stringContaining('it is no tar archive') as unknown,
    })
  })

  it('closes the file that it was writing', async () => {
    const before = openFiles()
    const bytes = gzipSync(tar([file('a', 'x'.repeat(2000))]).subarray(0, 1500))
    for (let count = 0; count < 40; count += 1) {
      await expect(world.unpackLayers([{bytes}])).rejects.toThrow('it is cut short')
    }
    expect(openFiles()).toBeLessThan(before + 20)
  })

  it('refuses the marks that layers of container images delete with', async () => {
    await expect(world.unpackEntries([file('etc/.wh.passwd', '')])).rejects.toMatchObject({
      code: 'ARTIFACT_LAYOUT_INVALID',
    })
  })
})

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[copy.length - 6]! ^= 0xff
  return copy
}

/** The number of files that this process has open. */
function openFiles(): number {
  return readdirSync('/dev/fd').length
}
