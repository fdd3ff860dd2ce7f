/** Go's `%q`: a text in double quotes, what cannot be printed escaped. */
export function goQuote(text: string): string {
  return JSON.stringify(text).replaceAll(/\\u00([01][0-9a-f])|[\u007F-\u009F\u2028\u2029]/g, (escape, hex?: string) => {
    if (hex !== undefined) return shortEscapes[hex] ?? `\\x${hex}`
    const code = escape.charCodeAt(0)
    return code === 0x7f ? '\\x7f' : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

const shortEscapes: Readonly<Record<string, string>> = {'07': '\\a', '0b': '\\v'}
