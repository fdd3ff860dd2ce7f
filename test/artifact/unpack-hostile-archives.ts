import {gzipSync, zstdCompressSync} from 'node:zlib'

import type {ErrorCode} from '../../src/model/error-code.ts'
import {
  base256,
  file,
  folder,
  hardLink,
  longLink,
  longName,
  pax,
  symbolicLink,
  tar,
  type TarEntry,
} from '../support/tar.ts'

/** An archive that must be refused, as bytes or as what is in it; `outside` is a folder that it must not reach. */
export type HostileArchive = [
  title: string,
  archive: Buffer | readonly TarEntry[] | ((outside: string) => TarEntry[]),
  text: string,
]

const ordinary = [folder('./'), folder('./web/'), file('./web/a.yaml', 'a: 1\n'), file('./tazuna.yaml', 'x\n')]

const many = (count: number) => Array.from({length: count}, (_, index) => file(`f${index}`, ''))

/** What is dangerous: links, devices, names that lead elsewhere or are taken, and what readers understand differently. */
const unsafe: HostileArchive[] = [
  ['a symbolic link', [symbolicLink('link', 'target')], 'entry "link" is a symbolic link to "target"'],
  ['a link out of the folder', outside => [symbolicLink('link', outside)], 'entry "link" is a symbolic link to "/'],
  [
    'a file through a link out of the folder',
    outside => [symbolicLink('link', outside), file('link/canary', 'changed')],
    'entry "link" is a symbolic link to "/',
  ],
  [
    'a file in place of a link out of the folder',
    outside => [symbolicLink('link', `${outside}/canary`), file('link', 'changed')],
    'entry "link" is a symbolic link to "/',
  ],
  [
    'a chain of links that each stay inside, and together lead out',
    [
      folder('a'),
      folder('a/b'),
      symbolicLink('a/b/up', '..'),
      symbolicLink('a/b/escape', 'up/../../outside'),
      file('a/b/escape/canary', 'changed'),
    ],
    'entry "a/b/up" is a symbolic link to ".."',
  ],
  [
    'a chain through a folder that is not there yet',
    [folder('a'), symbolicLink('a/escape', 'c/up/../..'), folder('a/c'), symbolicLink('a/c/up', '../..')],
    'entry "a/escape" is a symbolic link to "c/up/../.."',
  ],
  ['a link to itself', [symbolicLink('loop', 'loop')], 'entry "loop" is a symbolic link to "loop"'],
  ['a hard link', [file('a'), hardLink('hard', 'a')], 'entry "hard" is a hard link to "a"'],
  [
    'a hard link to an absolute name',
    outside => [hardLink('hard', `${outside}/canary`), file('hard', 'changed')],
    'entry "hard" is a hard link to "/',
  ],
  [
    'a hard link out of the folder',
    [hardLink('hard', '../outside/canary')],
    'entry "hard" is a hard link to "../outside/canary"',
  ],
  [
    'a hard link with content',
    [file('a'), {...hardLink('hard', 'a'), content: 'changed'}],
    'entry "hard" is a hard link to "a"',
  ],
  [
    'a link with a long target of GNU',
    [longLink('/etc'), symbolicLink('l', 'x')],
    'entry "l" is a symbolic link to "/etc"',
  ],
  [
    'a link with a target of PAX',
    [pax({linkpath: '/etc'}), symbolicLink('l', 'x')],
    'entry "l" is a symbolic link to "/etc"',
  ],
  ['a character device', [{name: 'dev', type: '3'}], 'entry "dev" is neither a file nor a folder (CharacterDevice)'],
  ['a block device', [{name: 'dev', type: '4'}], 'entry "dev" is neither a file nor a folder (BlockDevice)'],
  ['a fifo', [{name: 'pipe', type: '6'}], 'entry "pipe" is neither a file nor a folder (FIFO)'],
  ['a contiguous file', [{name: 'x', type: '7'}], 'entry "x" is neither a file nor a folder'],
  ['a sparse file of GNU', [{name: 'x', type: 'S'}], 'entry "x" is neither a file nor a folder (SparseFile)'],
  ['a multi-volume file of GNU', [{name: 'x', type: 'M'}], 'entry "x" is neither a file nor a folder'],
  ['a volume label of GNU', [{name: 'x', type: 'V'}], 'entry "x" is neither a file nor a folder'],
  ['a dump folder of GNU', [{name: 'x', type: 'D', content: 'x'}], 'entry "x" is neither a file nor a folder'],
  ['an unknown type', [{name: 'x', type: 'Z'}], 'entry "x" is neither a file nor a folder'],
  ['a sparse file of PAX', [pax({'GNU.sparse.major': '1', 'GNU.sparse.name': 'x'}), file('x')], 'it has a sparse file'],
  ['a name that leads out', [file('../x')], 'entry "../x": it has a .. component'],
  ['a name that leads out and back', [file('a/../../tree/x')], 'entry "a/../../tree/x": it has a .. component'],
  ['a folder that leads out', [folder('a/../..')], 'entry "a/../..": it has a .. component'],
  ['an absolute name', outside => [file(`${outside}/canary`, 'changed')], 'it is absolute'],
  ['an absolute folder', [folder('/etc/x')], 'entry "/etc/x": it is absolute'],
  ['a prefix that leads out', [{...file('x'), prefix: '..'}], 'entry "../x": it has a .. component'],
  ['an absolute prefix', [{...file('x'), prefix: '/etc'}], 'entry "/etc/x": it is absolute'],
  ['a PAX name that leads out', [pax({path: '../x'}), file('x')], 'entry "../x": it has a .. component'],
  ['a PAX name that is absolute', [pax({path: '/etc/x'}), file('x')], 'entry "/etc/x": it is absolute'],
  ['a GNU name that leads out', [longName('../x'), file('x')], 'entry "../x": it has a .. component'],
  ['a drive letter', [file('C:/x')], 'entry "C:/x": it begins with a drive letter'],
  ['a drive letter behind ./', [file('./c:x')], 'entry "./c:x": it begins with a drive letter'],
  ['a backslash', [file('..\\x')], 'entry "..\\x": it has a backslash'],
  ['a NUL in a name', [file('a\0b')], 'entry "a b" has a NUL in its name'],
  ['a NUL in a prefix', [{...file('a'), prefix: 'p\0q'}], 'entry "p q" has a NUL in its name'],
  ['a NUL in a target', [symbolicLink('l', 'a\0b')], 'entry "a b" has a NUL in its name'],
  ['a NUL in a PAX name', [pax({path: 'a\0b'}), file('x')], 'the path "a b" holds a control character'],
  ['a NUL in a GNU name', [longName('a\0b'), file('x')], 'the long name "a b" holds a NUL'],
  ['a control character', [file('a\u0007b')], 'entry "a b": it has a control character'],
  ['a line break in a PAX name', [pax({path: 'a\nb'}), file('x')], 'the path "a b" holds a control character'],
  ['an escape sequence', [file('a\u001B[2Jb')], 'it has a control character'],
  [
    'a name that is not UTF-8',
    [{...file('x'), nameField: Buffer.from('c328', 'hex')}],
    'entry "\uFFFD(": it is not UTF-8',
  ],
  ['a PAX name that is not UTF-8', [pax({path: Buffer.of(0x61, 0xff)}), file('x')], 'the path "a\uFFFD" holds'],
  [
    'a component of 256 bytes',
    [pax({path: `a/${'b'.repeat(256)}`}), file('x')],
    'a component is longer than 255 bytes',
  ],
  ['a name of 4097 bytes', [pax({path: 'a/'.repeat(2048) + 'b'}), file('x')], 'it is longer than 4096 bytes'],
  ['a name 65 deep', [pax({path: `${'a/'.repeat(64)}b`}), file('x')], 'it is more than 64 folders deep'],
  ['a file without a name', [{...file('.'), content: 'x'}], 'entry ".": a file needs a name'],
  ['a file twice', [file('a'), file('a')], 'entry "a" is there twice'],
  ['a file twice in two spellings', [file('a/b'), file('./a//b')], 'entry "a/b" is there twice'],
  ['a file twice in two forms of Unicode', [file('é'), file('e\u0301')], 'entry "e\u0301" has the name of "é"'],
  ['a folder twice in two forms of Unicode', [file('é/a'), file('e\u0301/b')], 'entry "e\u0301" has the name of "é"'],
  ['a file in place of a folder', [folder('a'), file('a')], 'entry "a" is a file and a folder'],
  ['a file in place of a folder without entry', [file('a/b'), file('a')], 'entry "a" is a file and a folder'],
  ['a folder in place of a file', [file('a'), folder('a')], 'entry "a" is a file and a folder'],
  ['a file below a file', [file('a'), file('a/b')], 'entry "a" is a file and a folder'],
  [
    'a record in the value of another',
    [pax({comment: 'x\n11 path=/x\n'}), file('x')],
    'the value of comment hides a name',
  ],
  ['a name for all entries', [pax({path: 'x'}, 'g'), file('y')], 'a global header gives the path of all entries'],
  ['a size for all entries', [pax({size: '0'}, 'g'), file('y')], 'a global header gives the size of all entries'],
  ['two long names', [longName('a'), longName('b'), file('x')], 'two headers give the path of an entry'],
  [
    'a name of PAX and one of GNU',
    [pax({path: 'a'}), longName('b'), file('x')],
    'two headers give the path of an entry',
  ],
]

