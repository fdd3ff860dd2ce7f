import fc from 'fast-check'
import {execFile} from 'node:child_process'
import {mkdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {gzipSync, zstdCompressSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'

import {requireExecutable} from '../support/executables.ts'
import {tempDir} from '../support/temp-dir.ts'
import {randomTree, withPlainModes, writeTree, type RandomTree} from './random-tree.ts'
import {readTree} from './read-tree.ts'
import {openUnpackWorld} from './unpack-world.ts'

const gnuTar = requireExecutable('tar', 'install GNU tar')
const run = promisify(execFile)

describe.skipIf(gnuTar === null)('unpack beside GNU tar', () => {
  it.each([
    ['v7', false],
    ['oldgnu', true],
    ['gnu', true],
    ['ustar', false],
    ['pax', true],
  ])('makes the same tree of an archive in the format %s', {timeout: 120_000}, async (format, long) => {
    const compress = fc.constantFrom((bytes: Buffer) => bytes, gzipSync, zstdCompressSync)
    await fc.assert(
      fc.asyncProperty(randomTree({long}), compress, fc.boolean(), async (tree, compress, isRooted) => {
        await using packed = await pack(tree, format, isRooted)
        // the format has no room for a name
        fc.pre(packed.bytes !== null)
        await using world = await openUnpackWorld()
        const ours = await world.unpackLayers([{bytes: compress(packed.bytes)}])
        expect(ours.tree).toEqual(withPlainModes(await readTree(packed.unpacked)))
        expect(ours.files).toBe(tree.files.length)
      }),
      {numRuns: 25},
    )
  })
})

/** An archive as GNU tar makes it, and the folder that GNU tar makes of it. */
async function pack(tree: RandomTree, format: string, isRooted: boolean) {
  const dir = await tempDir()
  const [from, archive, unpacked] = [join(dir.path, 'from'), join(dir.path, 'archive.tar'), join(dir.path, 'unpacked')]
  await Promise.all([mkdir(from), mkdir(unpacked)])
  await writeTree(tree, from)
  const names = isRooted ? ['.'] : [...new Set([...tree.files.map(({path}) => path), ...tree.folders].map(topOf))]
  const safe = names.map(name => (name.startsWith('-') ? `./${name}` : name))
  const packing = run('tar', [`--format=${format}`, '-cf', archive, '-C', from, '--', ...safe])
  const isPacked = await packing.then(() => true, isTooLong)
  if (isPacked) await run('tar', ['-xf', archive, '-C', unpacked])
  const bytes = isPacked ? await readFile(archive) : null
  return {bytes, unpacked, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]()}
}

/** Whether a name has no place in the format; another failure is thrown. */
function isTooLong(error: unknown): false {
  if (!/file name is too long/.test((error as {stderr?: string}).stderr ?? '')) throw error
  return false
}

function topOf(path: string): string {
  return path.split('/', 1)[0]!
}
