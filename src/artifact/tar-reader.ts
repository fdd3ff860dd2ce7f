import type {WatchError} from '../errors.ts'
import type {Attempt} from './attempt.ts'
import {extendedTypes, isAllZero, parseExtendedHeader, type ExtendedHeader} from './extended-header.ts'
import type {Limits} from './limits.ts'
import {codecOf} from './read-blob.ts'
import {blockSize, hasKnownMagic, hasRightChecksum, parseTarHeader, readOctal, type TarHeader} from './tar-header.ts'
import {oneLine} from '../one-line.ts'
import type {FileWriter} from './tree-writer.ts'

/** Takes a tar stream piece by piece, of any size. Throws at the first thing that is wrong. */
export type TarReader = {
  write(chunk: Buffer): void
  /** Throws unless the archive was whole. */
  end(): void
}

/** `type` is `0` of every file, and `5` of every folder; others are as in the archive. */
export type TarEntry = TarHeader & {readonly size: number}

export type TarReaderOptions = {
  /** Gets each entry, of whatever type; says where its content goes. */
  readonly onEntry: (entry: TarEntry) => FileWriter | null
  /** What it means when it is no tar archive at all. */
  readonly notTar: () => WatchError
  readonly limits: Pick<Limits, 'extendedHeader'>
  readonly attempt: Attempt
}

const nothing = Buffer.alloc(0)

/**
 * A strict reader: what others mend, guess or take in different ways is refused, so that nobody sees another tree in an
 * archive than we do. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function tarReader({onEntry, notTar, limits, attempt}: TarReaderOptions): TarReader {
  const corrupt = (what: string) => {
    const where = lastName === '' ? '' : `, after the header of entry "${oneLine(lastName, 200)}"`
    return attempt.error('ARTIFACT_ARCHIVE_CORRUPT', `${what}${where}`)
  }
  const invalid = (what: string) => corrupt(`it is not a valid tar archive: ${what}`)
  /** What came of a header, with its text if it is an extended one. */
  let header: Buffer = nothing
  let headerSize = blockSize
  /** What extended headers said of the entry to come. */
  let extended: ExtendedHeader = {}
  let lastName = ''
  let file: FileWriter | null = null
  let contentLeft = 0
  let paddingLeft = 0
  let zeroBlocks = 0
  let isFirst = true

  function takeContent(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + contentLeft)
    contentLeft -= end - at
    file?.write(chunk.subarray(at, end))
    if (contentLeft === 0) file?.close()
    return end
  }

  function takePadding(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + paddingLeft)
    paddingLeft -= end - at
    return end
  }

  function takeHeader(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + headerSize - header.length)
    const piece = chunk.subarray(at, end)
    header = header.length === 0 ? piece : Buffer.concat([header, piece])
    if (header.length < headerSize) return end
    const whole = header
    header = nothing
    if (whole.length === blockSize) takeBlock(whole)
    else takeExtended(whole)
    return end
  }

  function takeBlock(block: Buffer): void {
    const isEmpty = block[0] === 0 && isAllZero(block)
    const isHeader = isEmpty || hasRightChecksum(block)
    if (isFirst && (!isHeader || codecOf(block) !== null)) throw noTar(block)
    if (!isHeader) throw invalid('a header has a wrong checksum')
    isFirst = false
    if (isEmpty) {
      zeroBlocks += 1
      return
    }
    if (zeroBlocks > 0) throw corrupt('an empty block is followed by more')
    if (!hasKnownMagic(block)) throw invalid('a header has an unknown magic')
    const parsed = parseTarHeader(block, attempt, extended)
    if (extendedTypes.includes(parsed.type)) beginExtended(block, parsed)
    else beginEntry(parsed)
  }

  function beginEntry({type, ...parsed}: TarHeader): void {
    const {path: name = parsed.name, linkpath: linkName = parsed.linkName, size = parsed.size} = extended
    extended = {}
    if (name === '') throw invalid('an entry has no name')
    lastName = name
    if (size === null) throw invalid('an entry has no readable size')
    if (linkName !== '' && type !== '1' && type !== '2') throw invalid('what is no link has a target')
    const isFolder = type === '5' || (type === '0' && name.endsWith('/'))
    // some readers pass over it, others take it for the next headers
    if (isFolder && size > 0) throw invalid('a folder has content')
    contentLeft = size
    paddingLeft = toBlocks(size) - size
    file = onEntry({type: isFolder ? '5' : type, name, linkName, size})
    if (contentLeft === 0) file?.close()
  }

  /** Its text comes next. */
  function beginExtended(block: Buffer, {type, name}: TarHeader): void {
    if (name === '') throw invalid('an extended header has no name')
    // some readers put together what the two say, others take the later one
    if ((type === 'x' || type === 'g') && Object.keys(extended).length > 0) {
      throw invalid('an extended header is followed by another one')
    }
    const size = extendedSize(block)
    if (size === 0) return
    header = block
    headerSize += toBlocks(size)
  }

  function extendedSize(block: Buffer): number {
    const size = readOctal(block.subarray(124, 136))
    if (size === null) throw corrupt('an extended header has no readable size')
    if (size <= limits.extendedHeader) return size
    throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `an extended header has ${size} bytes`)
  }

  function takeExtended(whole: Buffer): void {
    const text = whole.subarray(blockSize, blockSize + extendedSize(whole))
    const said = parseExtendedHeader(parseTarHeader(whole, attempt).type, text, attempt)
    const twice = Object.keys(said).find(key => key in extended)
    if (twice !== undefined) throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `two headers give the ${twice} of an entry`)
    extended = {...extended, ...said}
    headerSize = blockSize
  }

  function noTar(start: Buffer): WatchError {
    return codecOf(start) === null ? notTar() : corrupt('it is compressed twice')
  }

  return {
    write(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (zeroBlocks === 2) {
          if (!isAllZero(chunk.subarray(at))) throw corrupt('something follows its end')
          return
        }
        if (contentLeft > 0) at = takeContent(chunk, at)
        else if (paddingLeft > 0) at = takePadding(chunk, at)
        else at = takeHeader(chunk, at)
      }
    },
    end() {
      if (isFirst) throw noTar(header)
      if (contentLeft > 0 || paddingLeft > 0 || header.length > 0) throw corrupt('it is cut short')
      if (zeroBlocks < 2) throw corrupt('it has no end, so it may be cut short')
      if (Object.keys(extended).length > 0) throw invalid('an extended header is followed by no entry')
    },
  }
}

/** Content is filled up to whole blocks. */
function toBlocks(size: number): number {
  return Math.ceil(size / blockSize) * blockSize
}
