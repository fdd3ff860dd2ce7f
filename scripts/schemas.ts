import {z} from 'zod'

import {configJsonSchema} from '../src/config/json-schema.ts'
import {ParsedDiff, Report} from '../src/model/report.ts'
import {WebhookMessage} from '../src/notify/webhook/message-schema.ts'

/** The JSON Schemas of what people write and read, by file name. */
export function schemas(): Record<string, string> {
  return {
    'config.v1.json': toJson(configJsonSchema()),
    'diff.v1.json': toJson(z.toJSONSchema(ParsedDiff)),
    'report.v1.json': toJson(z.toJSONSchema(Report)),
    'webhook.v1.json': toJson(z.toJSONSchema(WebhookMessage)),
  }
}

function toJson(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}
