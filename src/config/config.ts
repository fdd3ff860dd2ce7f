import type {IgnoreRule} from '../drift/filter.ts'
import type {GaugeSet} from '../metrics/gauges.ts'
import type {NotifierConfig} from '../notify/registry.ts'
import {isSecretRef, type SecretRef} from '../secret-ref.ts'

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
  /** Milliseconds; 0: none. */
  readonly graceAfterNewArtifact: number
  readonly notifiers: readonly NotifierConfig[]
  readonly memory: MemoryConfig
  readonly gaugeSets: readonly GaugeSet[]
  readonly pushgateway: PushgatewayConfig | null
  /** Which runs the Pushgateway gets. */
  readonly when: 'always' | 'changes'
  readonly textfile: string | null
  readonly alertmanager: AlertmanagerConfig | null
  readonly status: readonly StatusConfig[]
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
  | {
      readonly kind: 'oci'
      readonly plainHttp: boolean
      readonly timeout: number
      readonly artifactType: string | null
      readonly layer: string | null
      /** Absolute. */
      readonly cache: string | null
      readonly credentials: RegistryCredentials | null
      readonly verify: VerifyConfig | null
    }
  | {readonly kind: 'path'; readonly path: string; readonly origin: string}
)

/** One login for the registry of the source, or files as Docker has them, for any registry. Files are absolute. */
export type RegistryCredentials =
  | {readonly username: string; readonly password: SecretRef}
  | {readonly dockerConfig: readonly SecretRef[]}

/** Files are absolute; `grace` is milliseconds. */
export type VerifyConfig = {readonly keys: readonly SecretRef[]; readonly require: boolean; readonly grace: number}

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

/** `interval` of the config is there with it. */
export type AlertmanagerConfig = {
  readonly urls: readonly string[]
  readonly basicAuth: {readonly username: string; readonly password: SecretRef} | null
  readonly labels: Readonly<Record<string, string>>
  readonly failuresBeforeNotice: number
}

export type StatusConfig = {
  readonly type: 'gitops-status'
  readonly url: string
  readonly repo: string | null
  readonly server: string | null
}

/** A secret that the config names, with the key that names it. */
export type NamedSecret = {
  readonly path: readonly PropertyKey[]
  readonly ref: SecretRef
  /** What it must be, by the name of its key. */
  readonly kind: 'url' | 'token' | 'key' | 'text'
}

/** Every secret that the config names, in config order. */
export function secretsOf(config: PartialConfig): NamedSecret[] {
  const {source, notifiers, pushgateway, alertmanager, heartbeat} = config
  return [
    ...secretsIn(source?.kind === 'oci' ? source.credentials : null, ['source', 'credentials']),
    ...secretsIn(source?.kind === 'oci' ? source.verify : null, ['source', 'verify']),
    ...secretsIn(notifiers, ['notifiers']),
    ...secretsIn(pushgateway?.basicAuth, ['metrics', 'pushgateway', 'basicAuth']),
    ...secretsIn(alertmanager?.basicAuth, ['alertmanager', 'basicAuth']),
    ...secretsIn(heartbeat, ['heartbeat']),
  ]
}

/** By their form, so that a new kind of notifier brings its own. */
function secretsIn(value: unknown, path: readonly PropertyKey[]): NamedSecret[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item, index) => secretsIn(item, [...path, index]))
  if (isSecretRef(value))
    return [{path, ref: value, kind: kindOf(String(path.findLast(key => typeof key === 'string')))}]
  return Object.entries(value).flatMap(([key, item]) => secretsIn(item, [...path, key]))
}

function kindOf(key: string): NamedSecret['kind'] {
  if (/url$/i.test(key)) return 'url'
  if (key === 'keys') return 'key'
  return /token$/i.test(key) ? 'token' : 'text'
}

/** Where every secret that the config names is read from, in config order. */
export function secretRefsOf(config: PartialConfig): SecretRef[] {
  return secretsOf(config).map(({ref}) => ref)
}
