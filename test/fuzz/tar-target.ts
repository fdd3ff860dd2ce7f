import {archiveReader} from '../../src/artifact/archive-reader.ts'
import {attemptOf} from '../../src/artifact/attempt.ts'
import {defaultLimits} from '../../src/artifact/limits.ts'
import type {TreeWriter} from '../../src/artifact/tree-writer.ts'
import {requireThat, type FuzzTarget} from './fuzz-target.ts'
import {isSafePath} from './is-safe-path.ts'
import {makeArchive} from './make-archive.ts'

const limits = {...defaultLimits, file: 100_000}
const attempt = attemptOf('pulling oci://registry.example/acme/config:prod: unpacking layer sha256:0')

const notTar = () => attempt.error('ARTIFACT_LAYOUT_INVALID', 'it is no tar archive')

/** An archive, as it comes out of the decompressor, into a tree that only notes what it is told. */
export const tarTarget: FuzzTarget<Buffer> = {
  name: 'tar',
  makeInput: makeArchive,
  check(archive, random) {
    const whole = read(archive, archive.length)
    const pieces = read(archive, 1 + random.int(1100))
    requireThat(
      JSON.stringify(whole.calls) === JSON.stringify(pieces.calls),
      'it does not matter how it is cut into pieces',
    )
    requireThat(String(whole.error) === String(pieces.error), 'nor for what is wrong with it')
    if (whole.error !== null) throw whole.error
    requireThat(!whole.isOpen, 'the last file is closed')
  },
}

type Reading = {calls: string[]; isOpen: boolean; error: unknown}

function read(archive: Buffer, size: number): Reading {
  const reading: Reading = {calls: [], isOpen: false, error: null}
  try {
    const reader = archiveReader({path: '', tree: notingTree(reading), notTar, limits, attempt})
    for (let at = 0; at < archive.length; at += size) reader.write(archive.subarray(at, at + size))
    reader.end()
  } catch (error) {
    reading.error = error
  }
  return reading
}

function notingTree(reading: Reading): TreeWriter {
  return {
    addFolder(path) {
      requireThat(!reading.isOpen, 'one file at a time')
      requireThat(isSafePath(path, true), `the folder ${JSON.stringify(path)} stays inside`)
      reading.calls.push(`folder ${path}`)
    },
    addFile(path) {
      requireThat(!reading.isOpen, 'one file at a time')
      requireThat(isSafePath(path, false), `the file ${JSON.stringify(path)} stays inside`)
      const call = reading.calls.push(`file ${path} `) - 1
      reading.isOpen = true
      return {
        write(chunk) {
          requireThat(reading.isOpen, 'a closed file gets nothing')
          reading.calls[call] += chunk.toString('latin1')
        },
        close() {
          requireThat(reading.isOpen, 'a file is closed once')
          reading.isOpen = false
        },
      }
    },
    placeFile: () => requireThat(false, 'an archive places no other files'),
    close: () => undefined,
    files: 0,
    bytes: 0,
  }
}
