import {open, readdir, rename} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'

import type {Lock} from './lock.ts'
import {removeFile} from './remove-file.ts'

/**
 * Replaces a file as a whole, or makes it, with mode 0600: after a crash it is the old or the new one. False, and
 * nothing changed, when the lock was lost meanwhile. A temporary file is left only by a killed process. `isLasting`: that
 * it is the new one is to outlive a power cut, too. Its bytes always do: else it might be empty after one.
 */
export async function replaceFile(target: string, bytes: Buffer, lock: Lock, isLasting: boolean): Promise<boolean> {
  const temporary = `${target}.${lock.id}.tmp`
  try {
    await writeSynced(temporary, bytes)
    const isHeld = await lock.renew()
    if (isHeld) await rename(temporary, target)
    else await removeFile(temporary)
    // it is replaced; some file systems cannot sync a folder
    if (isHeld && isLasting) await syncFolder(dirname(target)).catch(() => undefined)
    return isHeld
  } catch (error) {
    await removeFile(temporary).catch(() => undefined)
    throw error
  }
}

async function writeSynced(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Removes what killed processes left: temporary files, and locks that have nothing to do with the one that is held. Only who
 * holds the lock may; a process that lost it while asleep then finds its temporary file gone, and replaces nothing.
 */
export async function removeLeftovers(target: string, lock: Lock): Promise<void> {
  const folder = dirname(target)
  const [name, id] = [basename(target), String.raw`[\da-f.-]+`]
  const isLeftover = new RegExp(String.raw`^(${id}\.tmp|lock\.${id}(\.new)?)$`)
  for (const found of await readdir(folder)) {
    const path = join(folder, found)
    if (!found.startsWith(`${name}.`) || !isLeftover.test(found.slice(name.length + 1)) || isOf(lock, path)) continue
    await removeFile(path).catch(() => undefined)
  }
}

/** Also the file of one that has taken it over. */
function isOf({id, files}: Lock, path: string): boolean {
  return files.has(path) || path.endsWith(`.lock.${id}`)
}
