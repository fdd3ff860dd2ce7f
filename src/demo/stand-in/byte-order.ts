/** Compares as Go's `sort.Strings` does, by the bytes of UTF-8; JavaScript's own order differs beyond U+FFFF. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}

const surrogate = /[\uD800-\uDFFF]/
