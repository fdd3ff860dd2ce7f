/**
 * Foreign text in Slack's markup. `*`, `_`, `~` and `:x:` have no escape there, so foreign text only ever stands in code
 * spans or plain text objects. https://docs.slack.dev/messaging/formatting-message-text
 */

/**
 * Foreign text for a plain text object: one line, at most `max` UTF-16 units. Nothing is marked up there, but whether
 * Slack reads `&lt;` there is not documented: so the angle brackets become others.
 */
export function plain(text: string, max: number): string {
  const line = flatten(text, max).replaceAll('<', '‹').replaceAll('>', '›')
  return truncate(line, max, text => text.length)
}

/** Foreign text as a code span that nothing can leave; at most `max` UTF-16 units when escaped, without its ticks. */
export function code(text: string, max: number): string {
  return `\`${escape(truncate(flatten(text, max).replaceAll('`', "'"), max, escapedLength))}\``
}

/** A sentence of ours that may hold code spans; what looks like an unfinished one is made plain. */
export function prose(text: string, max: number): string {
  const cut = escape(truncate(flatten(text, max), max, escapedLength))
  const isPaired = /^[^`]*(?:`[^`]+`[^`]+)*(?:`[^`]+`)?$/.test(cut)
  return isPaired ? cut : cut.replaceAll('`', "'")
}

/** A text link, or null unless the URL is a web address of a reasonable length. User and password are left out. */
export function link(url: string | null, label: string): string | null {
  const parsed = url === null ? null : URL.parse(url)
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) return null
  parsed.username = ''
  parsed.password = ''
  const href = escape(parsed.href.replaceAll('|', '%7C'))
  return href.length > 1000 ? null : `<${href}|${label}>`
}

/** The ampersand first: the others bring new ones. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function escapedLength(text: string): number {
  return escape(text).length
}

/**
 * One line without control characters, and without the invisible ones that reorder or hide text. Joiners stay: emoji
 * and some scripts need them. No more is read than could be shown.
 */
function flatten(text: string, max: number): string {
  const line = text
    .slice(0, 8 * max)
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/[\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/gu, '')
    .trim()
  return line === '' ? '(empty)' : line
}

/** Cuts between characters as people see them, and marks the cut. */
function truncate(text: string, max: number, measure: (text: string) => number): string {
  if (measure(text) <= max) return text
  let kept = ''
  let size = 1
  for (const {segment} of new Intl.Segmenter().segment(text.slice(0, max + 1))) {
    size += measure(segment)
    if (size > max) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
