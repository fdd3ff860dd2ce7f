import {execFile} from 'node:child_process'
import {existsSync, statSync} from 'node:fs'
import {mkdir, mkdtemp, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'

import {describe, expect, it} from 'vitest'

import {moveTree} from '../../src/commands/move-tree.ts'
import {readTree} from '../artifact/read-tree.ts'
import {tempDir} from '../support/temp-dir.ts'

describe('moveTree', () => {
  it('moves everything, and leaves the folder that it came from empty', async () => {
    await using dir = await tempDir()
    await dir.write('from/a/b', 'x', 0o755)
    await dir.write('from/.hidden', 'y')
    await moveTree(join(dir.path, 'from'), join(dir.path, 'to/below'), 'to/below')
    expect(await readTree(join(dir.path, 'to/below'))).toEqual({'.hidden': '644 y', a: '755 folder', 'a/b': '755 x'})
    expect(await readdir(join(dir.path, 'from'))).toEqual([])
  })

  it('does not touch a folder that was filled meanwhile', async () => {
    await using dir = await tempDir()
    await dir.write('from/a', 'new')
    await dir.write('to/a', 'old')
    await expect(moveTree(join(dir.path, 'from'), join(dir.path, 'to'), 'to')).rejects.toMatchObject({
      name: 'UsageError',
    })
    expect(await readTree(dir.path)).toMatchObject({'from/a': '644 new', 'to/a': '644 old'})
  })
})

const memory = '/dev/shm'
const isOther = existsSync(memory) && statSync(memory).dev !== statSync(tmpdir()).dev

/** A pipe can be renamed, but not copied: so the second of two entries fails. */
describe.skipIf(!isOther)('moveTree to another file system', () => {
  it.each([
    ['an absent folder', 'a/b', []],
    ['an empty one', 'there', ['there']],
  ])('leaves nothing in %s when something cannot be copied', async (_title, to, expected) => {
    await using dir = await tempDir()
    const other = await mkdtemp(join(memory, 'tw-test-'))
    try {
      await mkdir(join(other, 'there'))
      if (to !== 'there') await rm(join(other, 'there'), {recursive: true})
      await dir.write('from/a', 'x')
      await promisify(execFile)('mkfifo', [join(dir.path, 'from/b')])
      await expect(moveTree(join(dir.path, 'from'), join(other, to), to)).rejects.toMatchObject({
        code: 'ARTIFACT_STORE_IO',
        message: expect.stringContaining(`writing to ${to}: `) as string,
      })
      expect(await readdir(other, {recursive: true})).toEqual(expected)
    } finally {
      await rm(other, {recursive: true, force: true})
    }
  })
})
