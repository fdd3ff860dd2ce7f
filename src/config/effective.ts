import type {SecretRef} from '../secret-ref.ts'
import type {JsonSchema} from './json-schema.ts'

export type Path = readonly PropertyKey[]

/** A value of the config that is in force; `isDefault` when nobody wrote it. */
export type Effective =
  | {readonly kind: 'map'; readonly path: Path; readonly entries: readonly (readonly [string, Effective])[]}
  | {readonly kind: 'list'; readonly path: Path; readonly items: readonly Effective[]}
  | {readonly kind: 'secret'; readonly path: Path; readonly ref: SecretRef}
  | {readonly kind: 'value'; readonly path: Path; readonly value: unknown; readonly isDefault: boolean}

/**
 * A valid config as written, with the defaults of the schema filled in, in the schema's order. Null for what is not
 * there and has no default.
 */
export function toEffective(data: unknown, schema: JsonSchema, path: Path = []): Effective | null {
  const isDefault = data === undefined
  const value = data ?? schema.default
  if (value === undefined) return null
  const meant =
    schema.properties === undefined
      ? schema.anyOf?.find(branch => (branch.type === 'array') === Array.isArray(value))
      : undefined
  if (meant !== undefined) return toEffective(value, meant, path)
  if (schema.oneOf !== undefined) return toEffective(value, branchOf(value, schema.oneOf), path)
  if (schema.title === 'secret') return {kind: 'secret', path, ref: value as SecretRef}
  if (schema.properties !== undefined) return toMap(value as Record<string, unknown>, schema, path)
  if (Array.isArray(value) && value.length > 0 && isComposite(schema.items)) {
    const items = value.map((item, index) => toEffective(item, schema.items!, [...path, index])!)
    return {kind: 'list', path, items}
  }
  return {kind: 'value', path, value, isDefault}
}

function toMap(value: Record<string, unknown>, {properties = {}}: JsonSchema, path: Path): Effective {
  const entries = Object.entries(properties).flatMap(([key, schema]) => {
    const child = toEffective(value[key], schema, [...path, key])
    return child === null ? [] : [[key, child] as const]
  })
  return entries.length === 0 ? {kind: 'value', path, value: {}, isDefault: true} : {kind: 'map', path, entries}
}

/** Of a union of objects, the one whose `type` the value has. */
function branchOf(value: unknown, branches: readonly JsonSchema[]): JsonSchema {
  const {type} = value as {type: unknown}
  return branches.find(branch => branch.properties?.['type']?.const === type)!
}

function isComposite(schema: JsonSchema | undefined): boolean {
  return schema?.properties !== undefined || schema?.oneOf !== undefined || schema?.title === 'secret'
}
