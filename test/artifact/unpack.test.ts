import fc from 'fast-check'
import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {gzipSync, zstdCompressSync} from 'node:zlib'

import {attemptOf} from '../../src/artifact/attempt.ts'
import type {PlannedLayer} from '../../src/artifact/layout.ts'
import {defaultLimits, type Limits} from '../../src/artifact/limits.ts'
import {unpack} from '../../src/artifact/unpack.ts'
import {digestOf} from '../support/fake-registry.ts'
import {file, folder, longName, pax, tar, type TarEntry} from '../support/tar.ts'
import {readTree} from './read-tree.ts'

type Layer = {bytes: Buffer; path?: string; kind?: 'file' | 'tar'; contentDigest?: string}

describe('unpack', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'tw-unpack-'))
  })
  afterEach(() => rm(root, {recursive: true, force: true}))

  async function store(layers: readonly Layer[]): Promise<PlannedLayer[]> {
    const planned: PlannedLayer[] = []
    for (const {bytes, path = '', kind = 'tar', contentDigest = null} of layers) {
      const digest = digestOf(bytes)
      await writeFile(fileOf(digest), bytes)
      planned.push({descriptor: {mediaType: 'x', digest, size: bytes.length}, kind, path, contentDigest})
    }
    return planned
  }

  /** Unpacks layers into an empty folder and gives the tree. */
  async function unpackLayers(
    layers: readonly Layer[],
    limits: Partial<Limits> = {},
    signal = new AbortController().signal,
  ) {
    const planned = await store(layers)
    const target = join(root, 'tree')
    await rm(target, {recursive: true, force: true})
    await mkdir(target)
    const attempt = attemptOf('pulling x')
    const counts = await unpack(planned, {
      fileOf,
      folder: target,
      limits: {...defaultLimits, ...limits},
      attempt,
      signal,
    })
    return {...counts, tree: await readTree(target)}
  }

  const fileOf = (digest: string) => join(root, digest.replace(':', '-'))

  const unpackEntries = (entries: readonly TarEntry[], limits: Partial<Limits> = {}) =>
    unpackLayers([{bytes: tar(entries)}], limits)

  const ordinary = [folder('./'), folder('./web/'), file('./web/a.yaml', 'a: 1\n'), file('./tazuna.yaml', 'x\n')]
  const ordinaryTree = {web: '755 folder', 'web/a.yaml': '644 a: 1\n', 'tazuna.yaml': '644 x\n'}

  it.each([
    ['plain', (bytes: Buffer) => bytes],
    ['gzip', gzipSync],
    [
      'gzip of two members',
      (bytes: Buffer) => Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))]),
    ],
    ['zstd', zstdCompressSync],
  ])('takes a %s archive', async (_, compress) => {
    const {tree, files, bytes} = await unpackLayers([{bytes: compress(tar(ordinary))}])
    expect(tree).toEqual(ordinaryTree)
    expect({files, bytes}).toEqual({files: 2, bytes: 7})
  })

  it('makes the folders that have no entry, and takes one that comes late or twice', async () => {
    const {tree} = await unpackEntries([file('a/b/c', '1'), folder('a/b'), folder('a'), folder('a'), file('a/d', '2')])
    expect(tree).toEqual({a: '755 folder', 'a/b': '755 folder', 'a/b/c': '644 1', 'a/d': '644 2'})
  })

  it.each([
    [0o644, '644'],
    [0o600, '644'],
    [0o777, '755'],
    [0o6755, '755'],
    [0o4644, '644'],
    [0o100, '755'],
    [0o011, '644'],
    [0, '644'],
  ])('makes mode %o to %s', async (mode, expected) => {
    const {tree} = await unpackEntries([file('a', '', mode), {...folder('b'), mode}])
    expect(tree).toEqual({a: `${expected} `, b: '755 folder'})
  })

  it('takes long names as PAX, GNU and ustar have them, in any script', async () => {
    const name = `${'設定'.repeat(30)}/${'é'.repeat(100)}/${'a'.repeat(240)}`
    const {tree} = await unpackEntries([
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
    const {tree} = await unpackEntries([pax({size: '600'}), {...file('a', 'x'.repeat(600)), size: 0}, file('b', '2')])
    expect(tree).toEqual({a: `644 ${'x'.repeat(600)}`, b: '644 2'})
  })

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
    await expect(unpackEntries([...ordinary, ...entries])).rejects.toMatchObject({
      code: 'ARTIFACT_UNSAFE_ENTRY',
      message: expect.stringMatching(/^pulling x: unpacking layer sha256:[0-9a-f]{64}: /) as unknown,
    })
    await expect(unpackEntries(entries)).rejects.toThrow(text)
    expect((await readdir(root)).filter(name => !name.startsWith('sha256-'))).toEqual(['tree'])
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
    await expect(unpackLayers([{bytes}])).rejects.toMatchObject({
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
    await expect(unpackLayers([{bytes}])).rejects.toMatchObject({
      code: 'ARTIFACT_LAYOUT_INVALID',
      message: expect.stringContaining('it is no tar archive') as unknown,
    })
  })

  it('refuses the marks that layers of container images delete with', async () => {
    await expect(unpackEntries([file('etc/.wh.passwd', '')])).rejects.toMatchObject({code: 'ARTIFACT_LAYOUT_INVALID'})
  })

  it('takes zeros behind the end, as tar pads with them', async () => {
    const bytes = Buffer.concat([tar(ordinary), Buffer.alloc(300_001)])
    expect((await unpackLayers([{bytes}])).tree).toEqual(ordinaryTree)
  })

  it.each([
    ['bytes, of all archives together', {extracted: 5119}, 'unpacks to more than 5119 bytes'],
    ['files and folders', {entries: 3}, 'more than 3 files and folders'],
    ['one file', {file: 4}, 'entry "./web/a.yaml" has 5 bytes'],
  ])('stops at the limit of %s', async (_, limits, text) => {
    const whole = {extracted: 5120, entries: 4, file: 5}
    const layers = [{bytes: tar(ordinary.slice(0, 3))}, {bytes: gzipSync(tar(ordinary.slice(3)))}]
    expect((await unpackLayers(layers, whole)).tree).toEqual(ordinaryTree)
    await expect(unpackLayers(layers, {...whole, ...limits})).rejects.toMatchObject({
      code: 'ARTIFACT_LIMIT_EXCEEDED',
      message: expect.stringContaining(text) as unknown,
    })
  })

  it('refuses a name that the rules allow and the disk does not', async () => {
    const name = Array.from({length: 16}, () => 'a'.repeat(254)).join('/')
    await expect(unpackEntries([pax({path: name}), file('x')])).rejects.toMatchObject({
      code: 'ARTIFACT_UNSAFE_ENTRY',
      message: expect.stringContaining('too long for this disk') as unknown,
    })
  })

  it('counts folders that have no entry', async () => {
    await expect(unpackEntries([file('a/b/c/d')], {entries: 3})).rejects.toMatchObject({
      code: 'ARTIFACT_LIMIT_EXCEEDED',
    })
    expect((await unpackEntries([file('a/b/c/d')], {entries: 4})).files).toBe(1)
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
    await expect(unpackLayers([{bytes}], {extracted: 2_000_000})).rejects.toMatchObject({
      code: 'ARTIFACT_LIMIT_EXCEEDED',
    })
    const written = Object.values(await readTree(join(root, 'tree')))
    expect(written.every(text => text.length < 2_100_000)).toBe(true)
  })

  it('puts files and folders of several layers together', async () => {
    const {tree, files} = await unpackLayers([
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
    await expect(unpackLayers([{path: 'web', bytes: tar([file(name)])}])).rejects.toMatchObject({
      code: 'ARTIFACT_UNSAFE_ENTRY',
    })
  })

  it('refuses what an earlier layer has', async () => {
    const layers: Layer[] = [
      {kind: 'file', path: 'web/a', bytes: Buffer.from('x')},
      {path: 'web', bytes: tar([file('web/a')])},
    ]
    await expect(unpackLayers(layers)).rejects.toThrow('entry "web/a" is there twice')
    await expect(unpackLayers(layers.toReversed())).rejects.toThrow('entry "web/a" is there twice')
  })

  it('compares the digest of the uncompressed archive', async () => {
    const bytes = tar(ordinary)
    const right = await unpackLayers([{bytes: gzipSync(bytes), contentDigest: digestOf(bytes, 'sha512')}])
    expect(right.tree).toEqual(ordinaryTree)
    await expect(unpackLayers([{bytes, contentDigest: digestOf('x')}])).rejects.toMatchObject({
      code: 'ARTIFACT_DIGEST_MISMATCH',
      message: expect.stringContaining(`it unpacks to ${digestOf(bytes)}, not to ${digestOf('x')}`) as unknown,
    })
  })

  it('stops when it is told to, and says whether by the deadline', async () => {
    const bytes = gzipSync(tar(ordinary))
    await expect(unpackLayers([{bytes}], {}, AbortSignal.abort('SIGTERM'))).rejects.toMatchObject({code: 'CANCELLED'})
    const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'))
    await expect(unpackLayers([{bytes}], {}, late)).rejects.toMatchObject({code: 'ARTIFACT_TIMEOUT'})
  })

  it('blames the disk when the folder is gone', async () => {
    const bytes = tar(ordinary)
    const [planned] = await store([{bytes}])
    const options = {
      fileOf,
      limits: defaultLimits,
      attempt: attemptOf('pulling x'),
      signal: new AbortController().signal,
    }
    await expect(unpack([planned!], {...options, folder: join(root, 'absent')})).rejects.toMatchObject({
      code: 'ARTIFACT_STORE_IO',
      message: expect.stringContaining('ENOENT') as unknown,
    })
  })

  it('gives back what was put in, wherever the decompressor cuts it', async () => {
    const names = fc.stringMatching(/^[a-zé設]{1,120}$/)
    const contents = fc.oneof(
      fc.nat(3000).map(size => Buffer.alloc(size)),
      fc.uint8Array({maxLength: 1500}),
    )
    const entries = fc.uniqueArray(fc.tuple(names, contents), {
      selector: ([name]) => name.normalize('NFC'),
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({min: 1, max: 2000}), async (list, cut) => {
        const bytes = tar(
          list.flatMap(([name, content]) => [pax({path: `d/${name}`}), file('x', Buffer.from(content))]),
        )
        const members = Array.from({length: Math.ceil(bytes.length / cut)}, (_, index) =>
          gzipSync(bytes.subarray(index * cut, (index + 1) * cut)),
        )
        const {tree} = await unpackLayers([{bytes: Buffer.concat(members)}])
        delete tree['d']
        const expected = list.map(([name, content]) => [`d/${name}`, `644 ${Buffer.from(content).toString()}`])
        expect(tree).toEqual(Object.fromEntries(expected))
      }),
      {numRuns: 40},
    )
  })
})

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[copy.length - 6]! ^= 0xff
  return copy
}
