import {gzipSync, zstdCompressSync} from 'node:zlib'

import {bytesOf, hostileArchives} from '../artifact/unpack-hostile-archives.ts'
import {base256, file, folder, longLink, longName, pax, tar, type TarEntry} from '../support/tar.ts'
import {mutateBytes} from './mutate.ts'
import {listOf, type Random} from './random.ts'

const names = [
  'a',
  'b',
  'a/b',
  'a/b/c',
  './a',
  'a/',
  './',
  '.',
  '',
  'é',
  'e\u0301',
  '設定/x',
  'x'.repeat(99),
  `${'d/'.repeat(40)}f`,
  '..',
  '../x',
  'a/../../x',
  '/etc/x',
  'C:/x',
  'a\\b',
  'a\nb',
  'a\0b',
  '.wh.a',
  '__proto__',
  'constructor',
  '\u202Ea',
]
const contents = ['', 'x', 'y'.repeat(511), 'z'.repeat(512), 'w'.repeat(513), tar([file('inner')])]
const types = ['0', '0', '0', '5', '5', '\0', '1', '2', '3', '4', '6', '7', 'S', 'D', 'x', 'g', 'L', 'K', 'Z']
const values = [
  '',
  'a',
  'a/b',
  '../x',
  '/x',
  '0',
  '1',
  '600',
  '-1',
  '1e3',
  '999999999999999999999',
  'a\0b',
  '1 path=x\n',
  'é',
]

/** Made of the test archives; a huge one would only take time. */
const corpus = hostileArchives.flatMap(({archive}) => bytesOf(archive, '/outside')).filter(bytes => bytes.length < 8192)

/** An archive that may be a good one, with something broken in it. */
export function makeArchive(random: Random): Buffer {
  const archive = random.chance(0.25)
    ? random.pick(corpus)
    : tar(listOf(random, 5, makeEntry), {endBlocks: random.chance(0.9) ? 2 : random.int(4)})
  const changed = random.chance(0.5) ? changeHeader(archive, random) : archive
  return random.chance(0.3) ? mutateBytes(changed, random) : changed
}

/** The same as a layer is: mostly compressed, sometimes twice or in pieces, sometimes damaged. */
export function makeLayer(random: Random): Buffer {
  const archive = makeArchive(random)
  const at = random.int(archive.length + 1)
  const layer = [
    () => archive,
    () => gzipSync(archive),
    () => zstdCompressSync(archive),
    () => gzipSync(gzipSync(archive)),
    () => Buffer.concat([gzipSync(archive.subarray(0, at)), gzipSync(archive.subarray(at))]),
    () => Buffer.concat([zstdCompressSync(archive.subarray(0, at)), zstdCompressSync(archive.subarray(at))]),
  ][random.int(6)]!()
  return random.chance(0.3) ? mutateBytes(layer, random) : layer
}

function makeEntry(random: Random): TarEntry {
  const isOrdinary = random.chance(0.6)
  const name = random.pick(isOrdinary ? names.slice(0, 6) : names)
  switch (random.int(isOrdinary ? 3 : 7)) {
    case 0:
      return folder(name)
    case 1:
      return file(name, random.pick(contents))
    case 2:
      return file(`${random.int(1000)}`, random.pick(contents), random.int(0o10000))
    case 3:
      return pax(Object.fromEntries(listOf(random, 3, makeRecord)), random.chance(0.9) ? 'x' : 'g')
    case 4:
      return random.chance(0.7) ? longName(name.repeat(1 + random.int(60))) : longLink(name)
    case 5:
      return {name, type: random.pick(types), linkname: random.pick(names), content: random.pick(contents)}
    default:
      return {...file(name, random.pick(contents)), ...makeField(random)}
  }
}

function makeRecord(random: Random): [string, string] {
  const keys = ['path', 'linkpath', 'size', 'mtime', 'comment', 'GNU.sparse.size', '__proto__', 'hdrcharset']
  return [random.pick(keys), random.pick(values)]
}

function makeField(random: Random): Partial<TarEntry> {
  const sizes = ['0', '1', '777', '77777777777', '-1', ' 10 ', '8', '', '00000000010\0', '\u0000\u0000 1']
  return random.pick<Partial<TarEntry>>([
    {sizeField: random.pick(sizes)},
    {sizeField: base256(random.pick([0n, 1n, -1n, 512n, 2n ** 40n, 2n ** 62n]))},
    {size: random.pick([0, 1, 512, 2 ** 20, 2 ** 33 - 1])},
    {prefix: random.pick(names)},
    {magic: random.pick(['ustar  \0', '\0'.repeat(8), 'ustar\u000001', 'ustar'])},
    {checksumError: random.pick([1, -1, 256])},
  ])
}

/** Offsets in a header where its fields begin and end. */
const places = [
  0, 1, 99, 100, 124, 125, 135, 148, 155, 156, 157, 256, 257, 262, 263, 264, 345, 474, 475, 476, 499, 500, 511,
]

/** Changes bytes of one block, and makes its checksum right again. */
function changeHeader(archive: Buffer, random: Random): Buffer {
  if (archive.length < 512) return archive
  const changed = Buffer.from(archive)
  const start = 512 * random.int(Math.floor(archive.length / 512))
  const block = changed.subarray(start, start + 512)
  for (const at of listOf(random, 3, () => random.pick(places))) block[at] = random.int(256)
  const sum = block.fill(' ', 148, 156).reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return changed
}
