import {randomBytes} from 'node:crypto'
import {closeSync, openSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'

import {writeBehind} from '../../src/artifact/write-behind.ts'
import {tempDir} from '../support/temp-dir.ts'

describe('writeBehind', () => {
  it.each([0, 1, 1024 * 1024 - 1, 1024 * 1024, 20_000_001])('writes %i bytes in their order', async size => {
    await using dir = await tempDir()
    const bytes = randomBytes(size)
    const path = join(dir.path, 'file')
    const descriptor = openSync(path, 'w')
    const file = writeBehind(descriptor)
    for (let at = 0; at < size; at += 50_000) await file.write(bytes.subarray(at, at + 50_000))
    await file.end()
    closeSync(descriptor)
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it('does not wait for what is small, and waits for one batch at a time', async () => {
    await using dir = await tempDir()
    const descriptor = openSync(join(dir.path, 'file'), 'w')
    const file = writeBehind(descriptor)
    expect(file.write(Buffer.alloc(1024))).toBeUndefined()
    expect(file.write(Buffer.alloc(1024 * 1024))).toBeInstanceOf(Promise)
    await file.end()
    closeSync(descriptor)
  })

  it('tells what the file system said, at the next write or at the end, and settles all the same', async () => {
    await using dir = await tempDir()
    const descriptor = openSync(await dir.write('file', ''), 'r')
    for (const next of ['write', 'end'] as const) {
      const file = writeBehind(descriptor)
      const batch = Buffer.alloc(1024 * 1024)
      await file.write(batch)
      await expect(next === 'write' ? file.write(batch) : file.end()).rejects.toMatchObject({code: 'EBADF'})
      await expect(file.settle()).resolves.toBeUndefined()
    }
    closeSync(descriptor)
  })
})
