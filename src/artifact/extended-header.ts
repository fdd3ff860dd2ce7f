import type {Attempt} from './attempt.ts'
import {oneLine} from '../one-line.ts'

/** The types of tar headers that speak of what comes after them: PAX, global PAX, GNU long name and long link. */
export const extendedTypes: readonly string[] = ['x', 'g', 'L', 'K']

/** What they say of the next entry. */
export type ExtendedHeader = {readonly path?: string; readonly linkpath?: string; readonly size?: number}

const usedKeys: readonly string[] = ['path', 'linkpath', 'size'] satisfies (keyof ExtendedHeader)[]

/**
 * Reads the text of an extended header. Refuses what readers of tar take differently: a name with a NUL or what else is
 * no text; a record inside another one's value; a name or size for all entries at once; and sparse files, whose content
 * is not as stored. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
 */
export function parseExtendedHeader(type: string, text: Buffer, attempt: Attempt): ExtendedHeader {
  const unsafe = (what: string) => attempt.error('ARTIFACT_UNSAFE_ENTRY', what)
  if (type === 'L' || type === 'K') {
    const name = text.toString()
    const end = text.indexOf(0)
    if (end !== -1 && !isAllZero(text.subarray(end))) throw unsafe(`the long name "${oneLine(name, 200)}" holds a NUL`)
    return {[type === 'L' ? 'path' : 'linkpath']: name.split('\0', 1)[0]!}
  }
  const said: Record<string, string> = {}
  for (const {key, value} of records(text, attempt)) {
    if (key.startsWith('GNU.sparse.')) throw unsafe('it has a sparse file')
    if (/\n\d+ (?:path|linkpath|size)=/.test(value)) throw unsafe(`the value of ${oneLine(key, 80)} hides a name`)
    if (!usedKeys.includes(key)) continue
    if (/[\p{Cc}\uFFFD]/u.test(value)) {
      throw unsafe(`the ${key} "${oneLine(value, 200)}" holds a control character or is not UTF-8`)
    }
    if (type === 'g') throw unsafe(`a global header gives the ${key} of all entries`)
    said[key] = value
  }
  const {size, ...names} = said
  return size === undefined ? names : {...names, size: readSize(size, attempt)}
}

function readSize(text: string, attempt: Attempt): number {
  const size = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(size)) return size
  throw attempt.error('ARTIFACT_ARCHIVE_CORRUPT', `an extended header gives the size "${oneLine(text, 40)}"`)
}

/** Compares the bytes with themselves, moved by one. */
export function isAllZero(bytes: Buffer): boolean {
  return bytes.length === 0 || (bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1)))
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts the whole record in bytes. */
function* records(text: Buffer, attempt: Attempt): Generator<{key: string; value: string}> {
  let at = 0
  while (at < text.length) {
    const space = text.indexOf(' ', at)
    const digits = text.toString('latin1', at, space === -1 ? at : Math.min(space, at + 8))
    const end = at + Number(digits)
    const equals = text.indexOf('=', space)
    const isRecord = /^[0-9]+$/.test(digits) && space < equals && equals < end && text[end - 1] === 0x0a
    if (!isRecord) {
      throw attempt.error('ARTIFACT_ARCHIVE_CORRUPT', 'an extended header is not as PAX has it')
    }
    yield {key: text.toString('utf8', space + 1, equals), value: text.toString('utf8', equals + 1, end - 1)}
    at = end
  }
}
