import {secretRefsOf} from '../config/config.ts'
import {loadConfig, type ConfigFlags} from '../config/load.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {readSecret} from '../read-secret.ts'
import {errorText} from '../errors.ts'
import {redactor} from '../secret.ts'
import type {CommandContext} from './context.ts'

/** Validates the config as `run` would load it, and looks whether its secrets are there. Throws `CONFIG_INVALID`. */
export async function configCheck(flags: ConfigFlags, context: CommandContext): Promise<ExitCode> {
  const config = await loadConfig({flags, env: context.env, cwd: context.cwd})
  const missing = secretRefsOf(config).flatMap(ref => {
    try {
      readSecret(ref, context.env, config.baseDir)
      return []
    } catch (error) {
      return [errorText(error)]
    }
  })
  for (const message of missing) await context.stderr.write(`error: ${message}\n`)
  if (missing.length > 0) return 78
  const {source, notifiers, pushgateway} = config
  const sinks = pushgateway === null ? 'no Pushgateway' : 'a Pushgateway'
  await context.stdout.write(
    `The config is valid: cluster ${config.cluster}, watch ${config.watch}, source ${redactor([])(source.ref)}, ` +
      `${notifiers.length === 1 ? '1 notifier' : `${notifiers.length} notifiers`}, ${sinks}.\n`,
  )
  return 0
}
