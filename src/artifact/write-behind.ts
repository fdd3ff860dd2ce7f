import {writev} from 'node:fs'

import {writeAll} from './write-all.ts'

/** Writes to an open file what comes piece by piece. */
export type WriteBehind = {
  /** Takes a piece; resolves when the next one may come. Rejects with what the file system says, perhaps of one before. */
  write(chunk: Buffer): Promise<void> | undefined
  /** Resolves when all is written. */
  end(): Promise<void>
  /** Resolves when nothing is being written any more: only then may the file be closed. Never rejects. */
  settle(): Promise<void>
}

/** Bytes that go to the other thread at once: with fewer, going there takes longer than writing. */
const batchSize = 1024 * 1024

/** Large files are written in another thread, while this one fetches and hashes what comes next. */
export function writeBehind(descriptor: number): WriteBehind {
  let batch: Buffer[] = []
  let size = 0
  let writing: Promise<void> = Promise.resolve()

  async function flush(): Promise<void> {
    const full = batch
    batch = []
    size = 0
    await writing
    writing = writeBatch(descriptor, full)
    // it is told by the next write, or by the end
    writing.catch(() => undefined)
  }

  return {
    write(chunk) {
      batch.push(chunk)
      size += chunk.length
      return size < batchSize ? undefined : flush()
    },
    async end() {
      await writing
      for (const chunk of batch) writeAll(descriptor, chunk)
    },
    settle: () => writing.catch(() => undefined),
  }
}

async function writeBatch(descriptor: number, batch: Buffer[]): Promise<void> {
  const written = await new Promise<number>((resolve, reject) => {
    writev(descriptor, batch, (error, count) => (error === null ? resolve(count) : reject(error)))
  })
  const size = batch.reduce((sum, chunk) => sum + chunk.length, 0)
  if (written < size) writeAll(descriptor, Buffer.concat(batch).subarray(written))
}
