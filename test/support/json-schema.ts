import {readFileSync} from 'node:fs'

type Schema = Readonly<Record<string, unknown>>

const published = JSON.parse(readFileSync(new URL('../../schema/config.v1.json', import.meta.url), 'utf8')) as Schema

/** What an editor would underline in a config: the paths at which the published JSON Schema refuses it. */
export function jsonSchemaProblems(config: unknown): string[] {
  return [...check(config, published, '')]
}

const notes = new Set(['$schema', 'title', 'description', 'default'])

/** The keywords that our schema uses (JSON Schema 2020-12); another one is an error, so that none goes unchecked. */
function* check(value: unknown, schema: Schema, path: string): Generator<string> {
  for (const [keyword, word] of Object.entries(schema)) {
    if (notes.has(keyword)) continue
    const checker = checkers[keyword]
    if (checker === undefined) throw new Error(`the JSON Schema uses ${keyword}`)
    yield* checker(value, word, path, schema)
  }
}

type Checker = (value: unknown, word: unknown, path: string, schema: Schema) => Iterable<string>

const holds = (value: unknown, schema: unknown) => check(value, schema as Schema, '').next().done === true
const unless = (condition: boolean, problem: string) => (condition ? [] : [problem])

const checkers: Readonly<Record<string, Checker>> = {
  type: (value, word, path) => unless(typeOf(value) === word, `${path}: no ${String(word)}`),
  const: (value, word, path) => unless(value === word, `${path}: not ${String(word)}`),
  enum: (value, word, path) => unless((word as unknown[]).includes(value), `${path}: not in the list`),
  pattern: (value, word, path) =>
    unless(typeof value !== 'string' || new RegExp(word as string, 'u').test(value), `${path}: not of the form`),
  minLength: (value, word, path) => unless(typeof value !== 'string' || value.length >= Number(word), `${path}: short`),
  maxLength: (value, word, path) => unless(typeof value !== 'string' || value.length <= Number(word), `${path}: long`),
  minItems: (value, word, path) => unless(!Array.isArray(value) || value.length >= Number(word), `${path}: too few`),
  minProperties: (value, word, path) => unless(keysOf(value).length >= Number(word), `${path}: too few keys`),
  maxProperties: (value, word, path) => unless(keysOf(value).length <= Number(word), `${path}: too many keys`),
  required: (value, word, path) =>
    (word as string[]).filter(key => !keysOf(value).includes(key)).map(key => `${path}.${key}: missing`),
  *additionalProperties(value, word, path, schema) {
    for (const key of keysOf(value).filter(key => !keysOf(schema['properties']).includes(key))) {
      if (word === false) yield `${path}.${key}: not a key`
      else yield* check((value as Schema)[key], word as Schema, `${path}.${key}`)
    }
  },
  *propertyNames(value, word, path) {
    for (const key of keysOf(value)) yield* check(key, word as Schema, `${path}.${key}`)
  },
  *properties(value, word, path) {
    for (const [key, schema] of Object.entries(word as Record<string, Schema>)) {
      if (keysOf(value).includes(key)) yield* check((value as Schema)[key], schema, `${path}.${key}`)
    }
  },
  *items(value, word, path) {
    if (!Array.isArray(value)) return
    for (const [index, item] of value.entries()) yield* check(item, word as Schema, `${path}[${index}]`)
  },
  anyOf: (value, word, path) =>
    unless(
      (word as unknown[]).some(schema => holds(value, schema)),
      `${path}: none of the forms`,
    ),
  oneOf: (value, word, path) =>
    unless((word as unknown[]).filter(schema => holds(value, schema)).length === 1, `${path}: not one of the forms`),
  not: (value, word, path) => unless(!holds(value, word), `${path}: what must not be`),
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}

function keysOf(value: unknown): string[] {
  return typeOf(value) === 'object' ? Object.keys(value as object) : []
}
