import {compareBytes} from './byte-order.ts'

/** A JSON value as Go's `json.Marshal` writes it: keys sorted by bytes, no spaces, `<`, `>`, `&` escaped for HTML. */
export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).toSorted(([a], [b]) => compareBytes(a, b))
    return `{${members.map(([key, member]) => `${goText(key)}:${goJson(member)}`).join(',')}}`
  }
  return typeof value === 'string' ? goText(value) : JSON.stringify(value)
}

function goText(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
