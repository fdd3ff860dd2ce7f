import {closeSync, createReadStream, fstatSync, openSync, readSync} from 'node:fs'
import type {Transform} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {constants, createGunzip, createZstdDecompress} from 'node:zlib'

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

/** Bytes at a time. */
const readSize = 1024 * 1024
/** Into and out of a decompressor: what is taken from it is garbage afterwards, and should fit into the cache. */
const chunkSize = 128 * 1024
/**
 * What a zstd frame may make us keep in memory, as a power of two: 32 MiB. Decoders need not take more than 8 MiB, and
 * Node's own limit is 128 MiB. https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1.2
 */
const windowLog = 25
const zstdOptions = {chunkSize, params: {[constants.ZSTD_d_windowLogMax]: windowLog}}

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
    await decompress(file, decompressor, options)
    if (decompressor.bytesWritten !== size) throw options.attempt.error('ARTIFACT_ARCHIVE_CORRUPT', trailing)
  } catch (error) {
    throw toReadError(error, options)
  }
}

/**
 * The decompressor works in another thread, and what comes out is taken in this one meanwhile. So the next piece lies
 * ready for it, in one of two buffers: each is filled again when the decompressor is done with it.
 */
async function decompress(path: string, decompressor: Decompressor, options: ReadBlobOptions): Promise<void> {
  const file = openSync(path, 'r')
  const ended = takeOutput(decompressor, options)
  // it may end before all is written, when something follows its end
  let isEnded = false
  const end = ended.then(
    () => void (isEnded = true),
    () => void (isEnded = true),
  )
  try {
    const buffers = [Buffer.allocUnsafe(chunkSize), Buffer.allocUnsafe(chunkSize)] as const
    let before: Promise<void> = Promise.resolve()
    for (let at = 0; ; at += 1) {
      const buffer = buffers[at % 2]!
      const size = readSync(file, buffer)
      if (size === 0 || isEnded) break
      const taken = new Promise<void>(resolve => void decompressor.write(buffer.subarray(0, size), () => resolve()))
      await Promise.race([before, end])
      before = taken
    }
    if (!isEnded) decompressor.end()
    await ended
  } finally {
    decompressor.destroy()
    closeSync(file)
  }
}

/** What comes out is taken a moment later: by then the decompressor is at work again. */
async function takeOutput(decompressor: Decompressor, {onChunk, signal}: ReadBlobOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const chunks: Buffer[] = []
    const take = () => {
      try {
        for (const chunk of chunks.splice(0)) {
          signal.throwIfAborted()
          onChunk(chunk)
        }
      } catch (error) {
        decompressor.destroy(error as Error)
        reject(error)
      }
    }
    decompressor.on('error', reject).on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      queueMicrotask(take)
    })
    decompressor.on('end', () => {
      take()
      resolve()
    })
  })
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
    return {decompressor: codec === 'gzip' ? createGunzip({chunkSize}) : createZstdDecompress(zstdOptions), size}
  } finally {
    closeSync(file)
  }
}

function toReadError(error: unknown, {attempt, signal}: ReadBlobOptions): unknown {
  if (error instanceof WatchError) return error
  if (signal.aborted) return abortError(signal, attempt)
  if (isSystemError(error)) return toStoreError(error, attempt)
  const {code = ''} = error as {code?: string}
  if (!/^(?:Z_|ZSTD_)/.test(code)) return error
  if (code === 'ZSTD_error_frameParameter_windowTooLarge') {
    const what = `its zstd frame needs more than ${2 ** windowLog} bytes of memory`
    return attempt.error('ARTIFACT_LIMIT_EXCEEDED', what, {
      hint: 'compress it with at most `zstd --long=25`, or with gzip',
    })
  }
  return attempt.error('ARTIFACT_ARCHIVE_CORRUPT', `it cannot be decompressed: ${errorText(error)}`, {cause: error})
}
