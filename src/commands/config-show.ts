import {secretRefsOf, type PartialConfig} from '../config/config.ts'
import {toEffective, type Path} from '../config/effective.ts'
import {configJsonSchema} from '../config/json-schema.ts'
import {readConfig, type ConfigFlags, type LoadedConfig} from '../config/load.ts'
import {originOf} from '../config/overrides.ts'
import {WatchError} from '../errors.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {readSecret} from '../read-secret.ts'
import {redactor, type Secret} from '../secret.ts'
import type {SecretRef} from '../secret-ref.ts'
import type {CommandContext} from './context.ts'

/**
 * Prints the config of a run as YAML, with a comment where each value comes from. Of a secret it prints only where it is
 * read from, and whether it is there. Throws `CONFIG_INVALID`, `UsageError`.
 */
export async function configShow(flags: ConfigFlags, context: CommandContext): Promise<ExitCode> {
  const {env, cwd, stdout} = context
  const loaded = await readConfig({flags, env, cwd}, ['cluster', 'source'])
  const {renderConfig} = await import('../config/show.ts')
  const {config, data, path} = loaded
  const resolve = (ref: SecretRef) => readIfThere(ref, env, config)
  const text = renderConfig(toEffective(data, configJsonSchema())!, {
    originOf: keys => originText(keys, loaded),
    stateOf: ref => stateOf(ref, resolve(ref)),
  })
  const secrets = secretRefsOf(config).flatMap(ref => resolve(ref) ?? [])
  const head = path === null ? '# no config file' : `# config file: ${path}`
  await stdout.write(`${head}\n${redactor(secrets)(text)}`)
  return 0
}

function originText(keys: Path, {origins, file, path}: LoadedConfig): string {
  const origin = originOf(origins, keys)
  if (origin !== null) return origin
  if (file === null || path === null) return 'default'
  return `${path}:${file.locate(keys, 'key').line}`
}

function stateOf(ref: SecretRef, secret: Secret | null): string {
  if (ref.env === undefined) return secret === null ? 'not readable' : 'readable'
  return secret === null ? 'unset' : 'set'
}

function readIfThere(ref: SecretRef, env: NodeJS.ProcessEnv, {baseDir}: PartialConfig): Secret | null {
  try {
    return readSecret(ref, env, baseDir)
  } catch (error) {
    if (error instanceof WatchError) return null
    throw error
  }
}
