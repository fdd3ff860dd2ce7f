/**
 * Prose in lines of at most `width` columns; further lines begin with `indent` spaces. Neither a word nor what
 * stands in back-ticks is cut, so a longer one stands on a line of its own. The first line has `used` columns before it.
 */
export function wrap(text: string, width: number, indent: number, used: number): string {
  const lines: string[] = []
  let line = ''
  let room = width - used
  for (const word of text.match(/(?:`[^`]*`|[^ `])+|`/g) ?? []) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
      room = width - indent
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}
