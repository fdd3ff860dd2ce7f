import {existsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'

import {WatchError} from '../errors.ts'
import type {Config, RegistryLogin, SourceConfig} from './config.ts'
import {readConfigFile, type ConfigFile} from './file.ts'
import {override, type Flags, type Overridden} from './overrides.ts'
import {toProblems} from './problems.ts'
import {rules, type Problem} from './rules.ts'
import {configSchema, type ConfigOutput} from './schema.ts'

export type ConfigFlags = Flags & {readonly config?: string | undefined}

export type LoadOptions = {
  readonly flags: ConfigFlags
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

/** The file that `--config` names is not there: wrong usage, not a wrong config. */
export class ConfigFileMissing extends Error {
  override readonly name = 'ConfigFileMissing'
}

const defaultFile = 'tazuna-watch.yaml'
const apiVersion = 'tazuna-watch/v1'

/**
 * The config of a run: flags before environment before file before default. Throws `CONFIG_INVALID` with all problems
 * at once, and `ConfigFileMissing`.
 */
export async function loadConfig({flags, env, cwd}: LoadOptions): Promise<Config> {
  const path = findFile(flags.config, env, cwd)
  const file = path === null ? null : await readConfigFile(resolve(cwd, path), path)
  const overridden = override(toRaw(file, path), flags, env)
  const parsed = configSchema.safeParse(overridden.data)
  const problems = [...toProblems(parsed.error?.issues ?? []), ...rules.flatMap(rule => rule(overridden.data))]
  if (problems.length > 0 || !parsed.success) throw invalid(unique(problems), path, file, overridden)
  return toConfig(parsed.data, {
    base: path === null ? cwd : dirname(resolve(cwd, path)),
    cwd,
    origins: overridden.origins,
    writtenSource: toRaw(file, path)['source'],
  })
}

function findFile(flag: string | undefined, env: NodeJS.ProcessEnv, cwd: string): string | null {
  if (flag !== undefined) {
    if (existsSync(resolve(cwd, flag))) return flag
    throw new ConfigFileMissing(`reading the config ${flag}: there is no such file`)
  }
  const named = env['TAZUNA_WATCH_CONFIG']
  if (named) return named
  return existsSync(join(cwd, defaultFile)) ? defaultFile : null
}

function toRaw(file: ConfigFile | null, path: string | null): Record<string, unknown> {
  if (file === null) return {apiVersion}
  if (typeof file.data === 'object' && file.data !== null && !Array.isArray(file.data)) {
    return file.data as Record<string, unknown>
  }
  throw new WatchError('CONFIG_INVALID', `reading the config ${path}: it is not a mapping of keys to values`)
}

/** One line a problem: place, key, what is wrong. In the order of the file. */
function invalid(problems: Problem[], path: string | null, file: ConfigFile | null, {origins}: Overridden): WatchError {
  const lines = problems.map(({path: keys, message, isUnknownKey}) => {
    const text = `${keys.length === 0 ? 'the config' : showPath(keys)}: ${message}`
    const origin = origins.get(String(keys[0]))
    if (origin !== undefined) return {line: 0, column: 0, text: `${origin}: ${text}`}
    if (file === null) return {line: 0, column: 0, text}
    const position = file.locate(keys, isUnknownKey ? 'key' : 'value')
    return {...position, text: `${path}:${position.line}:${position.column} ${text}`}
  })
  const sorted = lines.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const what = `reading the config${path === null ? '' : ` ${path}`}: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}`
  return new WatchError('CONFIG_INVALID', [what, ...sorted.map(({text}) => text)].join('\n'))
}

/** A rule may say again of a key what the schema said: the first one stays. */
function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter(({path}) => seen.size !== seen.add(showPath(path)).size)
}

function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  )
}

type Bases = {base: string; cwd: string; origins: ReadonlyMap<string, string>; writtenSource: unknown}

function toConfig(parsed: ConfigOutput, bases: Bases): Config {
  const {tazuna, metrics} = parsed
  return {
    baseDir: bases.base,
    cluster: parsed.cluster!,
    watch: parsed.watch,
    interval: parsed.interval ?? null,
    deadline: parsed.deadline,
    source: toSource(parsed.source!, bases),
    tazuna: {
      command: tazuna.command.includes('/') ? resolve(baseOf('tazuna', bases), tazuna.command) : tazuna.command,
      environment: tazuna.environment ?? null,
      kubeContext: tazuna.kubeContext ?? null,
      timeout: tazuna.timeout,
      passEnv: tazuna.passEnv,
    },
    ignore: parsed.ignore.map(rule => ({
      manifest: rule.manifest ?? null,
      resource: rule.resource ?? null,
      diffType: rule.diffType ?? null,
      reason: rule.reason,
      until: rule.until ?? null,
    })),
    notifiers: parsed.notifiers,
    pushgateway:
      metrics.pushgateway === undefined
        ? null
        : {...metrics.pushgateway, basicAuth: metrics.pushgateway.basicAuth ?? null},
    gaugeSets: metrics.families,
    textfile: metrics.textfile === undefined ? null : resolve(bases.base, metrics.textfile),
    heartbeat: parsed.heartbeat ?? null,
    runbookUrl: parsed.runbookUrl ?? null,
    reportUrl: parsed.reportUrl ?? null,
    caFile: parsed.http.caFile === undefined ? null : resolve(bases.base, parsed.http.caFile),
  }
}

function toSource(source: NonNullable<ConfigOutput['source']>, bases: Bases): SourceConfig {
  const {subpath, file} = source
  if (source.oci !== undefined) {
    const credentials = toLogin(source, bases)
    return {kind: 'oci', ref: source.oci, plainHttp: source.plainHttp, credentials, subpath, file}
  }
  const path = source.path!
  return {kind: 'path', ref: path, path: resolve(baseOf('source', bases), path), subpath, file}
}

/** A login is for the registry that it is written beside: it does not go to another one that a flag or variable names. */
function toLogin({oci, credentials}: NonNullable<ConfigOutput['source']>, bases: Bases): RegistryLogin | null {
  const written = hostOf((bases.writtenSource as {oci?: unknown} | undefined)?.oci)
  if (credentials === undefined || (written !== null && written !== hostOf(oci))) return null
  const {username, password} = credentials
  return {username, password: password.file === undefined ? password : {file: resolve(bases.base, password.file)}}
}

/** `oci://ghcr.io/acme/config:prod` → `ghcr.io`. */
function hostOf(reference: unknown): string | null {
  return typeof reference === 'string' ? (reference.split('/')[2]?.toLowerCase() ?? null) : null
}

/** Relative paths in the file are relative to the file, elsewhere to the working directory. */
function baseOf(key: string, {base, cwd, origins}: Bases): string {
  return origins.has(key) ? cwd : base
}
