import {chmod, mkdir, readdir, stat, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {workFolder} from '../src/work-folder.ts'
import {tempDir} from './support/temp-dir.ts'

describe('workFolder', () => {
  it('makes one folder, when it is asked for, that only we can enter', async () => {
    await using dir = await tempDir()
    await using work = workFolder(dir.path)
    expect(await readdir(dir.path)).toEqual([])
    const root = await work.open()
    const cache = await work.open('cache')
    expect({again: await work.open(), parent: dirname(cache)}).toEqual({again: root, parent: root})
    expect(await readdir(dir.path)).toHaveLength(1)
    expect(((await stat(root)).mode & 0o777).toString(8)).toBe('700')
    expect(await readdir(cache)).toEqual([])
  })

  it('removes all of it when it is disposed, and nothing else', async () => {
    await using dir = await tempDir()
    await dir.write('other', '')
    const work = workFolder(dir.path)
    await mkdir(join(await work.open('cache'), 'deep'))
    await writeFile(join(await work.open(), 'deep.txt'), '')
    await work[Symbol.asyncDispose]()
    expect(await readdir(dir.path)).toEqual(['other'])
  })

  it('can be disposed unused, and when its folder is gone', async () => {
    await using dir = await tempDir()
    await workFolder(dir.path)[Symbol.asyncDispose]()
    const work = workFolder(join(dir.path, 'not-yet'))
    await mkdir(join(dir.path, 'not-yet'))
    await work.open()
    await chmod(join(dir.path, 'not-yet'), 0o500)
    await expect(work[Symbol.asyncDispose]()).resolves.toBeUndefined()
    await chmod(join(dir.path, 'not-yet'), 0o700)
  })

  it('says where it could not make a folder', async () => {
    await using dir = await tempDir()
    const nowhere = join(dir.path, 'nowhere')
    await expect(workFolder(nowhere).open()).rejects.toMatchObject({code: 'ARTIFACT_STORE_IO'})
    await expect(workFolder(nowhere).open()).rejects.toThrow(`making a folder in ${nowhere}: ENOENT`)
  })
})
