/**
 * What of our markdown is not in code, so what markdown and GitHub could give a meaning. Reads what our reports use of
 * it: fences, code spans (which end at the next run of as many ticks), `<code>` on one line, cells with escaped pipes.
 * https://github.github.com/gfm/#code-spans
 */
export function outsideCode(markdown: string): string {
  const kept: string[] = []
  let fence: string | null = null
  for (const line of markdown.split('\n')) {
    const ticks = /^ *(`{3,})[^`]*$/.exec(line)?.[1] ?? null
    if (fence === null && ticks !== null) fence = ticks
    else if (fence === null) kept.push(outsideSpans(line))
    else if (ticks !== null && ticks.length >= fence.length && /^ *`+ *$/.test(line)) fence = null
  }
  if (fence !== null) throw new Error('a block of code does not end')
  return kept.join('\n')
}

function outsideSpans(line: string): string {
  const html = line.replaceAll(/<code>[^<]*<\/code>/g, '')
  const cells = html.startsWith('|') ? html.split(/(?<!\\)\|/) : [html]
  return cells.map(withoutSpans).join('|')
}

function withoutSpans(text: string): string {
  let rest = text
  let outside = ''
  for (;;) {
    const open = /`+/.exec(rest)
    if (open === null) return outside + rest
    const [ticks] = open
    const after = rest.slice(open.index + ticks.length)
    const close = new RegExp(`(?<!\`)${ticks}(?!\`)`).exec(after)
    outside += rest.slice(0, open.index)
    if (close === null) return outside + ticks + after
    rest = after.slice(close.index + ticks.length)
  }
}
