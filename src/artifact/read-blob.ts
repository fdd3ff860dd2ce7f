import {closeSync, createReadStream, fstatSync, openSync, readSync} from 'node:fs'
import type {Transform} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGunzip, createZstdDecompress} from 'node:zlib'

import {WatchError, errorText} from '../errors.ts'
import type {Attempt} from './attempt.ts'
import {abortError} from './network-error.ts'
import {isSystemError, toStoreError} from './store-error.ts'

export type ReadBlobOptions = {
  /** Gets the bytes piece by piece; what it throws ends the reading. */
  readonly onChunk: (chunk: Buffer) => void
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

/** Bytes at a time. The decompressor is at work on the next ones while these are taken: it should rarely wait for a read. */
const readSize = 1024 * 1024
const chunkSize = 256 * 1024

/** Reads a file as it is. */
export async function readPlain(file: string, options: ReadBlobOptions): Promise<void> {
  try {
    await pipeline(createReadStream(file, {highWaterMark: readSize}), takeAll(options), {signal: options.signal})
  } catch (error) {
    throw toReadError(error, options)
  }
}

/**
 * Reads a file that may be compressed with gzip or zstd, which its first bytes tell: media types are often wrong. What is
 * cut short, damaged, or followed by something else is `ARTIFACT_ARCHIVE_CORRUPT`.
 */
export async function readDecompressed(file: string, options: ReadBlobOptions): Promise<void> {
  try {
    const {decompressor, size} = inspect(file)
    if (decompressor === null) {
      await readPlain(file, options)
      return
    }
    const source = createReadStream(file, {highWaterMark: readSize})
    await pipeline(source, decompressor, takeAll(options), {signal: options.signal})
    if (decompressor.bytesWritten !== size) throw options.attempt.error('ARTIFACT_ARCHIVE_CORRUPT', trailing)
  } catch (error) {
    throw toReadError(error, options)
  }
}

function takeAll({onChunk}: ReadBlobOptions) {
  return async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) onChunk(chunk)
  }
}

const trailing = 'something follows the end of the compressed data'

/** Of gzip and zstd; null when it starts with neither. */
export function codecOf(start: Buffer): 'gzip' | 'zstd' | null {
  if (start.subarray(0, 2).equals(Buffer.of(0x1f, 0x8b))) return 'gzip'
  return start.subarray(0, 4).equals(Buffer.of(0x28, 0xb5, 0x2f, 0xfd)) ? 'zstd' : null
}

type Decompressor = Transform & {readonly bytesWritten: number}

function inspect(path: string): {decompressor: Decompressor | null; size: number} {
  const file = openSync(path, 'r')
  try {
    const start = Buffer.alloc(4)
    const codec = codecOf(start.subarray(0, readSync(file, start)))
    const {size} = fstatSync(file)
    if (codec === null) return {decompressor: null, size}
    return {decompressor: codec === 'gzip' ? createGunzip({chunkSize}) : createZstdDecompress({chunkSize}), size}
  } finally {
    closeSync(file)
  }
}

function toReadError(error: unknown, {attempt, signal}: ReadBlobOptions): unknown {
  if (error instanceof WatchError) return error
  if (signal.aborted) return abortError(signal, attempt)
  if (isSystemError(error)) return toStoreError(error, attempt)
  const {code = ''} = error as {code?: string}
  // how a pipeline ends when a decompressor is given more after its end
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR')
    return attempt.error('ARTIFACT_ARCHIVE_CORRUPT', trailing)
  if (!/^(?:Z_|ZSTD_)/.test(code)) return error
  return attempt.error('ARTIFACT_ARCHIVE_CORRUPT', `it cannot be decompressed: ${errorText(error)}`, {cause: error})
}
