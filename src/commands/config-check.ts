import {secretRefsOf} from '../config/config.ts'
import {readConfig, type ConfigFlags} from '../config/load.ts'
import type {Rule} from '../config/rules.ts'
import {WatchError} from '../errors.ts'
import type {LogFlags} from '../log.ts'
import {errorCodes} from '../model/error-code.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {readSecret} from '../read-secret.ts'
import {redactor} from '../secret.ts'
import {commandLog} from './command-log.ts'
import type {CommandContext} from './context.ts'

/**
 * Validates the config as `run` would load it, parses the reference that `run` would pull, and looks whether the secrets
 * are there. Throws `CONFIG_INVALID`.
 */
export async function configCheck(flags: ConfigFlags & LogFlags, context: CommandContext): Promise<ExitCode> {
  const {env, cwd, stdout} = context
  const {config} = await readConfig({flags, env, cwd}, ['cluster', 'source'], [await referenceRule()])
  const missing = secretRefsOf(config).flatMap(ref => {
    try {
      readSecret(ref, env, config.baseDir)
      return []
    } catch (error) {
      if (!(error instanceof WatchError)) throw error
      return [error]
    }
  })
  const log = commandLog(flags, context, [])
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

/** Elsewhere the pull finds a wrong reference: what parses it is loaded only where it is used. */
async function referenceRule(): Promise<Rule> {
  const {parseReference} = await import('../artifact/reference.ts')
  return config => {
    const reference = (config as {source?: {oci?: unknown} | null}).source?.oci
    if (typeof reference !== 'string') return []
    try {
      parseReference(reference)
      return []
    } catch (error) {
      if (!(error instanceof WatchError)) throw error
      return [{path: ['source', 'oci'], message: `${error.message}; ${error.hint}`}]
    }
  }
}

/** `no sinks`, `1 notifier (slack)`, `2 notifiers (ops, web)` */
function counted(word: string, names: readonly string[]): string {
  if (names.length === 0) return `no ${word}s`
  return `${names.length} ${word}${names.length === 1 ? '' : 's'} (${names.join(', ')})`
}
