import {configJsonSchema, type JsonSchema} from '../src/config/json-schema.ts'

/** Of every key of the config file: its name, type, default and description. */
export function configRows(): string[][] {
  return rowsBelow(configJsonSchema(), '')
}

function rowsBelow(schema: JsonSchema, prefix: string): string[][] {
  if (schema.title === 'secret') return []
  const {oneOf = []} = schema
  const shared = sharedProperties(oneOf)
  const own = [
    ...rowsOf(schema, prefix),
    ...oneOf.flatMap(branch => rowsOf(branch, prefix, key => shared[key] === undefined)),
    ...rowsOf({properties: shared}, prefix),
  ]
  return schema.items === undefined ? own : [...own, ...rowsBelow(schema.items, `${prefix.slice(0, -1)}[].`)]
}

function rowsOf(
  {properties = {}, required = []}: JsonSchema,
  prefix: string,
  isWanted = (_key: string) => true,
): string[][] {
  return Object.entries(properties)
    .filter(([key]) => isWanted(key))
    .flatMap(([key, child]) => [
      rowOf(`${prefix}${key}`, child, required.includes(key)),
      ...rowsBelow(child, `${prefix}${key}.`),
    ])
}

/** What all branches have alike stands once, below them. */
function sharedProperties([first, ...others]: readonly JsonSchema[]): Readonly<Record<string, JsonSchema>> {
  const properties = Object.entries(first?.properties ?? {})
  const isShared = ([key, child]: readonly [string, JsonSchema]) =>
    others.every(other => JSON.stringify(other.properties?.[key]) === JSON.stringify(child))
  return others.length === 0 ? {} : Object.fromEntries(properties.filter(isShared))
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
