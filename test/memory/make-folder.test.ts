import {stat, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {expect, it} from 'vitest'

import {makeFolder} from '../../src/memory/make-folder.ts'
import {tempDir} from '../support/temp-dir.ts'

it('makes a folder with those above it, for its owner alone', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'a/b/c')
  await makeFolder(path)
  await makeFolder(path)
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  expect((await stat(join(dir.path, 'a'))).mode & 0o777).toBe(0o700)
})

it('ends where a folder is there and takes none', async () => {
  await expect(makeFolder('/proc/self/no-folder/below')).rejects.toMatchObject({code: 'ENOENT', syscall: 'mkdir'})
})

it('says where something else is in the way', async () => {
  await using dir = await tempDir()
  await writeFile(join(dir.path, 'file'), '')
  await expect(makeFolder(join(dir.path, 'file/below'))).rejects.toMatchObject({code: 'ENOTDIR'})
})
