import {configJsonSchema} from '../config/json-schema.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {renderJson} from '../report/json.ts'
import type {CommandContext} from './context.ts'

/** Prints the JSON Schema of the config file, the same as the package has in `schema/`. */
export async function configSchema({stdout}: CommandContext): Promise<ExitCode> {
  await stdout.write(renderJson(configJsonSchema()))
  return 0
}
