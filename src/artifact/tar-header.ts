import type {Attempt} from './attempt.ts'
import {oneLine} from '../one-line.ts'

export const blockSize = 512

/** What an extended header says in place of the header's own. */
type Replaced = {readonly path?: string | undefined; readonly linkpath?: string | undefined}

/** What one header of a tar archive says, as somebody else wrote it. */
export type TarHeader = {
  /** One character: `0` of a file, `5` of a folder. */
  readonly type: string
  readonly name: string
  readonly linkName: string
  /** Bytes of content; null when it cannot be read. */
  readonly size: number | null
}

/**
 * Reads a header as POSIX, GNU and star have it. Refuses a name with a NUL inside: some readers end there, others do not.
 * One that an extended header replaces counts for nothing: there Go itself writes such (archive/tar, `formatString`).
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function parseTarHeader(block: Buffer, attempt: Attempt, replaced: Replaced = {}): TarHeader {
  const strict = replaced.path === undefined ? attempt : null
  const name = readText(block, 0, 100, strict)
  const hasPrefix = magicOf(block) === posixMagic
  // star puts times behind a shorter one
  const prefix = hasPrefix ? readText(block, 345, block[475] === 0 ? 475 : 500, strict) : ''
  return {
    // old archives have a NUL
    type: String.fromCharCode(block[156]! || 0x30),
    name: prefix === '' || name === '' ? name : `${prefix}/${name}`,
    linkName: readText(block, 157, 257, replaced.linkpath === undefined ? attempt : null),
    size: readSize(block.subarray(124, 136)),
  }
}

const posixMagic = 'ustar\u000000'
const magics = new Set([posixMagic, 'ustar  \0', '\0'.repeat(8)])

/** That of POSIX, of GNU, or none as before them: with another one some readers join prefix and name, others do not. */
export function hasKnownMagic(block: Buffer): boolean {
  return magics.has(magicOf(block))
}

function magicOf(block: Buffer): string {
  return block.toString('latin1', 257, 265)
}

/** Of all bytes, those of the sum itself taken as spaces. */
export function hasRightChecksum(block: Buffer): boolean {
  let sum = 8 * 0x20
  for (let at = 0; at < blockSize; at += 1) if (at < 148 || at >= 156) sum += block[at]!
  return readOctal(block.subarray(148, 156)) === sum
}

/** Digits that end at a NUL or with the field; spaces around them are usual. */
export function readOctal(field: Buffer): number | null {
  const digits = /^ *([0-7]+) *(?:\0|$)/.exec(field.toString('latin1'))?.[1]
  return digits === undefined ? null : Number.parseInt(digits, 8)
}

/** GNU has sizes that are too large for that in base 256. */
function readSize(field: Buffer): number | null {
  if (field[0] !== 0x80) return readOctal(field)
  const size = Number(`0x${field.toString('hex', 1)}`)
  return Number.isSafeInteger(size) ? size : null
}

/** Up to the first NUL; with an attempt, nothing may stand behind it. */
function readText(block: Buffer, start: number, end: number, attempt: Attempt | null): string {
  let stop = start
  while (stop < end && block[stop] !== 0) stop += 1
  for (let at = attempt === null ? end : stop; at < end; at += 1) {
    if (block[at] === 0 || attempt === null) continue
    const whole = oneLine(block.toString('utf8', start, end), 200)
    throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `entry "${whole}" has a NUL in its name`)
  }
  return block.toString('utf8', start, stop)
}
