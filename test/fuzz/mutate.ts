import type {Random} from './random.ts'

const characters = [
  '\0',
  '\n',
  '\r',
  '\t',
  ' ',
  '"',
  '\\',
  '=',
  ',',
  ':',
  '@',
  '/',
  '.',
  '%',
  '{',
  '[',
  '\u009B',
  '\uFFFD',
]
const beyondAscii = ['é', 'e\u0301', '設', '\u202E', '\u200B', '\uD800', '😀']

/** Changes a text in one to four places; `words` are what its grammar knows. */
export function mutateText(text: string, words: readonly string[], random: Random): string {
  let changed = text
  for (let count = 1 + random.int(4); count > 0; count -= 1) changed = changeText(changed, words, random)
  return changed
}

function changeText(text: string, words: readonly string[], random: Random): string {
  const at = random.int(text.length + 1)
  const end = Math.min(text.length, at + random.int(12))
  const [before, inside, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)]
  switch (random.int(9)) {
    case 0:
      return before + after
    case 1:
      return before + inside + inside + after
    case 2:
      return before + random.pick(words) + inside + after
    case 3:
      return before + random.pick(words) + after
    case 4:
      return before + random.pick(characters) + inside + after
    case 5:
      return before + random.pick(beyondAscii) + inside + after
    case 6:
      return before + String.fromCharCode(random.int(0x110)) + inside.slice(1) + after
    case 7:
      // rarely much of something
      return before + (inside || 'a').repeat(random.chance(0.02) ? 300 : 3) + after
    default:
      return random.chance(0.5) ? before : after
  }
}

/** Changes bytes in one to four places. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let changed = bytes
  for (let count = 1 + random.int(4); count > 0; count -= 1) changed = changeBytes(changed, random)
  return changed
}

const interesting = [0x00, 0xff, 0x80, 0x7f, 0x20, 0x2f, 0x2e, 0x30, 0x37, 0x5c, 0x0a, 0x1f, 0x8b]

function changeBytes(bytes: Buffer, random: Random): Buffer {
  const at = random.int(bytes.length + 1)
  const end = Math.min(bytes.length, at + random.int(600))
  switch (random.int(7)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)])
    case 2:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)])
    case 3:
      return withByte(bytes, at, random.pick(interesting))
    case 4:
      return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << random.int(8)))
    case 5:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.alloc(random.int(1100), random.pick(interesting)),
        bytes.subarray(at),
      ])
    default:
      return withByte(bytes, at, random.int(256))
  }
}

function withByte(bytes: Buffer, at: number, byte: number): Buffer {
  const changed = Buffer.from(bytes)
  if (at < changed.length) changed[at] = byte
  return changed
}
