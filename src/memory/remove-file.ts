import {unlink} from 'node:fs/promises'

/** Removes a file if it is there. `rm` looks at it twice before, which is most of what a small save costs. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
