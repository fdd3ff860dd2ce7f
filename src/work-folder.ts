import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {WatchError, errorText} from './errors.ts'

/** The private folder for all files of one run; disposing removes it. */
export type WorkFolder = AsyncDisposable & {
  /** Its path, or that of an empty folder in it. Made when first asked for. Throws `ARTIFACT_STORE_IO`. */
  open(name?: string): Promise<string>
  /** A text without the folder's path, which is another one in each run. */
  hide(text: string): string
}

/** In `tempDir`. What cannot be removed at the end is left to whoever cleans that: it fails no run. */
export function workFolder(tempDir: string): WorkFolder {
  let root: string | null = null
  return {
    async open(name) {
      try {
        // mkdtemp gives mode 0700
        root ??= mkdtempSync(join(tempDir, 'tazuna-watch-'))
        if (name === undefined) return root
        const folder = join(root, name)
        mkdirSync(folder)
        return folder
      } catch (error) {
        throw new WatchError('ARTIFACT_STORE_IO', `making a folder in ${tempDir}: ${errorText(error)}`, {cause: error})
      }
    },
    hide: text => (root === null ? text : text.replaceAll(`${root}/`, '')),
    async [Symbol.asyncDispose]() {
      if (root === null) return
      try {
        rmSync(root, {recursive: true, force: true, maxRetries: 3})
      } catch {
        // see above
      }
    },
  }
}
