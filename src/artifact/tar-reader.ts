import type {Parser, ReadEntry} from 'tar'

import type {WatchError} from '../errors.ts'
import type {Attempt} from './attempt.ts'
import {extendedTypes, hasTextAfterNul, isAllZero, requirePlainExtendedHeader} from './extended-header.ts'
import type {Limits} from './limits.ts'
import {printable} from './printable.ts'
import {codecOf} from './read-blob.ts'

/** Takes a tar stream piece by piece, of any size. Throws at the first thing that is wrong. */
export type TarReader = {
  write(chunk: Buffer): void
  /** Throws unless the archive was whole. */
  end(): void
}

export type TarReaderOptions = {
  /** The class, as it is loaded only when an archive is to be read. */
  readonly Parser: typeof Parser
  /** Gets each entry, of whatever type, and must take its data at once, or let it go. What it throws goes through. */
  readonly onEntry: (entry: ReadEntry) => void
  /** What it means when it is no tar archive at all. */
  readonly notTar: () => WatchError
  readonly limits: Pick<Limits, 'extendedHeader'>
  readonly attempt: Attempt
}

const blockSize = 512
const zeroBlock = Buffer.alloc(blockSize)
const nothing = Buffer.alloc(0)

/**
 * A tar archive by the parser of npm `tar`, which is given one header, one extended header with its text, or a piece of
 * one file's content at a time. So we see each header first, and know where the archive ends: the parser cuts names at a
 * NUL, decompresses by itself, splits characters of long names, and takes an archive without an end, or with more after
 * it. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
 */
export function tarReader({Parser, onEntry, notTar, limits, attempt}: TarReaderOptions): TarReader {
  const corrupt = (what: string) => attempt.error('ARTIFACT_ARCHIVE_CORRUPT', what)
  let header: Buffer = nothing
  let headerSize = blockSize
  let contentLeft = 0
  let zeroBlocks = 0
  let isFirst = true

  const parser = new Parser({strict: true, brotli: false, zstd: false, maxMetaEntrySize: limits.extendedHeader})
  parser.on('error', (error: Error) => {
    throw corrupt(`it is not a valid tar archive: ${printable(error.message)}`)
  })
  parser.on('ignoredEntry', (entry: ReadEntry) => {
    throw attempt.error(
      'ARTIFACT_UNSAFE_ENTRY',
      `entry "${printable(entry.path, 200)}" is neither a file nor a folder (${entry.type})`,
    )
  })
  parser.on('entry', (entry: ReadEntry) => {
    contentLeft = entry.startBlockSize
    onEntry(entry)
  })

  function takeContent(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + contentLeft)
    contentLeft -= end - at
    parser.write(chunk.subarray(at, end))
    return end
  }

  function takeHeader(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + headerSize - header.length)
    const piece = chunk.subarray(at, end)
    header = header.length === 0 ? piece : Buffer.concat([header, piece])
    if (header.length === blockSize && headerSize === blockSize) lookAtBlock()
    if (header.length === headerSize) passHeader()
    return end
  }

  /** The parser would decompress by itself, past our counter of bytes. */
  function requireTar(): void {
    if (codecOf(header) !== null) throw corrupt('it is compressed twice')
    if (header.length < blockSize || !(header.equals(zeroBlock) || hasRightChecksum(header))) throw notTar()
  }

  function lookAtBlock(): void {
    if (isFirst) requireTar()
    isFirst = false
    if (header.equals(zeroBlock)) {
      zeroBlocks += 1
      return
    }
    if (zeroBlocks > 0) throw corrupt('an empty block is followed by more')
    requireWholeName(header, attempt)
    const type = typeOf(header)
    if (!extendedTypes.includes(type)) return
    const size = sizeOf(header)
    if (size === null) throw corrupt('an extended header has no readable size')
    if (size > limits.extendedHeader) {
      throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `an extended header has ${size} bytes`)
    }
    headerSize += Math.ceil(size / blockSize) * blockSize
  }

  function passHeader(): void {
    if (headerSize > blockSize) {
      requirePlainExtendedHeader(typeOf(header), header.subarray(blockSize, blockSize + sizeOf(header)!), attempt)
    }
    const whole = header
    header = nothing
    headerSize = blockSize
    parser.write(whole)
  }

  return {
    write(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (zeroBlocks === 2) {
          if (!isAllZero(chunk.subarray(at))) throw corrupt('something follows its end')
          return
        }
        at = contentLeft > 0 ? takeContent(chunk, at) : takeHeader(chunk, at)
      }
    },
    end() {
      if (isFirst) requireTar()
      if (contentLeft > 0 || header.length > 0) throw corrupt('it is cut short')
      if (zeroBlocks < 2) throw corrupt('it has no end, so it may be cut short')
    },
  }
}

function hasRightChecksum(block: Buffer): boolean {
  const sum = block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0)
  return readOctal(block.subarray(148, 156)) === sum
}

function requireWholeName(block: Buffer, attempt: Attempt): void {
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0'
  const fields = [block.subarray(0, 100), block.subarray(157, 257), isPosix ? block.subarray(345, 475) : nothing]
  const field = fields.find(hasTextAfterNul)
  if (field === undefined) return
  throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `entry "${printable(field.toString(), 200)}" has a NUL in its name`)
}

function typeOf(block: Buffer): string {
  return String.fromCharCode(block[156]!)
}

function sizeOf(block: Buffer): number | null {
  return readOctal(block.subarray(124, 136))
}

function readOctal(field: Buffer): number | null {
  const text = field.toString('latin1').replace(/\0.*$/s, '').trim()
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null
}
