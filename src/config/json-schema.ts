import {z} from 'zod'

import {configSchema} from './schema.ts'

/** What of JSON Schema our schemas use. */
export type JsonSchema = {
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
}

/** The JSON Schema of the config file, as people write it: editors use it, and the reference is made from it. */
export function configJsonSchema(): JsonSchema {
  return z.toJSONSchema(configSchema, {io: 'input'}) as JsonSchema
}
