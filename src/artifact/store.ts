import {randomUUID} from 'node:crypto'
import {
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'

import {errorText} from '../errors.ts'
import {makeFolder} from '../memory/make-folder.ts'
import {toFileName} from './digest.ts'
import {isSystemError} from './store-error.ts'
import {keptFirst} from './store-registry.ts'
import type {Registry} from './registry.ts'

/**
 * Keeps the bytes of the last artifacts in a folder, so that an artifact is fetched once and not in every run. They are
 * kept as the registry sent them, each under its digest, and unpacked anew into a private folder by every run. So there is
 * nothing in the store to be trusted: what is read from it is checked as if a registry had sent it, and whatever a crash,
 * a power cut, another program or a run itself did to it is noticed, and fetched again. It needs no lock for the same
 * reason: an entry is made aside and put in its place by one rename, and of two runs that do so either one is right.
 *
 *     FOLDER/sha256-…/sha256-…    an artifact by its own digest, and its manifests and layers by theirs
 *     FOLDER/.new-… .old-…        one that is being made, or removed
 */
export type Store = {
  /** Asks the store first, and the registry for what is not kept of this artifact or is not what it was. */
  open(digest: string, registry: Registry): StoredArtifact
}

export type StoredArtifact = {
  readonly registry: Registry
  /** Keeps the artifact, unless all of it came from here. Never throws: the run goes on without. */
  keep(parts: Kept): void
}

export type Kept = {
  readonly documents: readonly {readonly digest: string; readonly bytes: Buffer}[]
  /** The digests of the layers, and where their bytes are now: the files may be moved away. */
  readonly blobs: readonly string[]
  readonly fileOf: (digest: string) => string
}

export type StoreOptions = {
  /** Absolute. It is made, for its owner only, if it is not there. */
  readonly folder: string
  readonly now: () => number
  /** Told what came of it: `isTrouble` when somebody should look. */
  readonly onNote: (note: {text: string; isTrouble: boolean}) => void
}

/** Artifacts that are kept: the one of now, and two to go back to. */
const mostKept = 3
/** Milliseconds after which nobody can still be at work on an entry: moving the layers takes seconds. */
const staleAfter = 10 * 60_000

const entryName = /^sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{128})$/
const leftoverName = /^\.(?:new|old)-[0-9a-f-]{36}$/

/** Makes its folder and removes what killed runs left in it. Where that fails, nothing is kept. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const {folder, now, onNote} = options
  const trouble = (what: string, error: unknown) =>
    onNote({text: `${what} ${folder}: ${errorText(error)}; the run goes on without it`, isTrouble: true})
  try {
    await makeFolder(folder)
    removeLeftovers(folder, now())
  } catch (error) {
    trouble('using the cache', error)
    return {open: (_, registry) => ({registry, keep: () => undefined})}
  }
  return {
    open(digest, registry) {
      const entry = join(folder, toFileName(digest))
      let missing = 0
      let isDamaged = false
      const onMissing = (problem: string | null) => {
        missing += 1
        if (problem === null || isDamaged) return
        isDamaged = true
        onNote({text: `the cache ${folder} is damaged, fetching again: ${problem}`, isTrouble: true})
      }
      return {
        registry: keptFirst(registry, entry, onMissing),
        keep(parts) {
          try {
            if (missing === 0) utimesSync(entry, now() / 1000, now() / 1000)
            else putEntry(entry, parts, options)
            removeOldest(folder, entry)
            if (missing === 0) onNote({text: `${digest} is in the cache: nothing was fetched`, isTrouble: false})
          } catch (error) {
            trouble('writing to the cache', error)
          }
        },
      }
    },
  }
}

function putEntry(entry: string, {documents, blobs, fileOf}: Kept, {folder, now}: StoreOptions): void {
  const made = join(folder, `.new-${randomUUID()}`)
  try {
    mkdirSync(made, {mode: 0o700})
    for (const {digest, bytes} of documents) writeFileSync(join(made, toFileName(digest)), bytes)
    for (const digest of new Set(blobs)) moveFile(fileOf(digest), join(made, toFileName(digest)))
    // what is there is not whole
    removeEntry(entry, folder)
    utimesSync(made, now() / 1000, now() / 1000)
    renameSync(made, entry)
  } catch (error) {
    rmSync(made, {recursive: true, force: true})
    // another run was faster
    if (!isSystemError(error) || (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST')) throw error
  }
}

/** What has a second name is in the tree of the run, which may write into it. */
function moveFile(from: string, to: string): void {
  if (lstatSync(from).nlink === 1) {
    try {
      renameSync(from, to)
      return
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'EXDEV') throw error
    }
  }
  copyFileSync(from, to, constants.COPYFILE_EXCL)
}

/** Away at once, so that no other run finds a half of it. */
function removeEntry(entry: string, folder: string): void {
  const old = join(folder, `.old-${randomUUID()}`)
  try {
    renameSync(entry, old)
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return
    throw error
  }
  rmSync(old, {recursive: true, force: true})
}

function removeOldest(folder: string, current: string): void {
  const entries = readdirSync(folder).filter(name => entryName.test(name))
  const others = entries.map(name => join(folder, name)).filter(path => path !== current)
  const byAge = others.map(path => ({path, at: timeOf(path)})).toSorted((a, b) => b.at - a.at)
  for (const {path} of byAge.slice(mostKept - 1)) removeEntry(path, folder)
}

function removeLeftovers(folder: string, now: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!leftoverName.test(name) || Math.abs(now - timeOf(path)) < staleAfter) continue
    rmSync(path, {recursive: true, force: true})
  }
}

/** Zero for what another run has just removed. */
function timeOf(path: string): number {
  return lstatSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0
}
