import {TazunaError} from './go-error.ts'

export type Mapping = Readonly<Record<string, unknown>>

/**
 * Fields of decoded YAML with the errors of Go's `json.Unmarshal`. `where` is the Go struct and the path of the
 * mapping in the document, as Go names it, e.g. `Manifest.spec.manifests`; `type` the Go type of the field.
 */
export function textField(parent: Mapping, name: string, where: string): string {
  const value = parent[name]
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw wrongType(value, `${where}.${name}`, 'string')
}

/** A field that holds a mapping; empty when absent or null. */
export function mappingField(parent: Mapping, name: string, where: string, type: string): Mapping {
  const value = parent[name]
  return value === undefined || value === null ? {} : toMapping(value, `${where}.${name}`, type)
}

/** A field that holds a list of mappings; empty when absent or null. `type` is that of an item. */
export function mappingsField(parent: Mapping, name: string, where: string, type: string): Mapping[] {
  return listField(parent, name, where, `[]${type}`).map(item => toMapping(item, `${where}.${name}`, type))
}

/** A field that holds a list; empty when absent or null. */
export function listField(parent: Mapping, name: string, where: string, type: string): readonly unknown[] {
  const value = parent[name]
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value as unknown[]
  throw wrongType(value, `${where}.${name}`, type)
}

/** A value as a mapping; null is an empty one. `field` is empty for a whole document. */
export function toMapping(value: unknown, field: string, type: string): Mapping {
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Mapping
  throw wrongType(value, field, type)
}

function wrongType(value: unknown, field: string, type: string): TazunaError {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  const where = field === '' ? 'Go value' : `Go struct field ${field}`
  return new TazunaError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into ${where} of type ${type}`,
  )
}
