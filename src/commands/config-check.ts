import {secretsOf} from '../config/config.ts'
import {readConfig, type ConfigFlags, type LoadedConfig} from '../config/load.ts'
import {placed} from '../config/place.ts'
import {configWarnings} from '../config/warnings.ts'
import {WatchError} from '../errors.ts'
import type {LogFlags} from '../log.ts'
import {errorCodes} from '../model/error-code.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {readSecret, requireUrl} from '../read-secret.ts'
import {redactor} from '../secret.ts'
import {commandLog} from './command-log.ts'
import type {CommandContext} from './context.ts'

/**
 * Validates the config as `run` would load it, warns of what is hardly meant, and looks whether the secrets are there.
 * Throws `CONFIG_INVALID`.
 */
export async function configCheck(flags: ConfigFlags & LogFlags, context: CommandContext): Promise<ExitCode> {
  const {env, cwd, stdout, clock} = context
  const loaded = await readConfig({flags, env, cwd}, ['cluster', 'source'])
  const {config} = loaded
  const log = commandLog(flags, context, [])
  const warnings = configWarnings(config, {env, now: clock()})
  for (const warning of warnings) log.warning(warning.code, placed(warning, loaded).text)
  const missing = missingSecrets(loaded, env)
  for (const error of missing) log.error(error)
  if (missing.length > 0) return errorCodes.SECRET_MISSING.exit
  const {source, notifiers, pushgateway, textfile, heartbeat} = config
  const sinks = Object.entries({pushgateway, textfile, heartbeat}).filter(([, sink]) => sink !== null)
  await stdout.write(
    `The config is valid: cluster ${config.cluster}, watch ${config.watch}, source ${redactor([])(source!.ref)}, ` +
      `${counted(
        'notifier',
        notifiers.map(({name, type}) => name ?? type),
      )}, ` +
      `${counted(
        'sink',
        sinks.map(([type]) => type),
      )}.\n`,
  )
  return 0
}

/** Secrets that are not there or cannot be what they are for, at the key that names them. */
function missingSecrets(loaded: LoadedConfig, env: NodeJS.ProcessEnv): WatchError[] {
  const {config} = loaded
  return secretsOf(config).flatMap(({path, ref, isUrl}) => {
    try {
      const secret = readSecret(ref, env, config.baseDir)
      if (isUrl) requireUrl(secret, ref)
      return []
    } catch (error) {
      if (!(error instanceof WatchError)) throw error
      const {code, message, hint} = error
      return [new WatchError(code, placed({path, message}, loaded).text, {cause: error, hint})]
    }
  })
}

/** `no sinks`, `1 notifier (slack)`, `2 notifiers (ops, web)` */
function counted(word: string, names: readonly string[]): string {
  if (names.length === 0) return `no ${word}s`
  return `${names.length} ${word}${names.length === 1 ? '' : 's'} (${names.join(', ')})`
}
