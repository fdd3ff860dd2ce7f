import {TazunaError} from './go-error.ts'

export type Mapping = Readonly<Record<string, unknown>>

/** The value as a mapping. Throws as Go's `json.Unmarshal` does for another kind of value. */
export function toMapping(value: unknown, field: string, type: string): Mapping {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Mapping
  throw wrongType(value, field, type)
}

/** A field that holds a mapping; empty when absent or null. */
export function mappingField(parent: Mapping, name: string, type: string): Mapping {
  const value = parent[name]
  return value === undefined || value === null ? {} : toMapping(value, `${type}.${name}`, `v1.${type}`)
}

/** A field that holds a list; empty when absent or null. */
export function listField(parent: Mapping, name: string, type: string, listType: string): readonly unknown[] {
  const value = parent[name]
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value as unknown[]
  throw wrongType(value, `${type}.${name}`, listType)
}

/** A field that holds text; empty when absent or null. Numbers and booleans become text, as in sigs.k8s.io/yaml. */
export function textField(parent: Mapping, name: string, type: string): string {
  const value = parent[name]
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw wrongType(value, `${type}.${name}`, 'string')
}

function wrongType(value: unknown, field: string, type: string): TazunaError {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  const where = field === '' ? `Go value of type ${type}` : `Go struct field ${field} of type ${type}`
  return new TazunaError(`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into ${where}`)
}