const smuggled = tar([file('hidden', 'x')], {endBlocks: 0})

/** What is no valid archive, or not a whole one. */
const corrupt: HostileArchive[] = [
  ['no end', tar(ordinary, {endBlocks: 0}), 'it has no end, so it may be cut short, after the header of entry "./taz'],
  ['half an end', tar(ordinary, {endBlocks: 1}), 'it has no end'],
  ['a cut header', tar(ordinary, {endBlocks: 0}).subarray(0, 700), 'it is cut short'],
  [
    'cut content',
    tar([file('a', 'x'.repeat(2000))]).subarray(0, 1024),
    'it is cut short, after the header of entry "a"',
  ],
  ['cut padding', tar([file('a', 'x')], {endBlocks: 0}).subarray(0, 1000), 'it is cut short'],
  ['a cut extended header', tar([pax({path: 'x'.repeat(2000)})]).subarray(0, 1024), 'it is cut short'],
  ['a byte behind its end', Buffer.concat([tar(ordinary), Buffer.from('x')]), 'something follows its end'],
  ['an archive behind its end', Buffer.concat([tar(ordinary), tar([file('b')])]), 'something follows its end'],
  [
    'an empty block inside',
    Buffer.concat([tar(ordinary, {endBlocks: 1}), tar([file('b')])]),
    'an empty block is followed',
  ],
  [
    'a wrong checksum',
    [file('first'), {...file('b'), checksumError: 1}],
    'a header has a wrong checksum, after the header',
  ],
  ['an unknown magic', [file('first'), {...file('b'), magic: 'ustar\u000001'}], 'a header has an unknown magic'],
  [
    'more content than the header says',
    [file('first'), {...file('b', 'x'.repeat(600)), size: 1}],
    'a header has a wrong checksum, after the header of entry "b"',
  ],
  ['no readable size', [file('first'), {...file('b'), sizeField: 'x'}], 'an entry has no readable size'],
  ['a negative size in base 256', [file('first'), {...file('b'), sizeField: base256(-512n)}], 'no readable size'],
  ['a negative size in digits', [file('first'), {...file('b'), sizeField: '-0000001000'}], 'no readable size'],
  ['a negative size of PAX', [pax({size: '-1'}), file('x')], 'an extended header gives the size "-1"'],
  ['a size of PAX that is no number', [pax({size: '0x10'}), file('x')], 'an extended header gives the size "0x10"'],
  [
    'a size beyond all numbers',
    [{...file('b'), sizeField: Buffer.from('80ffffffffffffffffffffff', 'hex')}],
    'no readable',
  ],
  [
    'a folder with content',
    [{...folder('a'), content: smuggled}],
    'a folder has content, after the header of entry "a"',
  ],
  ['a file that is a folder with content', [file('a/', smuggled)], 'a folder has content'],
  [
    'a folder with a size of PAX',
    [pax({size: '512'}), {...folder('a'), content: smuggled, size: 0}],
    'a folder has content',
  ],
  [
    'a size of PAX that hides the next header',
    [pax({size: '1'}), {...file('a', smuggled)}],
    'a header has a wrong checksum',
  ],
  ['a file with a target', [{...file('x'), linkname: 'y'}], 'what is no link has a target'],
  ['a file with a target of PAX', [pax({linkpath: 'y'}), file('x')], 'what is no link has a target'],
  ['a file with a target of GNU', [longLink('y'), file('x')], 'what is no link has a target'],
  ['no name', [file('first'), file('')], 'an entry has no name'],
  ['no name of PAX', [pax({path: ''}), file('x')], 'an entry has no name'],
  ['an extended header without entry', [file('first'), pax({path: 'y'})], 'an extended header is followed by no entry'],
  ['two PAX headers for an entry', [pax({path: 'a'}), pax({mtime: '1'}), file('x')], 'followed by another one'],
  ['a global header inside', [pax({path: 'a'}), pax({comment: '1'}, 'g'), file('x')], 'followed by another one'],
  [
    'an extended header of a size in base 256',
    [{...pax({path: 'y'}), sizeField: base256(9n)}, file('x')],
    'no readable size',
  ],
  ['an extended header of no form', [{name: 'x', type: 'x', content: 'path=../x'}, file('a')], 'not as PAX has it'],
  ['a record longer than its header', [{name: 'x', type: 'x', content: '99 path=x\n'}, file('a')], 'not as PAX has it'],
  ['a record shorter than its text', [{name: 'x', type: 'x', content: '9 path=abc\n'}, file('a')], 'not as PAX has it'],
  ['gzip of gzip', gzipSync(gzipSync(tar(ordinary))), 'it is compressed twice'],
  ['zstd in gzip', gzipSync(zstdCompressSync(tar(ordinary))), 'it is compressed twice'],
  ['gzip in zstd', zstdCompressSync(gzipSync(tar(ordinary))), 'it is compressed twice'],
  ['zstd of zstd', zstdCompressSync(zstdCompressSync(tar(ordinary))), 'it is compressed twice'],
  ['gzip cut short', gzipSync(tar(ordinary)).subarray(0, -4), 'cannot be decompressed'],
  ['zstd cut short', zstdCompressSync(tar(ordinary)).subarray(0, -4), 'cannot be decompressed'],
  ['a damaged gzip', damaged(gzipSync(tar(ordinary))), 'cannot be decompressed'],
  ['text behind gzip', Buffer.concat([gzipSync(tar(ordinary)), Buffer.from('text')]), 'cannot be decompressed'],
  ['zeros behind gzip', Buffer.concat([gzipSync(tar(ordinary)), Buffer.alloc(4)]), 'follows the end of the compressed'],
  [
    'a second member of gzip behind its end',
    Buffer.concat([gzipSync(tar(ordinary)), gzipSync(tar([file('b')]))]),
    'something follows its end',
  ],
  ['text behind zstd', Buffer.concat([zstdCompressSync(tar(ordinary)), Buffer.from('text')]), 'follows the end'],
  [
    'much behind zstd',
    Buffer.concat([zstdCompressSync(tar(ordinary)), Buffer.alloc(600_000, 1)]),
    'follows the end of the compressed',
  ],
]

