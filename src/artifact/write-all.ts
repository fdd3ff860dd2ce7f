import {writeSync} from 'node:fs'

/** Writes a chunk at the end of an open file; one call may take only a part of it. */
export function writeAll(descriptor: number, chunk: Buffer): void {
  let written = 0
  while (written < chunk.length) written += writeSync(descriptor, chunk, written)
}
