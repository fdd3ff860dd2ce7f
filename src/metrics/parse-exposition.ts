import {escapeLabel} from './exposition.ts'
import type {WatchLabels} from './watch-labels.ts'

/** Each family of an exposition as its text, by name; or what is wrong with it. */
export type ParsedExposition = {readonly families: ReadonlyMap<string, string>} | {readonly problem: string}

const help = /^# HELP (\w+) /
const sample =
  /^(\w+)\{(\w+="(?:[^"\\]|\\["\\n])*"(?:,\w+="(?:[^"\\]|\\["\\n])*")*)\} (?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g
/** Names of other versions of us, too. */
const ownName = /^(?:tazuna_watch|drift)_\w+$/

/**
 * Reads what `renderExposition` wrote with these labels, and nothing else: HELP, TYPE, samples, family after
 * family. One line that is not of that form, or of another watch, and all of it is refused.
 */
export function parseExposition(text: string, watch: WatchLabels): ParsedExposition {
  if (text === '') return {families: new Map()}
  if (!text.endsWith('\n')) return {problem: 'it is cut short'}
  const families = new Map<string, string>()
  const lines = text.slice(0, -1).split('\n')
  for (let at = 0; at < lines.length;) {
    const end = endOfFamily(lines, at)
    const name = help.exec(lines[at]!)?.[1] ?? ''
    const bad = familyProblem(lines.slice(at, end), name, watch)
    if (bad !== null) return {problem: `line ${at + bad.line + 1} ${bad.what}`}
    if (families.has(name)) return {problem: `line ${at + 1} begins ${name} again`}
    families.set(name, `${lines.slice(at, end).join('\n')}\n`)
    at = end
  }
  return {families}
}

function endOfFamily(lines: readonly string[], start: number): number {
  const next = lines.findIndex((line, index) => index > start && line.startsWith('# HELP '))
  return next === -1 ? lines.length : next
}

type BadLine = {readonly line: number; readonly what: string}

function familyProblem(lines: readonly string[], name: string, watch: WatchLabels): BadLine | null {
  if (!ownName.test(name)) return {line: 0, what: 'does not begin a gauge of ours'}
  if (lines[1] !== `# TYPE ${name} gauge`) return {line: 1, what: 'does not say that it is a gauge'}
  if (lines.length < 3) return {line: 1, what: 'has no sample below it'}
  const bad = lines.findIndex((line, index) => index > 1 && sampleProblem(line, name, watch) !== null)
  return bad === -1 ? null : {line: bad, what: sampleProblem(lines[bad]!, name, watch)!}
}

function sampleProblem(line: string, name: string, watch: WatchLabels): string | null {
  const [, found, labels = ''] = sample.exec(line) ?? []
  if (found !== name) return 'is no sample of its gauge'
  const pairs = new Map([...labels.matchAll(label)].map(([, key, value]) => [key, value]))
  const isOurs = (['cluster', 'scope'] as const).every(key => pairs.get(key) === escaped(watch[key]))
  return isOurs ? null : 'is of another watch'
}

function escaped(value: string | undefined): string | undefined {
  return value === undefined ? undefined : escapeLabel(value)
}
