import {writeSync} from 'node:fs'
import type {Knobs} from './knobs.ts'

/** Where the stand-in prints. Nothing is buffered, as in tazuna. */
export type Output = {
  readonly stdout: (text: string | Uint8Array) => void
  readonly stderr: (text: string | Uint8Array) => void
}

/** Writes to the file descriptors 1 and 2; waits for a slow reader; ends the process as SIGPIPE does. */
export function processOutput(): Output {
  return {
    stdout: text => {
      writeAll(1, toBytes(text))
    },
    stderr: text => {
      writeAll(2, toBytes(text))
    },
  }
}

/** The knobs `rawStdout`, `rawStderr` and `truncate`. */
export function withOutputFaults(output: Output, {rawStdout, rawStderr, truncate}: Knobs): Output {
  let left = truncate ?? Number.POSITIVE_INFINITY
  const shaped: Output = {
    stdout: text => {
      const bytes = toBytes(text)
      output.stdout(bytes.subarray(0, left))
      left = Math.max(0, left - bytes.length)
    },
    stderr: text => {
      output.stderr(text)
    },
  }
  if (rawStdout !== undefined) shaped.stdout(Buffer.from(rawStdout, 'hex'))
  if (rawStderr !== undefined) shaped.stderr(Buffer.from(rawStderr, 'hex'))
  return shaped
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EPIPE') process.exit(141)
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}
