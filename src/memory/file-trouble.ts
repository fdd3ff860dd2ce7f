import {errorText} from '../errors.ts'
import type {MemoryTrouble} from './memory-store.ts'

/**
 * What an error of the file system means for a memory: `unreachable` where it may be otherwise at the next run. Null
 * for an error of another kind, which is a bug.
 */
export function toFileTrouble(error: unknown, attempt: string): MemoryTrouble | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null
  const code = String(error.code)
  const isNoPlace = code === 'ENOENT' && error.syscall === 'mkdir'
  const [state, hint] =
    (isNoPlace ? noPlace : troubles.get(code)) ??
    (['unusable', 'look at its path and its disk, or name another'] as const)
  return {state, message: `${attempt}: ${errorText(error)}`, hint}
}

const noRight = ['unusable', 'let this user read and write the file and its folder, or name another file'] as const
const noSpace = ['unreachable', 'make room on its disk'] as const
const tooBusy = ['unreachable', 'the machine has no files or memory left: look at what else runs there'] as const
const network = ['unreachable', 'look at the server of this file system; the next run tries again'] as const
const noPlace = ['unusable', 'no folder can be made there: name another file'] as const
const notAFile = ['unusable', 'name another file: this path cannot be one'] as const

const troubles = new Map<string, readonly [MemoryTrouble['state'], string]>([
  ['EACCES', noRight],
  ['EPERM', noRight],
  ['EROFS', ['unusable', 'mount a folder that can be written, or name a file in one']],
  // the file itself is mounted, e.g. with a subPath: it cannot be replaced
  ['EBUSY', ['unusable', 'mount the folder of the file, not the file']],
  ['ENOTDIR', notAFile],
  ['EISDIR', notAFile],
  ['ELOOP', notAFile],
  ['ENAMETOOLONG', notAFile],
  ['ENOSPC', noSpace],
  ['EDQUOT', noSpace],
  ['EFBIG', noSpace],
  ['EMFILE', tooBusy],
  ['ENFILE', tooBusy],
  ['ENOMEM', tooBusy],
  ['EAGAIN', tooBusy],
  ['ESTALE', network],
  ['ETIMEDOUT', network],
  ['EHOSTDOWN', network],
  // another process removed what we wrote: it took over, as we had slept for too long
  ['ENOENT', ['unreachable', 'the next run tries again']],
])
