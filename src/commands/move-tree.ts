import {mkdirSync, readdirSync, renameSync, rmSync} from 'node:fs'
import {cp} from 'node:fs/promises'
import {join} from 'node:path'

import {UsageError, WatchError, errorText} from '../errors.ts'

/** Throws `UsageError` unless the folder is absent or empty. `shownAs` is how the user named it. */
export function requireRoom(folder: string, shownAs: string): void {
  let names: string[] = []
  try {
    names = readdirSync(folder)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw noRoom(shownAs, code === 'ENOTDIR' ? 'it is no folder' : errorText(error))
  }
  if (names.length > 0) throw noRoom(shownAs, 'it is not empty')
}

function noRoom(shownAs: string, problem: string): UsageError {
  return new UsageError(`writing to ${shownAs}: ${problem}`, 'name a folder that is absent or empty')
}

/**
 * Moves what is in a folder of ours into another one, which is made if it is absent. Renames, or copies to another file
 * system. Throws `UsageError` when that is no longer empty, and `ARTIFACT_STORE_IO`; then it is as it was before.
 */
export async function moveTree(from: string, to: string, shownAs: string): Promise<void> {
  let made: string | undefined
  const moved: string[] = []
  try {
    made = mkdirSync(to, {recursive: true})
    requireRoom(to, shownAs)
    for (const name of readdirSync(from)) {
      moved.push(join(to, name))
      await move(join(from, name), join(to, name))
    }
  } catch (error) {
    for (const path of made === undefined ? moved : [made]) remove(path)
    throw error instanceof UsageError ? error : toStoreError(error, shownAs)
  }
}

async function move(from: string, to: string): Promise<void> {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await cp(from, to, {recursive: true, errorOnExist: true, force: false})
  }
}

function remove(path: string): void {
  try {
    rmSync(path, {recursive: true, force: true})
  } catch {
    // why it was to be removed says more
  }
}

function toStoreError(error: unknown, shownAs: string): WatchError {
  const hint = 'check free space and rights of the folder'
  return new WatchError('ARTIFACT_STORE_IO', `writing to ${shownAs}: ${errorText(error)}`, {cause: error, hint})
}
