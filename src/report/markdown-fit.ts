import {counted} from './wording.ts'

/** A part of a document: text that stays whole, or rows that may be left out one by one. */
export type Part = string | Rows

export type Rows = {
  readonly head: string
  readonly rows: readonly string[]
  readonly foot: string
  /** What a row is called. */
  readonly noun: string
  /** The part of the room for rows that it may take before all others; without one it gets what these leave. */
  readonly share?: number
}

/** For the sentence that says what was left out. */
const reserve = 500

/**
 * The parts as one document of at most `limit` bytes. Where they are too long, whole rows are left out from the first
 * that finds no room, and a sentence at the end counts them. Where even the texts are too long only the first stays,
 * and nothing at all where that is too long, too.
 */
export function fit(parts: readonly Part[], limit: number): string {
  const whole = parts.map(part => render(part)).join('')
  if (bytes(whole) <= limit) return whole
  const texts = parts.filter(part => typeof part === 'string')
  const room = limit - reserve - bytes(texts.join(''))
  if (room >= 0) return cut(parts, room)
  const first = `${texts[0] ?? ''}${leftOut(['everything else'])}`
  return bytes(first) <= limit ? first : ''
}

function cut(parts: readonly Part[], room: number): string {
  const tables = parts.filter(part => typeof part !== 'string')
  const kept = new Map<Rows, number>()
  let left = room
  let isFull = false
  for (const rows of tables.filter(({share}) => share !== undefined)) {
    left -= keep(rows, room * rows.share!, kept)
  }
  for (const rows of tables.filter(({share}) => share === undefined)) {
    if (!isFull) left -= keep(rows, left, kept)
    isFull ||= (kept.get(rows) ?? 0) < rows.rows.length
  }
  const document = parts.map(part => (typeof part === 'string' ? part : render(part, kept.get(part) ?? 0)))
  return `${document.join('')}${leftOut(missing(tables, kept))}`
}

/** Remembers how many rows of a part there is room for; the result is the room that they take. */
function keep(part: Rows, room: number, kept: Map<Rows, number>): number {
  let size = bytes(part.head) + bytes(part.foot)
  let count = 0
  for (const row of part.rows) {
    if (size + bytes(row) > room) break
    size += bytes(row)
    count += 1
  }
  kept.set(part, count)
  return count === 0 ? 0 : size
}

function render(part: Part, count = Number.POSITIVE_INFINITY): string {
  if (typeof part === 'string') return part
  const rows = part.rows.slice(0, count)
  return rows.length === 0 ? '' : [part.head, ...rows, part.foot].join('')
}

function missing(tables: readonly Rows[], kept: ReadonlyMap<Rows, number>): string[] {
  const counts = new Map<string, number>()
  for (const part of tables) {
    const count = part.rows.length - (kept.get(part) ?? 0)
    if (count > 0) counts.set(part.noun, (counts.get(part.noun) ?? 0) + count)
  }
  return [...counts].map(([noun, count]) => counted(count, noun))
}

function leftOut(what: readonly string[]): string {
  return what.length === 0 ? '' : `\n**Left out, since this is too much for one page:** ${what.join(', ')}.\n`
}

function bytes(text: string): number {
  return Buffer.byteLength(text)
}
