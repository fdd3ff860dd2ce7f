import {TazunaError} from './go-error.ts'
import {goQuote} from './go-quote.ts'

/**
 * Renders tazuna.yaml or an included file as the Go template that late versions take it for. Of the language only
 * `{{ .Environment }}` and comments are known, with trimming. Throws `failed to parse …` or `failed to render …`.
 */
export function renderTemplate(path: string, text: string, environment: string): string {
  if (!text.includes('{{')) return text
  let rendered = ''
  let at = 0
  for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', at)) {
    const close = text.indexOf('}}', open)
    if (close === -1) throw parseError(path, text, open, 'unclosed action')
    const inner = text.slice(open + 2, close)
    const before = text.slice(at, open)
    rendered += /^-\s/.test(inner) ? before.trimEnd() : before
    rendered += evaluate(path, text, open, inner.replace(/^-\s|\s-$/g, '').trim(), environment)
    at = close + 2
    if (/\s-$/.test(inner)) at = text.length - text.slice(at).trimStart().length
  }
  return rendered + text.slice(at)
}

function evaluate(path: string, text: string, at: number, action: string, environment: string): string {
  if (action === '.Environment') return environment
  if (/^\/\*.*\*\/$/s.test(action)) return ''
  if (action === '') throw parseError(path, text, at, 'missing value for command')
  if (/^(\.\w+)+$/.test(action)) throw fieldError(path, text, text.indexOf(action, at), action)
  const word = /^[a-z]\w*/i.exec(action)?.[0]
  throw word === undefined || builtIns.has(word)
    ? new TazunaError(`the stand-in knows {{ .Environment }} only, not {{ ${action} }}: ${path}`)
    : parseError(path, text, at, `function ${goQuote(word)} not defined`)
}

const builtIns = new Set(
  'if else end range with define template block and or not eq ne lt le gt ge len index print'.split(' '),
)

function parseError(path: string, text: string, at: number, problem: string): TazunaError {
  const [line] = place(text, at)
  return new TazunaError(`failed to parse ${path} as a Go template`, `template: ${path}:${line}: ${problem}`)
}

function fieldError(path: string, text: string, at: number, action: string): TazunaError {
  const [first = '', second = ''] = action.slice(1).split('.')
  const [line, column] = place(text, at + action.lastIndexOf('.'))
  const problem = first === 'Environment' ? `field ${second} in type string` : `field ${first} in type tmpl.Data`
  return new TazunaError(
    `failed to render ${path} as a Go template`,
    `template: ${path}:${line}:${column}: executing ${goQuote(path)} at <${action}>: can't evaluate ${problem}`,
  )
}

function place(text: string, at: number): [line: number, column: number] {
  const before = text.slice(0, at)
  return [before.split('\n').length, at - (before.lastIndexOf('\n') + 1)]
}
