import {closeSync, constants, copyFileSync, linkSync, mkdirSync, openSync} from 'node:fs'

import type {WatchError} from '../errors.ts'
import type {Attempt} from './attempt.ts'
import type {Limits} from './limits.ts'
import {oneLine} from '../one-line.ts'
import {isSystemError, toStoreError} from './store-error.ts'
import {writeAll} from './write-all.ts'

/**
 * Makes files and folders below a fresh folder of ours, and nothing else: no links, no owner, no times, and nothing that
 * can be run, as tazuna runs nothing of its source. Paths are checked names (entry-name.ts). Nothing that is there is ever
 * opened or replaced. Calls are synchronous: with thousands of small files, going through the thread pool takes longer
 * than the work.
 */
export type TreeWriter = {
  /** Adding a folder again is harmless. */
  addFolder(path: string, attempt: Attempt): void
  /** The file before it must be closed. */
  addFile(path: string, attempt: Attempt): FileWriter
  /** Makes a file of one of ours with mode 0644, which gets another name if `mayLink`, and else is copied. */
  placeFile(path: string, file: {from: string; size: number; mayLink: boolean}, attempt: Attempt): void
  /** Closes what an error left open. */
  close(): void
  readonly files: number
  /** Of all files. */
  readonly bytes: number
}

export type FileWriter = {
  write(chunk: Buffer): void
  close(): void
}

const fileFlags = constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | constants.O_WRONLY

export function treeWriter(root: string, limits: Pick<Limits, 'entries' | 'extracted'>): TreeWriter {
  /** By path in Unicode form C: names that differ only in form are one to some disks. */
  const known = new Map<string, {path: string; isFolder: boolean}>([['', {path: '', isFolder: true}]])
  const made = new Set([''])
  let entries = 0
  let files = 0
  let bytes = 0
  let descriptor: number | null = null

  function count(attempt: Attempt): void {
    entries += 1
    if (entries <= limits.entries) return
    throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `it has more than ${limits.entries} files and folders`)
  }

  /** Whether the path is new. */
  function claim(path: string, isFolder: boolean, attempt: Attempt): boolean {
    const key = path.normalize('NFC')
    const before = known.get(key)
    if (before === undefined) {
      known.set(key, {path, isFolder})
      return true
    }
    if (before.isFolder && isFolder && before.path === path) return false
    const what = before.path !== path ? `has the name of "${oneLine(before.path, 200)}"` : 'is there twice'
    throw unsafe(path, before.isFolder === isFolder ? what : 'is a file and a folder', attempt)
  }

  function makeFolder(path: string, attempt: Attempt): void {
    if (!claim(path, true, attempt)) return
    makeParent(path, attempt)
    onDisk(path, attempt, () => mkdirSync(`${root}/${path}`, 0o755))
    made.add(path)
  }

  function makeParent(path: string, attempt: Attempt): void {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (made.has(parent)) return
    count(attempt)
    makeFolder(parent, attempt)
  }

  function closeFile(): void {
    if (descriptor === null) return
    const open = descriptor
    descriptor = null
    closeSync(open)
  }

  function beginFile(path: string, attempt: Attempt): void {
    count(attempt)
    claim(path, false, attempt)
    makeParent(path, attempt)
    files += 1
  }

  function countBytes(count: number, attempt: Attempt): void {
    bytes += count
    if (bytes > limits.extracted) throw tooMuch(limits, attempt)
  }

  return {
    addFolder(path, attempt) {
      count(attempt)
      makeFolder(path, attempt)
    },
    placeFile(path, {from, size, mayLink}, attempt) {
      beginFile(path, attempt)
      countBytes(size, attempt)
      onDisk(path, attempt, () => place(from, `${root}/${path}`, mayLink))
    },
    addFile(path, attempt) {
      beginFile(path, attempt)
      const open = onDisk(path, attempt, () => openSync(`${root}/${path}`, fileFlags, 0o644))
      descriptor = open
      return {
        write(chunk) {
          countBytes(chunk.length, attempt)
          onDisk(path, attempt, () => writeAll(open, chunk))
        },
        close: () => onDisk(path, attempt, closeFile),
      }
    },
    close: closeFile,
    get files() {
      return files
    },
    get bytes() {
      return bytes
    },
  }
}

/** Copies only where this disk has no links. Neither of both replaces what is there. */
function place(from: string, to: string, mayLink: boolean): void {
  try {
    if (mayLink) linkSync(from, to)
    else copyFileSync(from, to, constants.COPYFILE_EXCL)
  } catch (error) {
    if (!mayLink || (isSystemError(error) && error.code === 'EEXIST')) throw error
    copyFileSync(from, to, constants.COPYFILE_EXCL)
  }
}

export function tooMuch(limits: Pick<Limits, 'extracted'>, attempt: Attempt): WatchError {
  return attempt.error('ARTIFACT_LIMIT_EXCEEDED', `it unpacks to more than ${limits.extracted} bytes`)
}

function unsafe(path: string, what: string, attempt: Attempt): WatchError {
  return attempt.error('ARTIFACT_UNSAFE_ENTRY', `entry "${oneLine(path, 200)}" ${what}`)
}

/** A name that is taken though we did not take it: this disk holds it for another one of ours. */
function onDisk<T>(path: string, attempt: Attempt, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const {code} = isSystemError(error) ? error : {code: ''}
    if (code === 'EEXIST' || code === 'ELOOP') throw unsafe(path, 'has a name that is taken on this disk', attempt)
    if (code === 'ENAMETOOLONG') throw unsafe(path, 'has a name that is too long for this disk', attempt)
    throw toStoreError(error, attempt)
  }
}
