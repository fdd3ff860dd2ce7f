/** Foreign text for a message: one line without control and other invisible characters, at most `limit` characters. */
export function printable(text: string, limit = 300): string {
  const line = text
    .slice(0, 8 * limit)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line
}
