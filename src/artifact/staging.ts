import {mkdirSync, mkdtempSync, renameSync, rmSync} from 'node:fs'
import {join, resolve} from 'node:path'

import type {Attempt} from './attempt.ts'
import {toFileName} from './digest.ts'
import {toStoreError} from './store-error.ts'

/** A folder for one pull that only we can enter. */
export type Staging = {
  /** Where the blob of a digest goes. */
  readonly fileOf: (digest: string) => string
  /** Where the tree is made; nobody looks there before it is whole. */
  readonly folder: string
  /** The tree is whole: gives it its name and drops the blobs. Gives its absolute path. */
  finish(digest: string): string
  /** Removes everything. Never throws: what cannot be removed is left to whoever cleans the temporary folder. */
  remove(): void
}

/** Makes a new folder in `tempDir`. Throws `ARTIFACT_STORE_IO`. */
export function openStaging(tempDir: string, attempt: Attempt): Staging {
  try {
    // mkdtemp gives mode 0700
    const root = mkdtempSync(join(resolve(tempDir), 'tazuna-watch-artifact-'))
    const folder = join(root, 'unpacking')
    const blobs = join(root, 'blobs')
    mkdirSync(blobs, {mode: 0o700})
    mkdirSync(folder, {mode: 0o700})
    return {
      fileOf: digest => join(blobs, toFileName(digest)),
      folder,
      finish(digest) {
        const finished = join(root, toFileName(digest))
        try {
          renameSync(folder, finished)
        } catch (error) {
          throw toStoreError(error, attempt)
        }
        removeAll(blobs)
        return finished
      },
      remove: () => removeAll(root),
    }
  } catch (error) {
    throw toStoreError(error, attempt)
  }
}

function removeAll(path: string): void {
  try {
    rmSync(path, {recursive: true, force: true})
  } catch {
    // see remove()
  }
}