/** What asks for too much. */
const tooLarge: HostileArchive[] = [
  ['10,001 files', gzipSync(tar(many(10_001))), 'it has more than 10000 files and folders'],
  [
    'the same folder 10,001 times',
    Array.from({length: 10_001}, () => folder('a')),
    'more than 10000 files and folders',
  ],
  ['a size that is only claimed', [{...file('bomb', 'x'), size: 2 ** 32}], 'entry "bomb" has 4294967296 bytes'],
  ['a size of PAX that is only claimed', [pax({size: '999999999999'}), file('bomb')], 'entry "bomb" has 999999999999'],
  ['a huge size in base 256', [{...file('bomb'), sizeField: base256(2n ** 52n)}], 'entry "bomb" has 4503599627370496'],
  ['a huge extended header', [pax({comment: 'x'.repeat(1_100_000)}), file('a')], 'an extended header has 1100'],
  ['a huge extended header that is only claimed', [{...pax({}), size: 2 ** 32}], 'an extended header has 4294967296'],
  ['a huge GNU name', [longName('x'.repeat(1_100_000)), file('a')], 'an extended header has 1100001 bytes'],
  [
    'a zstd frame that needs much memory',
    // a frame that ends nowhere, with a window of 2 GiB
    Buffer.from('28b52ffd00a8010000', 'hex'),
    'its zstd frame needs more than 33554432 bytes of memory',
  ],
]

