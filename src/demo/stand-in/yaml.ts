import {readFileSync} from 'node:fs'
import {TazunaError, toPathError} from './go-error.ts'

/** Reads a file as text. Throws the `TazunaError` that Go's `os.ReadFile` makes. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw toPathError(path, error)
  }
}

/**
 * The documents of a YAML text as plain JSON values. `sigs` reads as sigs.k8s.io/yaml does, which takes `yes` and `on`
 * for booleans; `kustomize` takes them for text. In both `0644` is octal, and dates stay text. A text that is one JSON
 * object needs no YAML library. Throws a `TazunaError` `yaml: line N: …`.
 */
export async function parseYaml(text: string, reader: 'sigs' | 'kustomize'): Promise<unknown[]> {
  const json = parseJson(text)
  if (json !== undefined) return [json]
  const {parseAllDocuments} = await import('yaml')
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: tags => [
      ...tags.filter(tag => {
        const name = typeof tag === 'string' ? tag : tag.tag
        return !(name.endsWith(':timestamp') || (reader === 'kustomize' && name.endsWith(':bool')))
      }),
      ...(reader === 'kustomize' ? (['bool'] as const) : []),
    ],
    uniqueKeys: reader === 'kustomize',
    logLevel: 'silent',
  })
  if (!Array.isArray(documents)) return []
  return documents.map(document => {
    const [problem] = document.errors
    if (problem !== undefined)
      throw new TazunaError(goText(problem.code, problem.message, problem.linePos?.[0].line ?? 1))
    return document.toJS() as unknown
  })
}

/** The libyaml texts of the common mistakes; the first line is not numbered. */
function goText(code: string, message: string, line: number): string {
  const known: Readonly<Record<string, string>> = {
    BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
    TAB_AS_INDENT: 'found character that cannot start any token',
    MISSING_CHAR: 'found unexpected end of stream',
  }
  return `yaml: ${line > 1 ? `line ${line}: ` : ''}${known[code] ?? message.split(' at line ')[0]!}`
}

function parseJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
