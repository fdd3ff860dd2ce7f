import fc from 'fast-check'
import {Parser} from 'tar'
import {describe, expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {defaultLimits} from '../../src/artifact/limits.ts'
import {tarReader} from '../../src/artifact/tar-reader.ts'
import {file, folder, longName, pax, tar} from '../support/tar.ts'

type ReadEntry = [name: string, kind: 'file' | 'folder' | 'other', content: string]

/** Reads an archive that comes in pieces of these sizes, over and over. Content is of files only. */
function read(archive: Buffer, sizes: readonly number[]): ReadEntry[] {
  const attempt = attemptOf('reading x')
  const entries: ReadEntry[] = []
  const reader = tarReader({
    onEntry({name, type}) {
      const kind = type === '0' ? 'file' : type === '5' ? 'folder' : 'other'
      const chunks: Buffer[] = []
      const close = () => entries.push([name, kind, kind === 'file' ? Buffer.concat(chunks).toString('latin1') : ''])
      return {write: chunk => void chunks.push(Buffer.from(chunk)), close}
    },
    notTar: () => attempt.error('ARTIFACT_LAYOUT_INVALID', 'no archive'),
    limits: defaultLimits,
    attempt,
  })
  for (let at = 0, piece = 0; at < archive.length; piece += 1) {
    const size = sizes[piece % sizes.length]!
    reader.write(archive.subarray(at, at + size))
    at += size
  }
  reader.end()
  return entries
}

describe('tarReader', () => {
  const names = fc.stringMatching(/^[a-zé設]{1,40}$/)
  const contents = fc.oneof(
    fc.nat(2000).map(size => Buffer.alloc(size)),
    fc.uint8Array({maxLength: 1500}).map(bytes => Buffer.from(bytes)),
  )
  const entries = fc.array(
    fc.record({name: names, content: contents, repeat: fc.integer({min: 1, max: 30}), isPax: fc.boolean()}),
    {
      maxLength: 5,
    },
  )

  it('gives back what was put in, wherever it is cut', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.integer({min: 1, max: 1500}), {minLength: 1, maxLength: 8}), (list, sizes) => {
        const expected = list.map(({name, content, repeat}) => [
          name.repeat(repeat),
          'file',
          content.toString('latin1'),
        ])
        const archive = tar(
          list.flatMap(({name, content, repeat, isPax}) => [
            isPax ? pax({path: name.repeat(repeat)}) : longName(name.repeat(repeat)),
            file('x', content),
          ]),
        )
        expect(read(archive, sizes)).toEqual(expected)
      }),
    )
  })

  it('sees that an archive was cut, wherever that is', () => {
    const archive = tar([pax({path: 'é'.repeat(400)}), file('x', 'y'.repeat(1000)), file('z', '')])
    for (let end = 0; end < archive.length; end += 1) {
      expect(() => read(archive.subarray(0, end), [512])).toThrow(/no archive|cut short/)
    }
    expect(read(archive, [archive.length])).toHaveLength(2)
  })

  it.each([
    [
      'begins like gzip',
      changedHeaders(tar([pax({path: 'a'}), file('x')]), [
        [0, 0, 0x1f],
        [0, 1, 0x8b],
      ]),
      'twice',
    ],
    ['gives a name twice', tar([pax({path: 'a'}), longName('b'), file('x')]), 'two headers give the path'],
    ['gives a name to all entries', tar([pax({path: 'a'}, 'g'), file('x')]), 'the path of all entries'],
    ['gives a size that is none', tar([pax({size: '0x10'}), file('x')]), 'gives the size "0x10"'],
    ['has a file with a target', tar([{...file('x'), linkname: 'y'}]), 'what is no link has a target'],
    [
      'has a prefix with a NUL',
      tar([{...file('x'), prefix: `${'p'.repeat(131)}\0${'q'.repeat(9)}`}]),
      'NUL in its name',
    ],
  ])('refuses what %s', (_, archive, text) => {
    expect(() => read(archive, [archive.length])).toThrow(text)
  })

  it('passes over an extended header that says nothing', () => {
    expect(read(tar([pax({}), pax({comment: 'y'}, 'g'), file('x', '1')]), [512])).toEqual([['x', 'file', '1']])
  })

  it('ends, and throws nothing but its own errors, on an archive with changed bytes', () => {
    const archive = tar([pax({path: 'a/b'}), file('x', 'y'.repeat(600)), longName('c/d'), file('z', 'w')])
    const change = fc.tuple(fc.nat(archive.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, {minLength: 1, maxLength: 4}), fc.integer({min: 1, max: 1500}), (changes, size) => {
        const changed = Buffer.from(archive)
        for (const [at, byte] of changes) changed[at] = byte
        expect(outcomeOf(() => read(changed, [size]))).toMatch(/^(?:read|ARTIFACT_[A-Z_]+)$/)
      }),
      {numRuns: 500},
    )
  })
})

