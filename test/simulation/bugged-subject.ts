import {cp, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'

import type {Subject} from './subject.ts'

/** One change of the source: `find` stands in `file` exactly once, so that no bug rots without being noticed. */
export type Change = {readonly file: string; readonly find: string; readonly put: string}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A copy of the source with a bug, ready to run; disposing removes it. Node runs the copy as it is. */
export async function buggedSubject(changes: readonly Change[]): Promise<Subject & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'simulation-'))
  const dispose = () => rm(folder, {recursive: true, force: true})
  try {
    await cp(join(root, 'src'), join(folder, 'src'), {recursive: true})
    await cp(join(root, 'package.json'), join(folder, 'package.json'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const change of changes) await apply(folder, change)
    const {watch} = (await importCopy(folder, 'watch.ts')) as Pick<Subject, 'watch'>
    const {WatchError} = (await importCopy(folder, 'errors.ts')) as Pick<Subject, 'WatchError'>
    return {watch, WatchError, [Symbol.asyncDispose]: dispose}
  } catch (error) {
    await dispose()
    throw error
  }
}

async function apply(folder: string, {file, find, put}: Change): Promise<void> {
  const path = join(folder, 'src', file)
  const text = await readFile(path, 'utf8')
  const found = text.split(find).length - 1
  if (found !== 1) throw new Error(`planting a bug: ${file} holds ${found} times what is to be replaced: ${find}`)
  await writeFile(
    path,
    text.replace(find, () => put),
  )
}

function importCopy(folder: string, file: string): Promise<unknown> {
  return import(/* @vite-ignore */ pathToFileURL(join(folder, 'src', file)).href)
}
