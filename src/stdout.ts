import {fstatSync, writeSync} from 'node:fs'

import type {Output} from './commands/context.ts'

/** The process's stdout, which knows whether all of it was written. */
export type Stdout = Output & {
  /**
   * Resolves once everything was taken, with what went wrong first, or null. A reader that is gone (`| head`) is
   * nothing wrong: the run still delivers, and only the text is lost.
   */
  failure(): Promise<Error | null>
}

export function watchedStdout(stream: NodeJS.WriteStream & {fd: number}): Stdout {
  let failure: Error | null = null
  let written = Promise.resolve()
  const fail = (error: NodeJS.ErrnoException) => void (failure ??= error)
  stream.on('error', fail)
  const put = isFile(stream.fd)
    ? (text: string) => writeAll(stream.fd, Buffer.from(text))
    : (text: string) => new Promise<void>(resolve => stream.write(text, () => resolve()))
  return {
    write(text) {
      written = written.then(() => (failure === null ? put(text) : undefined)).catch(fail)
      return written
    },
    async failure() {
      await written
      return failure !== null && isReaderGone(failure) ? null : failure
    },
    isTTY: stream.isTTY,
    columns: stream.columns ?? 80,
  }
}

function isReaderGone({code}: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET'
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile()
  } catch {
    return false
  }
}

/** The stream of a file asks once and takes the first bytes for all, when the disk is full after them. */
function writeAll(descriptor: number, bytes: Buffer): void {
  let written = 0
  while (written < bytes.length) written += writeSync(descriptor, bytes, written)
}
