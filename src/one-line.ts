/** Foreign text for a message: one line without control and other invisible characters, at most `limit` characters. */
export function oneLine(text: string, limit = 300): string {
  const line = clean(text.slice(0, 8 * limit))
  return line.length > limit ? `${line.slice(0, limit - 1).replace(halfCharacter, '')}…` : line
}

/** Likewise, but its end: of what a program says, the last words tell why it failed. */
export function lastWords(text: string, limit = 300): string {
  const line = clean(text.slice(-8 * limit))
  return line.length > limit ? `…${line.slice(1 - limit).replace(halfCharacter, '')}` : line
}

/** What a cut leaves of a character that takes two places in a string. */
const halfCharacter = /^\p{Cs}|\p{Cs}$/gu

function clean(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}
