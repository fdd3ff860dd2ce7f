import {hash} from 'node:crypto'
import {readFile, readlink, realpath, stat} from 'node:fs/promises'
import {dirname, resolve} from 'node:path'

import type {Memory} from '../model/memory.ts'
import {orAborted} from '../or-aborted.ts'
import {decodeMemory, type WatchIdentity} from './decode.ts'
import {encodeMemory} from './encode.ts'
import {fold, foldedNames} from './fold.ts'
import {toFileTrouble} from './file-trouble.ts'
import {takeLock} from './lock.ts'
import type {Loaded, MemoryStore, MemoryTrouble, Saved, Version} from './memory-store.ts'
import {makeFolder} from './make-folder.ts'
import {removeLeftovers, replaceFile} from './replace-file.ts'

export type FileOptions = WatchIdentity & {
  /** Absolute. Of a symbolic link the file that it leads to is read and replaced. */
  readonly path: string
  /** The version of tazuna-watch. */
  readonly writtenBy: string
  readonly clock: () => Date
  /** Milliseconds to wait for another process that is saving; default 5,000. */
  readonly lockWait?: number
  /** Bytes, of what is read and of what is saved; default 256 MiB. A memory of 100,000 entries has about 20 MB. */
  readonly sizeLimit?: number
}

/** A memory in one file of JSON, which only its owner can read. The version is a hash of its bytes. */
export function fileMemory(options: FileOptions): MemoryStore {
  const {path, cluster, watch, writtenBy, clock, lockWait = 5_000, sizeLimit = 256 * 1024 * 1024} = options

  async function load(): Promise<Loaded> {
    const bytes = await readKept(path, sizeLimit)
    if (bytes === null) return {state: 'loaded', memory: null, version: null}
    if (typeof bytes === 'string') return cannotBeRead(path, bytes)
    const decoded = await decodeMemory(bytes.toString('utf8'), {cluster, watch}, 'delete the file')
    if ('problem' in decoded) return cannotBeRead(path, decoded.problem, decoded.hint)
    return {state: 'loaded', memory: decoded.memory, version: toVersion(bytes)}
  }

  async function save(memory: Memory, version: Version, signal: AbortSignal): Promise<Saved> {
    const {bytes, folded} = pack(memory)
    if (bytes.length > sizeLimit) return tooLarge(path, bytes.length)
    await makeFolder(dirname(path))
    const target = await followLink(path)
    const lock = await takeLock(`${target}.lock`, {clock, wait: lockWait, signal})
    if (lock === null) return inUse(path, target)
    try {
      // first, so that nobody who lost this lock can still replace what is read now
      await removeLeftovers(target, lock)
      const kept = await readKept(target, sizeLimit)
      if (typeof kept === 'string' || (kept === null ? null : toVersion(kept)) !== version) return {state: 'conflict'}
      // a claim is to outlive its process, but a power cut ends what it announces
      const isLasting = memory.claim === null
      if (!(await replaceFile(target, bytes, lock, isLasting))) return {state: 'conflict'}
      return {state: 'saved', version: toVersion(bytes), folded}
    } finally {
      // what was saved is saved: a lock that stays is taken over later
      await lock.release().catch(() => undefined)
    }
  }

  /** Folds only what could not be read again. */
  function pack(memory: Memory): {bytes: Buffer; folded: readonly string[]} {
    let bytes: Buffer = Buffer.alloc(0)
    const folded = fold(memory, sizeLimit, smaller => {
      bytes = Buffer.from(`${encodeMemory(smaller, writtenBy)}\n`)
      return bytes.length
    })
    return {bytes, folded: foldedNames(folded)}
  }

  return {
    keeps: true,
    description: `file ${path}`,
    load: signal => attempt(`reading the memory in ${path}`, signal, load),
    save: (memory, version, signal) =>
      attempt(`saving the memory in ${path}`, signal, () => save(memory, version, signal)),
    close: () => Promise.resolve(),
  }
}

/** Null when there is none; a text says why it cannot be a memory. */
async function readKept(path: string, sizeLimit: number): Promise<Buffer | string | null> {
  try {
    const found = await stat(path)
    // a pipe would never end
    if (!found.isFile()) return 'it is no file'
    return found.size > sizeLimit ? `it has ${found.size} bytes` : await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function toVersion(bytes: Buffer): string {
  return hash('sha256', bytes)
}

/** Where a link leads, also one that leads nowhere yet: all links to one file share its lock. */
async function followLink(path: string): Promise<string> {
  const real = await realpath(path).catch(() => null)
  if (real !== null) return real
  const link = await readlink(path).catch(() => null)
  return link === null ? path : resolve(dirname(path), link)
}

/** Runs it until `signal` is aborted, as a file system of the network may hang; what the file system says against it becomes a value. */
async function attempt<T>(what: string, signal: AbortSignal, run: () => Promise<T>): Promise<T | MemoryTrouble> {
  const interrupted: MemoryTrouble = {
    state: 'unreachable',
    message: `${what}: it was interrupted, or took too long`,
    hint: 'run it again',
  }
  if (signal.aborted) return interrupted
  try {
    return await orAborted(run(), signal)
  } catch (error) {
    const trouble = toFileTrouble(error, what)
    if (trouble !== null) return trouble
    if (signal.aborted) return interrupted
    throw error
  }
}

function cannotBeRead(path: string, problem: string, hint = 'name another file'): MemoryTrouble {
  return {state: 'unusable', message: `reading the memory in ${path}: ${problem}`, hint}
}

function tooLarge(path: string, size: number): MemoryTrouble {
  const message = `saving the memory in ${path}: it would have ${size} bytes, which is more than is read`
  return {state: 'unusable', message, hint: 'split the watch'}
}

function inUse(path: string, target: string): MemoryTrouble {
  return {
    state: 'unreachable',
    message: `saving the memory in ${path}: another process holds ${target}.lock`,
    hint: 'the next run tries again; the lock of a process that died is taken over after a minute',
  }
}
