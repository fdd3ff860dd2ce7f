import {chmod, lstat, mkdtemp, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'

import {errorText} from '../errors.ts'
import {keepFamilies} from '../metrics/kept-families.ts'
import type {WatchLabels} from '../metrics/watch-labels.ts'

/** What became of the file. `not-kept`: it is new, but nothing of the old one is in it. */
export type FileWritten =
  | {readonly kind: 'written'}
  | {readonly kind: 'not-kept'; readonly detail: string}
  | {readonly kind: 'not-written'; readonly detail: string}

/** No file of ours is nearly as large: 2,000 Manifests make 3 MB. */
const largest = 32 * 1024 * 1024

/** Writes a file so that nobody ever reads half of it, with mode 0644. Never throws. */
export async function replaceFile(path: string, text: string): Promise<FileWritten> {
  try {
    await requireOrdinary(path)
    await writeBeside(path, text)
    return {kind: 'written'}
  } catch (error) {
    return {kind: 'not-written', detail: `writing ${path}: ${errorText(error)}`}
  }
}

/** The same, with the families of the old file that the text does not have. */
export async function updateFile(path: string, text: string, watch: WatchLabels): Promise<FileWritten> {
  const old = await readOld(path)
  if (old.problem !== null) return notKept(await replaceFile(path, text), path, old.problem)
  const kept = keepFamilies(text, old.text, watch)
  const written = await replaceFile(path, kept.text)
  return kept.problem === null ? written : notKept(written, path, kept.problem)
}

type Old = {readonly text: string; readonly problem: string | null}

/** A file that is not there yet is an empty one. */
async function readOld(path: string): Promise<Old> {
  try {
    const size = await requireOrdinary(path)
    if (size > largest) return {text: '', problem: `it has ${size} bytes`}
    return {text: size === 0 ? '' : await readFile(path, 'utf8'), problem: null}
  } catch (error) {
    return {text: '', problem: errorText(error)}
  }
}

/** The size of a file, 0 if it is not there. Throws for anything else: a device would be replaced, a pipe hangs. */
async function requireOrdinary(path: string): Promise<number> {
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (stats === null) return 0
  if (!stats.isFile()) throw new Error('it is there and is no ordinary file')
  return stats.size
}

/** In a folder of its own beside the file: on the same file system, and with a name that nobody else has. */
async function writeBeside(path: string, text: string): Promise<void> {
  const folder = await mkdtemp(join(dirname(path), `.${basename(path)}-`))
  try {
    const file = join(folder, 'new')
    await writeFile(file, text)
    await chmod(file, 0o644)
    await rename(file, path)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

function notKept(written: FileWritten, path: string, problem: string): FileWritten {
  if (written.kind === 'not-written') return written
  const what = 'the gauges of Manifests were not kept, and come back with the next run that checks all'
  return {kind: 'not-kept', detail: `${what}: the old ${path} is not as it was written: ${problem}`}
}
