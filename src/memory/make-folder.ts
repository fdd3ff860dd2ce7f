import {mkdir} from 'node:fs/promises'
import {dirname} from 'node:path'

/**
 * Makes a folder that only its owner can enter, with those above it. Node's own `recursive` calls a read-only file
 * system "no such file", and never ends where a folder is there and takes none (as below /proc).
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path)
  } catch (error) {
    const parent = dirname(path)
    if (!isAbsent(error) || parent === path) throw error
    await makeFolder(parent)
    await makeOne(path)
  }
}

/** One that is there already is as good; if it is no folder, what is done in it says so. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, {mode: 0o700})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
