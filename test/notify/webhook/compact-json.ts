/** As the formatter of this repository counts them: letters of Chinese, Japanese and Korean, and emoji, are two wide. */
const columns = 120
const wide = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]|\p{Emoji_Presentation}/gu

/** JSON with everything on one line that fits there: what people read in a diff. */
export function compactJson(value: unknown): string {
  return format(value, '', 0)
}

/** `before`: columns that are taken on the first line. */
function format(value: unknown, indent: string, before: number): string {
  const line = inline(value)
  if (before + widthOf(line) + ','.length <= columns || typeof value !== 'object' || value === null) return line
  const deeper = `${indent}  `
  const lines = Array.isArray(value)
    ? value.map(item => deeper + format(item, deeper, deeper.length))
    : Object.entries(value).map(([key, item]) => {
        const start = `${deeper}${JSON.stringify(key)}: `
        return start + format(item, deeper, start.length)
      })
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const items = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inline(item)}`)
  return `{${items.join(', ')}}`
}

function widthOf(text: string): number {
  return text.length + (text.match(wide) ?? []).filter(character => character.length === 1).length
}
