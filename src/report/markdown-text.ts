import {printableLine, printableLines} from './printable.ts'

/**
 * Foreign text in GitHub's markdown. It only ever stands in code: there a name can be no link, mention, reference to an
 * issue, emoji, picture or HTML. https://github.github.com/gfm/
 */

/** As a code span of one line that nothing can leave. */
export function code(text: string): string {
  const line = oneLine(text)
  if (line.trim() === '') return '`(empty)`'
  const ticks = '`'.repeat(longestRun(line) + 1)
  // one space at each end is taken off again
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : ''
  return ticks + pad + line + pad + ticks
}

/**
 * As a code span in a cell of a table. There a pipe needs a backslash, also in code; whether a backslash before that
 * one takes it away differs between readers of markdown, so it becomes one that looks like it.
 */
export function cell(text: string): string {
  return code(text.replaceAll(/\\+(?=\|)/g, slashes => '∖'.repeat(slashes.length))).replaceAll('|', String.raw`\|`)
}

/** As a block of lines. */
export function block(text: string, language = 'text'): string {
  const lines = harmless(printableLines(text.replaceAll(/\r\n?/g, '\n')))
  const ticks = '`'.repeat(Math.max(3, longestRun(lines) + 1))
  return `${ticks}${language}\n${lines.replace(/\n+$/, '')}\n${ticks}`
}

/** As code in HTML, where markdown has no meaning: the summary of `<details>`. */
export function htmlCode(text: string): string {
  const line = oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<code>${line.trim() === '' ? '(empty)' : line}</code>`
}

/** A sentence of ours that may hold code spans. A word that markdown or GitHub could give a meaning becomes one, too. */
export function prose(text: string): string {
  const words = (oneLine(text).match(/`[^`]+`|[^\s`]+|`|\s+/g) ?? []).map(toProse)
  // two spans that touch would be one
  return words.reduce((all, word) => (all.endsWith('`') && word.startsWith('`') ? `${all} ${word}` : all + word), '')
}

function toProse(word: string): string {
  if (/^`[^`]+`$/.test(word)) return code(word.slice(1, -1))
  return /^\s+$/.test(word) || isPlain(word) ? word : code(word)
}

/** Letters with ordinary punctuation; not what GitHub takes for a web address, a commit or an issue. */
function isPlain(word: string): boolean {
  if (/www\.|GH-\d/i.test(word) || /\b[0-9a-f]{7,40}\b/.test(word)) return false
  return /^["'(]*[\p{L}\p{N}]+(?:[-'’/.][\p{L}\p{N}]+)*["')]*[.,:;!?]*$|^[→—·.,:;!?"'()]+$/u.test(word)
}

function oneLine(text: string): string {
  return harmless(printableLine(text.replaceAll(/[\s\u0085]+/g, ' ')))
}

/** Who looks for hidden marks in a comment finds none of ours. */
function harmless(text: string): string {
  return text.replaceAll('<!--', '<! --')
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)
}
