import type {PartialConfig} from './config.ts'
import {manifestProblem, resourceProblem} from './pattern-warnings.ts'
import type {Problem} from './rules.ts'
import {unroutedTexts} from './unrouted.ts'

/** What is allowed in a config and hardly meant, at its place. */
export type ConfigWarning = Problem & {readonly code: string}

export type Surroundings = {readonly env: NodeJS.ProcessEnv; readonly now: Date}

/** A reminder comes up to 5 minutes early, so that runs that begin a little late or soon lose none. */
const shortestReminder = 10 * 60_000

/** All warnings about a valid config, where it is to run. */
export function configWarnings(config: PartialConfig, {env, now}: Surroundings): ConfigWarning[] {
  return [
    ...expiredRules(config, now),
    ...shortReminders(config),
    ...unroutedDrift(config, now),
    ...unreadTextfile(config),
    ...forgottenMemory(config, env),
    ...missingMemory(config),
    ...foreignPatterns(config),
  ]
}

/** A rule holds to the end of its day, UTC. */
function expiredRules({ignore}: PartialConfig, now: Date): ConfigWarning[] {
  const today = now.toISOString().slice(0, 10)
  return ignore.flatMap(({until}, index) => {
    if (until === null || until >= today) return []
    const message = `the rule ended on ${until} and does nothing; renew or remove it`
    return [{code: 'IGNORE_RULE_EXPIRED', path: ['ignore', index, 'until'], message}]
  })
}

function shortReminders({notifiers}: PartialConfig): ConfigWarning[] {
  return notifiers.flatMap(({remindAfter}, index) => {
    if (remindAfter >= shortestReminder) return []
    const message = 'reminders may come 5 minutes early, so this reminds in nearly every run; write at least 10m'
    return [{code: 'REMIND_AFTER_SHORT', path: ['notifiers', index, 'remindAfter'], message}]
  })
}

/** Where a gap between the routes is meant, one word says so. */
function unroutedDrift({notifiers, ignore}: PartialConfig, now: Date): ConfigWarning[] {
  return unroutedTexts(notifiers, ignore, now).map(text => {
    const message = `${text}; widen a match, or write \`rest: nobody\` in one if that is meant`
    return {code: 'DRIFT_UNROUTED', path: ['notifiers'], message}
  })
}

function unreadTextfile({textfile}: PartialConfig): ConfigWarning[] {
  if (textfile === null || textfile.endsWith('.prom')) return []
  const message = 'node_exporter reads only files whose names end in .prom'
  return [{code: 'TEXTFILE_NAME', path: ['metrics', 'textfile'], message}]
}

/** A file that nobody placed anywhere goes with what it is in. */
function forgottenMemory({memory}: PartialConfig, env: NodeJS.ProcessEnv): ConfigWarning[] {
  const {store, configMap, file} = memory
  const isDefaultFile = file === null && (store === 'file' || (store === 'auto' && configMap === null))
  const message = isDefaultFile ? forgottenWith(env) : null
  return message === null ? [] : [{code: 'MEMORY_FORGOTTEN', path: ['memory'], message}]
}

function forgottenWith(env: NodeJS.ProcessEnv): string | null {
  if (env['KUBERNETES_SERVICE_HOST']) {
    return 'the file in the default place is forgotten with the pod; name a memory.configMap, or a memory.file on a volume'
  }
  if (!isTrue(env['GITHUB_ACTIONS']) && !isTrue(env['CI'])) return null
  return 'the file in the default place is forgotten with the runner; set TAZUNA_WATCH_MEMORY=file:PATH and keep that file in a cache'
}

/** What goes on from run to run does so in the memory. */
function missingMemory({memory, notifiers, alertmanager}: PartialConfig): ConfigWarning[] {
  if (memory.store !== 'none') return []
  const needs = [
    ...(notifiers.some(one => one.type === 'slack' && one.token !== undefined) ? ['threads of Slack'] : []),
    ...(alertmanager === null ? [] : ['the ends of alerts']),
  ]
  if (needs.length === 0) return []
  const message = `nothing is kept, and so nobody knows ${needs.join(' or ')}; choose another store`
  return [{code: 'MEMORY_NONE', path: ['memory', 'store'], message}]
}

/** Patterns that fit nothing, as they are written for another language or form. */
function foreignPatterns({notifiers, ignore}: PartialConfig): ConfigWarning[] {
  const places = [
    ...notifiers.map(({match}, index) => ({path: ['notifiers', index, 'match'], ...match})),
    ...ignore.map(({manifest, resource}, index) => ({path: ['ignore', index], manifest, resource})),
  ]
  return places.flatMap(({path, manifest, resource}) => [
    ...foreignIn([...path, 'manifest'], manifest, manifestProblem),
    ...foreignIn([...path, 'resource'], resource, resourceProblem),
  ])
}

function foreignIn(
  path: readonly PropertyKey[],
  patterns: readonly string[] | null | undefined,
  problemOf: (pattern: string) => string | null,
): ConfigWarning[] {
  return (patterns ?? []).flatMap(pattern => {
    const problem = problemOf(pattern)
    return problem === null ? [] : [{code: 'PATTERN_FITS_NOTHING', path, message: `"${pattern}" ${problem}`}]
  })
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && !['', '0', 'false'].includes(text.toLowerCase())
}
