import type {IgnoreRule} from '../drift/filter.ts'
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
  readonly notifiers: readonly NotifierConfig[]
  readonly pushgateway: PushgatewayConfig | null
  readonly runbookUrl: string | null
  readonly reportUrl: string | null
  readonly caFile: string | null
}

/** `ref` is as given; `path` absolute. */
export type SourceConfig = {readonly ref: string; readonly subpath: string; readonly file: string} & (
  | {readonly kind: 'oci'; readonly plainHttp: boolean}
  | {readonly kind: 'path'; readonly path: string}
)

export type PushgatewayConfig = {
  readonly url: string
  readonly job: string
  readonly basicAuth: {readonly username: string; readonly password: SecretRef} | null
}

/** Every secret that the config names, in config order. */
export function secretRefsOf({notifiers, pushgateway}: Config): SecretRef[] {
  const password = pushgateway?.basicAuth?.password
  return [...notifiers.map(({webhookUrl}) => webhookUrl), ...(password === undefined ? [] : [password])]
}
