import {existsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'

import {UsageError, WatchError} from '../errors.ts'
import type {Config, PartialConfig, RegistryCredentials, SourceConfig, VerifyConfig} from './config.ts'
import {readConfigFile, type ConfigFile, type NamedBy} from './file.ts'
import {override, type Flags, type Origins} from './overrides.ts'
import {placed, showPath, type Written} from './place.ts'
import {needs, rules, type Need, type Problem, type Rule} from './rules.ts'
import {configSchema, type ConfigOutput} from './schema.ts'
import type {SecretRef} from '../secret-ref.ts'

export type ConfigFlags = Flags & {readonly config?: string | undefined}

export type LoadOptions = {
  readonly flags: ConfigFlags
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

/** A valid config, and where it comes from. */
export type LoadedConfig = Written & {
  readonly config: PartialConfig
  /** As written, with flags and environment laid over it. */
  readonly data: Readonly<Record<string, unknown>>
}

const defaultFile = 'tazuna-watch.yaml'
const apiVersion = 'tazuna-watch/v1'

/**
 * The config of a run: flags before environment before file before default. Throws `CONFIG_INVALID` with all problems
 * at once, and `UsageError`.
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const {config} = await readConfig(options, ['cluster', 'source'])
  return {...config, cluster: config.cluster!, source: config.source!}
}

/** The config of a command that needs only some of it; throws as `loadConfig` does. */
export async function readConfig({flags, env, cwd}: LoadOptions, needed: readonly Need[]): Promise<LoadedConfig> {
  const {path, namedBy} = findFile(flags.config, env, cwd)
  const file = path === null ? null : await readConfigFile(resolve(cwd, path), path, namedBy)
  const {data, origins} = override(toRaw(file, path), flags, env)
  // one text needs no code made for its schema
  const parsed = configSchema.safeParse(data, {jitless: true})
  const sourceRules = needed.includes('source') ? await rulesOfSource(data) : []
  const broken = [...needed.map(need => needs[need]), ...rules, ...sourceRules].flatMap(rule => rule(data))
  const problems = [...(parsed.success ? [] : await schemaProblems(data)), ...broken]
  if (problems.length > 0 || !parsed.success) {
    const missing = path === null ? needed.filter(need => needs[need](data).length > 0) : []
    throw invalid(unique(problems), {path, file, origins}, missing)
  }
  const base = path === null ? cwd : dirname(resolve(cwd, path))
  return {config: toConfig(parsed.data, {base, cwd, origins}), data, origins, path, file}
}

type Found = {readonly path: string | null; readonly namedBy: NamedBy | null}

function findFile(flag: string | undefined, env: NodeJS.ProcessEnv, cwd: string): Found {
  if (flag !== undefined) {
    if (existsSync(resolve(cwd, flag))) return {path: flag, namedBy: '--config'}
    throw new UsageError(`reading the config ${flag}: there is no such file`, 'check the path after --config')
  }
  const named = env['TAZUNA_WATCH_CONFIG']
  if (named) return {path: named, namedBy: 'TAZUNA_WATCH_CONFIG'}
  return {path: existsSync(join(cwd, defaultFile)) ? defaultFile : null, namedBy: null}
}

function toRaw(file: ConfigFile | null, path: string | null): Record<string, unknown> {
  if (file === null) return {apiVersion}
  if (typeof file.data === 'object' && file.data !== null && !Array.isArray(file.data)) {
    return file.data as Record<string, unknown>
  }
  throw new WatchError('CONFIG_INVALID', `reading the config ${path}: it is not a mapping of keys to values`, {
    hint: `write keys with values; the first is \`apiVersion: ${apiVersion}\``,
  })
}

/** A source that is a folder does without the parser of references. */
async function rulesOfSource(data: Readonly<Record<string, unknown>>): Promise<Rule[]> {
  if ((data['source'] as {oci?: unknown} | null | undefined)?.oci === undefined) return []
  const {referenceRule} = await import('./reference-rule.ts')
  return [await referenceRule()]
}

/** What makes texts of the schema's issues is loaded only where there are some. */
async function schemaProblems(data: unknown): Promise<Problem[]> {
  const problems = await import('./problems.ts')
  return problems.schemaProblems(data)
}

/**
 * One line a problem: place, key, what is wrong. In the order of the file. `missing` is what a command needs and nobody
 * gave, where there is no file that could have it.
 */
function invalid(problems: Problem[], written: Written, missing: readonly Need[]): WatchError {
  const {path} = written
  const lines = problems.map(problem => placed(problem, written))
  const sorted = lines.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  const what = path === null ? `: there is no ${defaultFile} here; ${count}` : ` ${path}: ${count}`
  return new WatchError('CONFIG_INVALID', [`reading the config${what}`, ...sorted.map(({text}) => text)].join('\n'), {
    hint: missing.length > 0 ? shortestWay(missing) : correctThem,
  })
}

const correctThem = 'correct these places; `tazuna-watch config schema` says what each key takes'
const flagOf: Readonly<Record<Need, string>> = {cluster: '--cluster NAME', source: '--source FOLDER_OR_REFERENCE'}

function shortestWay(missing: readonly Need[]): string {
  return `add \`${missing.map(need => flagOf[need]).join(' ')}\`, or write a ${defaultFile}, or name one with --config`
}

/** A rule may say again of a key what the schema said: the first one stays. */
function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter(({path}) => seen.size !== seen.add(showPath(path)).size)
}

type Bases = {base: string; cwd: string; origins: Origins}

function toConfig(parsed: ConfigOutput, bases: Bases): PartialConfig {
  const {tazuna, metrics} = parsed
  return {
    baseDir: bases.base,
    cluster: parsed.cluster ?? null,
    watch: parsed.watch,
    interval: parsed.interval ?? null,
    deadline: parsed.deadline,
    source: parsed.source === undefined ? null : toSource(parsed.source, bases),
    tazuna: {
      command: tazuna.command.includes('/') ? resolve(baseOf('tazuna.command', bases), tazuna.command) : tazuna.command,
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
    minSightings: parsed.minSightings,
    graceAfterNewArtifact: parsed.graceAfterNewArtifact ?? 0,
    notifiers: parsed.notifiers,
    memory: toMemory(parsed.memory, bases),
    pushgateway:
      metrics.pushgateway === undefined
        ? null
        : {...metrics.pushgateway, basicAuth: metrics.pushgateway.basicAuth ?? null},
    gaugeSets: metrics.families,
    when: metrics.when,
    textfile: metrics.textfile === undefined ? null : resolve(bases.base, metrics.textfile),
    alertmanager:
      parsed.alertmanager === undefined
        ? null
        : {...parsed.alertmanager, basicAuth: parsed.alertmanager.basicAuth ?? null},
    status: parsed.status.map(({type, url, repo = null, server = null}) => ({type, url, repo, server})),
    heartbeat: parsed.heartbeat ?? null,
    runbookUrl: parsed.runbookUrl ?? null,
    reportUrl: parsed.reportUrl ?? null,
    caFile: parsed.http.caFile === undefined ? null : resolve(bases.base, parsed.http.caFile),
  }
}

function toMemory({store, configMap, file}: ConfigOutput['memory'], bases: Bases): Config['memory'] {
  return {
    store,
    configMap: configMap === undefined ? null : {namespace: configMap.namespace ?? null, name: configMap.name},
    file: file === undefined ? null : resolve(baseOf('memory.file', bases), file),
  }
}

/** Null when it names no place: only the registry or the file in it. */
function toSource(source: NonNullable<ConfigOutput['source']>, bases: Bases): SourceConfig | null {
  const {subpath, file} = source
  if (source.oci !== undefined) {
    const credentials = toCredentials(source, bases)
    const verify = toVerify(source, bases)
    return {
      kind: 'oci',
      ref: source.oci,
      plainHttp: source.plainHttp,
      timeout: source.timeout,
      artifactType: source.artifactType ?? null,
      layer: source.layer ?? null,
      cache: source.cache === undefined ? null : resolve(bases.base, source.cache),
      credentials,
      verify,
      subpath,
      file,
    }
  }
  const {path} = source
  if (path === undefined) return null
  const origin = bases.origins.get('source.path') ?? 'source.path'
  return {kind: 'path', ref: path, path: resolve(baseOf('source.path', bases), path), origin, subpath, file}
}

function toCredentials({credentials}: NonNullable<ConfigOutput['source']>, {base}: Bases): RegistryCredentials | null {
  if (credentials === undefined) return null
  const {username, password, dockerConfig} = credentials
  if (dockerConfig !== undefined) return {dockerConfig: dockerConfig.map(ref => toAbsolute(ref, base))}
  return {username: username!, password: toAbsolute(password!, base)}
}

function toVerify({verify}: NonNullable<ConfigOutput['source']>, {base}: Bases): VerifyConfig | null {
  return verify === undefined ? null : {...verify, keys: verify.keys.map(key => toAbsolute(key, base))}
}

function toAbsolute(ref: SecretRef, base: string): SecretRef {
  return ref.file === undefined ? ref : {file: resolve(base, ref.file)}
}

/** Relative paths in the file are relative to the file, elsewhere to the working directory. */
function baseOf(path: string, {base, cwd, origins}: Bases): string {
  return origins.has(path) ? cwd : base
}
