import {z} from 'zod'

import {configSchema} from '../src/config/schema.ts'
import {ParsedDiff, Report} from '../src/model/report.ts'

/** The JSON Schemas of what people write and read, by file name. */
export function schemas(): Record<string, string> {
  return {
    'config.v1.json': toJson(z.toJSONSchema(configSchema, {io: 'input'})),
    'diff.v1.json': toJson(z.toJSONSchema(ParsedDiff)),
    'report.v1.json': toJson(z.toJSONSchema(Report)),
  }
}

function toJson(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}
