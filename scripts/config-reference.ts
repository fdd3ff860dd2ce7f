import {configJsonSchema, type JsonSchema} from '../src/config/json-schema.ts'

/** Of every key of the config file: its name, type, default and description. */
export function configRows(): string[][] {
  return rowsBelow(configJsonSchema(), '')
}

function rowsBelow(schema: JsonSchema, prefix: string): string[][] {
  if (schema.title === 'secret') return []
  const branches = [schema, ...(schema.oneOf ?? [])]
  const own = branches.flatMap(({properties = {}, required = []}) =>
    Object.entries(properties).flatMap(([key, child]) => [
      rowOf(`${prefix}${key}`, child, required.includes(key)),
      ...rowsBelow(child, `${prefix}${key}.`),
    ]),
  )
  return schema.items === undefined ? own : [...own, ...rowsBelow(schema.items, `${prefix.slice(0, -1)}[].`)]
}

function rowOf(name: string, schema: JsonSchema, isRequired: boolean): string[] {
  if (schema.description === undefined) throw new Error(`${name} has no description`)
  return [`\`${name}\``, typeOf(schema), isRequired ? 'required' : defaultOf(schema), schema.description]
}

function typeOf(schema: JsonSchema): string {
  const {type, title, anyOf, oneOf, items, enum: choices} = schema
  if (title === 'secret') return '`{env: NAME}` or `{file: PATH}`'
  if (title !== undefined) return title
  if (schema.const !== undefined) return code(schema.const)
  if (choices !== undefined) return choices.map(code).join(', ')
  if (oneOf !== undefined || type === 'object') return 'mapping'
  if (anyOf !== undefined && type === undefined) return `${typeOf(anyOf[0]!)}, or a list`
  return type === 'array' ? `list: ${typeOf(items!)}` : type!
}

/** Of a mapping its keys say theirs. */
function defaultOf({default: value, type}: JsonSchema): string {
  return value === undefined || type === 'object' ? '–' : code(value)
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', ')}\``
}
