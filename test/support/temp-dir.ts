import {mkdtemp, mkdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

/** A folder of its own for one test; it goes with `await using`. */
export type TempDir = AsyncDisposable & {
  readonly path: string
  /** Writes a file below the folder and gives its path. */
  write(name: string, text: string, mode?: number): Promise<string>
}

export async function tempDir(): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), 'tw-test-'))
  return {
    path,
    async write(name, text, mode = 0o644) {
      const file = join(path, name)
      await mkdir(dirname(file), {recursive: true})
      await writeFile(file, text, {mode})
      return file
    },
    [Symbol.asyncDispose]: () => rm(path, {recursive: true, force: true}),
  }
}
