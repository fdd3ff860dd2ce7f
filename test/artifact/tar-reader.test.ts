import fc from 'fast-check'
import {Parser} from 'tar'
import {describe, expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {defaultLimits} from '../../src/artifact/limits.ts'
import {tarReader} from '../../src/artifact/tar-reader.ts'
import {file, longName, pax, tar} from '../support/tar.ts'

/** Reads an archive that comes in pieces of these sizes, over and over; gives name and content of each entry. */
function read(archive: Buffer, sizes: readonly number[]): [name: string, content: string][] {
  const attempt = attemptOf('reading x')
  const entries: [string, string][] = []
  const reader = tarReader({
    Parser,
    onEntry(entry) {
      const chunks: Buffer[] = []
      entry.on('data', chunk => void chunks.push(Buffer.from(chunk)))
      entry.on('end', () => void entries.push([entry.path, Buffer.concat(chunks).toString('latin1')]))
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
        const expected = list.map(({name, content, repeat}) => [name.repeat(repeat), content.toString('latin1')])
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
    for (let end = 0; end < archive.length; end += 7) {
      expect(() => read(archive.subarray(0, end), [512])).toThrow(/no archive|cut short/)
    }
    expect(read(archive, [archive.length])).toHaveLength(2)
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

function outcomeOf(work: () => unknown): string {
  try {
    work()
    return 'read'
  } catch (error) {
    return String((error as {code?: unknown}).code)
  }
}
