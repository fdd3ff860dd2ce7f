import {open, readdir, rename, rm} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'

import type {Lock} from './lock.ts'

/**
 * Replaces a file as a whole, or makes it, with mode 0600: after a crash it is the old or the new one. False, and
 * nothing changed, when the lock was lost meanwhile. A temporary file is left only by a killed process.
 */
export async function replaceFile(target: string, bytes: Buffer, lock: Lock): Promise<boolean> {
  const temporary = `${target}.${lock.id}.tmp`
  try {
    await writeSynced(temporary, bytes)
    if (!(await lock.renew())) return false
    await rename(temporary, target)
  } finally {
    await rm(temporary, {force: true}).catch(() => undefined)
  }
  // it is replaced; some file systems cannot sync a folder
  await syncFolder(dirname(target)).catch(() => undefined)
  return true
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
    await rm(path, {force: true}).catch(() => undefined)
  }
}

/** Also the file of one that has taken it over. */
function isOf({id, files}: Lock, path: string): boolean {
  return files.has(path) || path.endsWith(`.lock.${id}`)
}
