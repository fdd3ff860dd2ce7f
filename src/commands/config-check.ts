import {parseKeys} from '../artifact/verify/keys.ts'
import {secretsOf, type PartialConfig} from '../config/config.ts'
import {readConfig, type ConfigFlags, type LoadedConfig} from '../config/load.ts'
import {placed} from '../config/place.ts'
import {configWarnings} from '../config/warnings.ts'
import {WatchError} from '../errors.ts'
import type {LogFlags} from '../log.ts'
import {httpClient} from '../http.ts'
import {errorCodes} from '../model/error-code.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {readSecret, requireToken, requireUrl} from '../read-secret.ts'
import {openNotifier} from '../notify/registry.ts'
import {redactor} from '../secret.ts'
import {commandLog} from './command-log.ts'
import type {CommandContext} from './context.ts'
import {numbered} from './open-outputs.ts'

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
  const lacking = missingSecrets(loaded, env)
  const missing = [...lacking.map(({error}) => error), ...unusableNotifiers(loaded, lacking, env, clock)]
  for (const error of missing) log.error(error)
  if (missing.length > 0) return errorCodes.SECRET_MISSING.exit
  const {source, notifiers} = config
  const names = notifiers.map(({name, type}) => name ?? type)
  await stdout.write(
    `The config is valid: cluster ${config.cluster}, watch ${config.watch}, source ${redactor([])(source!.ref)}, ` +
      `${counted('notifier', names)}, ${counted('sink', sinkNames(config))}.\n`,
  )
  return 0
}

/** In the order of the report. */
function sinkNames({pushgateway, textfile, alertmanager, status, heartbeat}: PartialConfig): string[] {
  return [
    ...(pushgateway === null ? [] : ['pushgateway']),
    ...(textfile === null ? [] : ['textfile']),
    ...(alertmanager?.urls ?? []).map((_, index) => numbered('alertmanager', index)),
    ...status.map(({type}, index) => numbered(type, index)),
    ...(heartbeat === null ? [] : ['heartbeat']),
  ]
}

/** Secrets that are not there or cannot be what they are for, at the key that names them. */
function missingSecrets(loaded: LoadedConfig, env: NodeJS.ProcessEnv): Lacking[] {
  const {config} = loaded
  return secretsOf(config).flatMap(({path, ref, kind}) => {
    try {
      const secret = readSecret(ref, env, config.baseDir)
      if (kind === 'url') requireUrl(secret, ref)
      if (kind === 'token') requireToken(secret, ref)
      if (kind === 'key') parseKeys(secret.reveal(), ref)
      return []
    } catch (error) {
      return [{path, error: toPlaced(error, path, loaded)}]
    }
  })
}

type Lacking = {readonly path: readonly PropertyKey[]; readonly error: WatchError}

/** Notifiers whose secrets are there, and are not what these need. */
function unusableNotifiers(
  loaded: LoadedConfig,
  lacking: readonly Lacking[],
  env: NodeJS.ProcessEnv,
  clock: () => Date,
): WatchError[] {
  const {baseDir, notifiers} = loaded.config
  const tools = {http: httpClient({env}), redact: redactor([]), clock}
  return notifiers.flatMap((notifier, index) => {
    if (lacking.some(({path}) => path[0] === 'notifiers' && path[1] === index)) return []
    try {
      const {type, name = type} = notifier
      openNotifier(notifier, {...tools, name, resolveSecret: ref => readSecret(ref, env, baseDir)})
      return []
    } catch (error) {
      return [toPlaced(error, ['notifiers', index], loaded)]
    }
  })
}

function toPlaced(error: unknown, path: readonly PropertyKey[], loaded: LoadedConfig): WatchError {
  if (!(error instanceof WatchError)) throw error
  const {code, message, hint} = error
  return new WatchError(code, placed({path, message}, loaded).text, {cause: error, hint})
}

/** `no sinks`, `1 notifier (slack)`, `2 notifiers (ops, web)` */
function counted(word: string, names: readonly string[]): string {
  if (names.length === 0) return `no ${word}s`
  return `${names.length} ${word}${names.length === 1 ? '' : 's'} (${names.join(', ')})`
}
