import type {Attempt} from './attempt.ts'
import {printable} from './printable.ts'

/** The types of tar headers that speak of the entry after them: PAX, old PAX, global PAX, GNU long link and names. */
export const extendedTypes: readonly string[] = ['x', 'X', 'g', 'K', 'L', 'N']

const usedKeys = new Set(['path', 'linkpath', 'size'])

/**
 * Refuses what readers of tar take differently: a name with a NUL, where the parser would cut it, or with what makes the
 * parser pass the record over; a record inside another one's value; and sparse files, whose content is not as stored.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
 */
export function requirePlainExtendedHeader(type: string, text: Buffer, attempt: Attempt): void {
  const unsafe = (what: string) => attempt.error('ARTIFACT_UNSAFE_ENTRY', what)
  if (type === 'K' || type === 'L' || type === 'N') {
    if (hasTextAfterNul(text)) throw unsafe(`the long name "${printable(text.toString(), 200)}" holds a NUL`)
    return
  }
  for (const {key, value} of records(text, attempt)) {
    if (usedKeys.has(key) && /[\p{Cc}\uFFFD]/u.test(value)) {
      throw unsafe(`the ${key} "${printable(value, 200)}" holds a control character or is not UTF-8`)
    }
    if (key.startsWith('GNU.sparse.')) throw unsafe('it has a sparse file')
    if (/\n\d+ (?:path|linkpath|size)=/.test(value)) throw unsafe(`the value of ${printable(key, 80)} hides a name`)
  }
}

/** Whether anything but NULs follows the first NUL. */
export function hasTextAfterNul(field: Buffer): boolean {
  const end = field.indexOf(0)
  return end !== -1 && !isAllZero(field.subarray(end))
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
