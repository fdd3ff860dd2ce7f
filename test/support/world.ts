import {join} from 'node:path'

import {cli, type CliOptions, type CliResult} from './cli.ts'
import {standIn, type StandIn, type StandInOptions} from './stand-in.ts'
import {
  configMap,
  deployment,
  genesisSecret,
  writeApplied,
  writeSource,
  type KubeObject,
  type Manifests,
} from './tazuna-yaml.ts'
import {tempDir, type TempDir} from './temp-dir.ts'
import {startGatewayReceiver, startWebhookReceiver, type WebhookReceiver} from './webhook-receiver.ts'

/** A folder with a source, a stand-in tazuna with State, a webhook and a gateway: all that a run needs. */
export type World = AsyncDisposable & {
  readonly dir: TempDir
  readonly tazuna: StandIn
  readonly webhook: WebhookReceiver
  readonly gateway: WebhookReceiver
  readonly env: Record<string, string>
  /** Runs `tazuna-watch` with these words in the folder. */
  run(args?: readonly string[], options?: CliOptions): Promise<CliResult>
}

type Objects = Readonly<Record<string, readonly KubeObject[]>>

const drifted: Objects = {
  web: [deployment('web', 'nginx', 3), configMap('web', 'new')],
  api: [deployment('api', 'api')],
}
const applied: Objects = {
  web: [deployment('web', 'nginx', 2), configMap('web', 'old')],
  api: [deployment('api', 'api')],
}

export type WorldOptions = {
  knobs?: StandInOptions
  source?: Manifests
  applied?: Objects
  /** Also a GenesisSecret, which always has an always-sync row. */
  alwaysSync?: boolean
  /** Whether runs know of each other: then it is kept below the folder. Default false. */
  memory?: boolean
}

/** By default Manifest `web` has one row of each diff type, and `api` is clean. */
export async function world(options: WorldOptions = {}): Promise<World> {
  const dir = await tempDir()
  const tazuna = await standIn(options.knobs)
  const webhook = await startWebhookReceiver()
  const gateway = await startGatewayReceiver()
  const source = options.source ?? (options.alwaysSync ? {...drifted, secrets: genesisSecret('web', 'app')} : drifted)
  await writeSource(join(dir.path, 'source'), source)
  await writeApplied(tazuna.stateDir, options.applied ?? applied)
  const env = {
    ...tazuna.env,
    HOME: dir.path,
    TAZUNA_BIN: tazuna.command,
    TAZUNA_WATCH_CLUSTER: 'test',
    TAZUNA_WATCH_SOURCE: 'source',
    ...(options.memory !== true && {TAZUNA_WATCH_MEMORY: 'none'}),
    SLACK_WEBHOOK_URL: `${webhook.url}/services/T000/B000/canary-slack-hook`,
    PUSHGATEWAY_URL: gateway.url,
  }
  return {
    dir,
    tazuna,
    webhook,
    gateway,
    env,
    run: (args = [], cliOptions = {}) => cli(args, {cwd: dir.path, ...cliOptions, env: {...env, ...cliOptions.env}}),
    async [Symbol.asyncDispose]() {
      await webhook.close()
      await gateway.close()
      await tazuna[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

/** The same Manifests applied as they are rendered: no drift. */
export const inSync: WorldOptions = {source: applied, applied}
