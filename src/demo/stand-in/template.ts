import {TazunaError} from './go-error.ts'

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
    const [, trimLeft, action = '', trimRight] = /^(- )?(.*?)( -)?$/s.exec(text.slice(open + 2, close)) ?? []
    const before = text.slice(at, open)
    rendered += trimLeft === undefined ? before : before.trimEnd()
    rendered += evaluate(path, text, open, action.trim(), environment)
    at = close + 2
    if (trimRight !== undefined) at += text.slice(at).length - text.slice(at).trimStart().length
  }
  return rendered + text.slice(at)
}

function evaluate(path: string, text: string, at: number, action: string, environment: string): string {
  if (action === '.Environment') return environment
  if (/^\/\*.*\*\/$/s.test(action)) return ''
  const field = /^\.([A-Za-z_][A-Za-z0-9_]*)$/.exec(action)?.[1]
  if (field === undefined) {
    const word = action.split(/\s/, 1)[0]!
    throw parseError(
      path,
      text,
      at,
      word === '' ? 'missing value for command' : `function ${JSON.stringify(word)} not defined`,
    )
  }
  const {line, column} = place(text, text.indexOf(action, at))
  throw new TazunaError(
    `failed to render ${path} as a Go template: template: ${path}:${line}:${column}: ` +
      `executing ${JSON.stringify(path)} at <${action}>: can't evaluate field ${field} in type tmpl.Data`,
  )
}

function parseError(path: string, text: string, at: number, problem: string): TazunaError {
  const {line} = place(text, at)
  return new TazunaError(`failed to parse ${path} as a Go template: template: ${path}:${line}: ${problem}`)
}

function place(text: string, at: number): {line: number; column: number} {
  const before = text.slice(0, at)
  return {line: before.split('\n').length, column: at - (before.lastIndexOf('\n') + 1)}
}
