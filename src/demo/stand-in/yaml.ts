import {readFileSync} from 'node:fs'
import {TazunaError, toPathError} from './go-error.ts'

/** Reads a file as text. Throws the `TazunaError` that Go's `os.ReadFile` makes. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw toPathError('open', path, error)
  }
}

/**
 * The documents of a YAML text as plain JSON values, by the rules of sigs.k8s.io/yaml: YAML 1.1 booleans and octal
 * numbers, but dates stay text. A text that is one JSON object needs no YAML library. Throws `yaml: line N: …`.
 */
export async function parseYaml(text: string): Promise<unknown[]> {
  const json = parseJson(text)
  if (json !== undefined) return [json]
  const {parseAllDocuments} = await import('yaml')
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: tags => tags.filter(tag => !leftAsText.has(typeof tag === 'string' ? tag : tag.tag)),
    logLevel: 'silent',
  })
  if (!Array.isArray(documents)) return []
  return documents.map(document => {
    const [problem] = document.errors
    if (problem !== undefined) {
      const message = problem.message.split(' at line ')[0]!
      throw new TazunaError(`yaml: line ${problem.linePos?.[0].line ?? 1}: ${message}`)
    }
    return document.toJS() as unknown
  })
}

const leftAsText = new Set(['tag:yaml.org,2002:timestamp', 'timestamp', 'floatTime', 'intTime'])

function parseJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