describe('tarReader beside the parser of npm tar', () => {
  const name = fc.constantFrom('a', 'b/c', './d/', 'é/設', 'x'.repeat(99), '')
  const records = fc.dictionary(
    fc.constantFrom('path', 'linkpath', 'size', 'mtime', 'comment'),
    fc.constantFrom('', '1', '600', 'a/b', 'x\ny', '1.5'),
  )
  const entry = fc.oneof(
    fc.record({
      name,
      type: fc.constantFrom('0', '\0', '5', '1', '2', '3', '7', 'Z'),
      content: fc.constantFrom('', 'x', 'y'.repeat(600)),
      linkname: fc.constantFrom('', '', '', 'b'),
      prefix: fc.constantFrom('', '', 'p', 'q'.repeat(130), 'r'.repeat(155)),
      magic: fc.constantFrom('ustar\u000000', 'ustar  \0', ''),
    }),
    name.map(folder),
    name.map(longName),
    fc.tuple(records, fc.constantFrom('x' as const, 'g' as const)).map(([map, type]) => pax(map, type)),
  )
  // only fields that we read: there are others, such as the owner, that npm tar reads too
  const place = fc.oneof(
    fc.integer({min: 0, max: 99}),
    fc.integer({min: 124, max: 135}),
    fc.constant(156),
    fc.integer({min: 157, max: 264}),
    fc.integer({min: 345, max: 475}),
  )
  const change = fc.tuple(fc.nat(5), place, fc.nat(255))

  it('reads nothing that is refused there, or in another way', () => {
    let reads = 0
    fc.assert(
      fc.property(fc.array(entry, {maxLength: 5}), fc.array(change, {maxLength: 2}), (list, changes) => {
        const archive = changedHeaders(tar(list.map(item => ({...item, mode: 0o644}))), changes)
        if (outcomeOf(() => read(archive, [700])) !== 'read') return
        const ours = read(archive, [700])
        // the others are refused in any case
        if (ours.some(([, kind]) => kind === 'other')) return
        reads += 1
        expect(ours).toEqual(readByNpm(archive))
      }),
      {numRuns: 3000},
    )
    expect(reads).toBeGreaterThan(200)
  })
})

/** Changes bytes of its blocks, and makes their checksums right again. */
function changedHeaders(archive: Buffer, changes: readonly [block: number, at: number, byte: number][]): Buffer {
  const changed = Buffer.from(archive)
  for (const [index, at, byte] of changes) {
    const block = changed.subarray((index * 512) % changed.length).subarray(0, 512)
    block[at] = byte
    block.fill(' ', 148, 156)
    block.write(
      `${block
        .reduce((sum, value) => sum + value, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
  }
  return changed
}

function readByNpm(archive: Buffer): ReadEntry[] {
  const entries: ReadEntry[] = []
  const parser = new Parser({strict: true, brotli: false, zstd: false})
  parser.on('error', (error: Error) => {
    throw error
  })
  parser.on('ignoredEntry', ({path}) => entries.push([path, 'other', '']))
  parser.on('entry', entry => {
    const kind = /^(?:Old)?File$/.test(entry.type) ? 'file' : entry.type === 'Directory' ? 'folder' : 'other'
    const chunks: Buffer[] = []
    entry.on('data', (chunk: Buffer) => void chunks.push(chunk))
    entry.on('end', () => {
      entries.push([entry.path, kind, kind === 'file' ? Buffer.concat(chunks).toString('latin1') : ''])
    })
  })
  parser.write(archive)
  return entries
}

function outcomeOf(work: () => unknown): string {
  try {
    work()
    return 'read'
  } catch (error) {
    return String((error as {code?: unknown}).code)
  }
}
