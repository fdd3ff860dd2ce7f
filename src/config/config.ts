import type {IgnoreRule} from '../drift/filter.ts'
import type {GaugeSet} from '../metrics/gauges.ts'
import type {NotifierConfig} from '../notify/registry.ts'
import type {SecretRef} from '../secret-ref.ts'

/** What the run works with: validated, defaults filled in, paths absolute, durations in milliseconds. */
export type Config = {
  /** For relative paths of secrets: the folder of the config file, else the working directory. */
  readonly baseDir: string
  readonly cluster: string
  readonly watch: string
  readonly interval: number | null
  readonly deadline: number
  readonly source: SourceConfig
  readonly tazuna: {
    readonly command: string
    readonly environment: string | null
    readonly kubeContext: string | null
    readonly timeout: number
    readonly passEnv: readonly string[]
  }
  readonly ignore: readonly IgnoreRule[]
  readonly minSightings: number
  readonly notifiers: readonly NotifierConfig[]
  readonly memory: MemoryConfig
  readonly gaugeSets: readonly GaugeSet[]
  readonly pushgateway: PushgatewayConfig | null
  /** Which runs the Pushgateway gets. */
  readonly when: 'always' | 'changes'
  readonly textfile: string | null
  readonly heartbeat: {readonly url: SecretRef} | null
  readonly runbookUrl: string | null
  readonly reportUrl: string | null
  readonly caFile: string | null
}

/** The config of a command that does without a source or a cluster name: null where there is none. */
export type PartialConfig = Omit<Config, 'cluster' | 'source'> & {
  readonly cluster: string | null
  readonly source: SourceConfig | null
}

/** `ref` is as given, a path's `origin` where: `--source`, `TAZUNA_WATCH_SOURCE` or `source.path`; `path` is absolute. */
export type SourceConfig = {readonly ref: string; readonly subpath: string; readonly file: string} & (
  | {readonly kind: 'oci'; readonly plainHttp: boolean; readonly credentials: RegistryLogin | null}
  | {readonly kind: 'path'; readonly path: string; readonly origin: string}
)

/** The password's file is absolute. */
export type RegistryLogin = {readonly username: string; readonly password: SecretRef}

/** `file` is absolute. */
export type MemoryConfig = {
  readonly store: 'auto' | 'configmap' | 'file' | 'none'
  readonly configMap: {readonly namespace: string | null; readonly name: string} | null
  readonly file: string | null
}

export type PushgatewayConfig = {
  readonly url: string
  readonly job: string
  readonly basicAuth: {readonly username: string; readonly password: SecretRef} | null
}

/** A secret that the config names, with the key that names it. */
export type NamedSecret = {readonly path: readonly PropertyKey[]; readonly ref: SecretRef; readonly isUrl: boolean}

/** Every secret that the config names, in config order. */
export function secretsOf({source, notifiers, pushgateway, heartbeat}: PartialConfig): NamedSecret[] {
  const login = source?.kind === 'oci' ? source.credentials?.password : undefined
  const password = pushgateway?.basicAuth?.password
  const passwordPath = ['metrics', 'pushgateway', 'basicAuth', 'password']
  return [
    ...(login === undefined ? [] : [{path: ['source', 'credentials', 'password'], ref: login, isUrl: false}]),
    ...notifiers.map(({webhookUrl: ref}, index) => ({path: ['notifiers', index, 'webhookUrl'], ref, isUrl: true})),
    ...(password === undefined ? [] : [{path: passwordPath, ref: password, isUrl: false}]),
    ...(heartbeat === null ? [] : [{path: ['heartbeat', 'url'], ref: heartbeat.url, isUrl: true}]),
  ]
}

/** Where every secret that the config names is read from, in config order. */
export function secretRefsOf(config: PartialConfig): SecretRef[] {
  return secretsOf(config).map(({ref}) => ref)
}