/** What is something else than an archive of files. */
const elsewhat: HostileArchive[] = [
  ['text', Buffer.from('apiVersion: v1\n'), 'it is no tar archive'],
  ['much text', Buffer.from('apiVersion: v1\n'.repeat(100)), 'it is no tar archive'],
  ['compressed text', gzipSync('apiVersion: v1\n'.repeat(100)), 'it is no tar archive'],
  ['a zip', Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(1000)]), 'it is no tar archive'],
  ['xz in gzip', gzipSync(Buffer.from('fd377a585a00', 'hex')), 'it is no tar archive'],
  ['nothing', Buffer.alloc(0), 'it is no tar archive'],
  ['compressed nothing', gzipSync(''), 'it is no tar archive'],
  ['a mark that deletes a file', [file('etc/.wh.passwd', '')], 'entry "etc/.wh.passwd" deletes another one'],
  ['a mark that deletes a folder', [file('.wh..wh..opq', '')], 'entry ".wh..wh..opq" deletes another one'],
]

/** Every archive of facts that must be refused, by the code that it is refused with. */
export const hostileArchives: readonly {code: ErrorCode; title: string; archive: HostileArchive[1]; text: string}[] = (
  [
    ['ARTIFACT_UNSAFE_ENTRY', unsafe],
    ['ARTIFACT_ARCHIVE_CORRUPT', corrupt],
    ['ARTIFACT_LIMIT_EXCEEDED', tooLarge],
    ['ARTIFACT_LAYOUT_INVALID', elsewhat],
  ] as const
).flatMap(([code, archives]) => archives.map(([title, archive, text]) => ({code, title, archive, text})))

/** The archive's bytes; what must be refused alone is so behind ordinary entries too. */
export function bytesOf(archive: HostileArchive[1], outside: string): Buffer[] {
  if (Buffer.isBuffer(archive)) return [archive]
  const entries = typeof archive === 'function' ? archive(outside) : archive
  const bytes = [tar(entries), tar([...ordinary, ...entries])]
  return [...bytes, gzipSync(bytes[1]!)]
}

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[copy.length - 6]! ^= 0xff
  return copy
}
