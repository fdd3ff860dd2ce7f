import {randomUUID} from 'node:crypto'
import {readlinkSync} from 'node:fs'
import {constants, copyFile, link, readFile, stat, writeFile} from 'node:fs/promises'
import {hostname} from 'node:os'
import {setTimeout as sleep} from 'node:timers/promises'

import {removeFile} from './remove-file.ts'

/** A lock that is held. */
export type Lock = {
  /** Names this holding, and no other. */
  readonly id: string
  /** All its files. */
  readonly files: ReadonlySet<string>
  /** Holds it for another minute; false when somebody took it over, because this process slept for too long. */
  renew(): Promise<boolean>
  release(): Promise<void>
}

export type LockOptions = {
  readonly clock: () => Date
  /** Milliseconds to wait for another holder. */
  readonly wait: number
  readonly signal: AbortSignal
}

/** Milliseconds after which nobody can still be at work; the clocks of hosts that share a folder must agree on it. */
const staleAfter = 60_000

/**
 * Takes the lock file at `path`, or gives null when another process holds it for longer than `wait`. Rejects with what
 * the file system says, and with the reason of `signal`.
 *
 * A lock whose holder is dead or too old is not removed (of two that do so, one would remove the new lock of the other)
 * but followed by a next file, named for that very holding: `PATH.ID`. Only one can create it, and whoever did holds the
 * lock. Files are removed first to last, so that a chain whose first file is still the same is whole.
 */
export async function takeLock(path: string, {clock, wait, signal}: LockOptions): Promise<Lock | null> {
  const deadline = performance.now() + wait
  for (;;) {
    signal.throwIfAborted()
    const lock = await tryLock(path, clock)
    if (lock !== null) return lock
    if (performance.now() >= deadline) return null
    await sleep(5 + Math.random() * 20, undefined, {signal})
  }
}

async function tryLock(path: string, clock: () => Date): Promise<Lock | null> {
  const chain: string[] = []
  let first: string | null = null
  for (let file = path; ;) {
    const id = await createFile(path, file, clock())
    if (id !== null) {
      const isWhole = first === null || (await readHolder(path))?.id === first
      if (isWhole) return toLock(path, {files: [...chain, file], id, clock})
      await removeFile(file)
      return null
    }
    const holder = await readHolder(file)
    if (holder === null || isAlive(holder, clock())) return null
    first ??= holder.id
    chain.push(file)
    file = `${path}.${holder.id}`
  }
}

function toLock(path: string, {files, id, clock}: {files: string[]; id: string; clock: () => Date}): Lock {
  const held = new Set(files)
  let last = id
  let renewedAt = Number.NaN
  async function renew(): Promise<boolean> {
    const [next, now] = [`${path}.${last}`, clock()]
    renewedAt = Number.NaN
    const renewed = await createFile(path, next, now)
    if (renewed === null) return false
    held.add(next)
    last = renewed
    renewedAt = now.getTime()
    return true
  }
  /** So lately that nobody can have taken it over since. */
  const isRenewed = () => Math.abs(clock().getTime() - renewedAt) < staleAfter / 2
  return {
    id,
    files: held,
    renew,
    async release() {
      // who took it over goes on with these files
      if (!isRenewed() && !(await renew())) return
      for (const file of held) await removeFile(file)
    },
  }
}

type Holder = {
  readonly id: string
  readonly pid: number
  readonly host: string
  readonly born: number
  readonly at: number
}

/** The id of the new holding of `file`, or null when that is there already. */
async function createFile(path: string, file: string, now: Date): Promise<string | null> {
  const id = randomUUID()
  const holder: Holder = {id, pid: process.pid, host: hostId(), born: performance.timeOrigin, at: now.getTime()}
  const draft = `${path}.${id}.new`
  try {
    await writeFile(draft, JSON.stringify(holder), {flag: 'wx', mode: 0o600})
    // there at once with all that it says: a process killed while it writes leaves no lock of nobody
    return (await createBy(() => link(draft, file))) ? id : null
  } catch (error) {
    if (!hasNoLinks.has(codeOf(error)) || (error as NodeJS.ErrnoException).syscall !== 'link') throw error
    return (await createBy(() => copyFile(draft, file, constants.COPYFILE_EXCL))) ? id : null
  } finally {
    await removeFile(draft)
  }
}

/** File systems without hard links, such as SMB and FAT, say one of these. */
const hasNoLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** False when it is there already, or when who holds the lock has removed the draft with what else lay about. */
async function createBy(create: () => Promise<void>): Promise<boolean> {
  try {
    await create()
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Null when it is not there any more. One that says nothing is just being copied, or never will be finished. */
async function readHolder(file: string): Promise<Holder | null> {
  try {
    const holder = parseHolder(await readFile(file, 'utf8'))
    if (holder !== null) return holder
    const {ino, mtimeMs} = await stat(file)
    return {id: `${ino}-${mtimeMs}`, pid: 0, host: '', born: 0, at: mtimeMs}
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null
    // a file is named for it
    return /^[\da-f-]{36}$/.test(String(holder?.id)) ? (holder as Holder) : null
  } catch {
    return null
  }
}

function isAlive({pid, host, born, at}: Holder, now: Date): boolean {
  if (!(Math.abs(now.getTime() - at) <= staleAfter)) return false
  if (host !== hostId()) return true
  // the first process of a container always has the same number
  if (pid === process.pid) return born === performance.timeOrigin
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

/** Process numbers mean something on one host only, and there in one namespace. */
function hostId(): string {
  return `${hostname()} ${processNamespace()}`
}

/** Not a file of a disk: nothing to wait for. Systems without it have one namespace. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error ? String((error as NodeJS.ErrnoException).code) : ''
}
