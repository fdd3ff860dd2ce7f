import {join} from 'node:path'
import {Readable} from 'node:stream'
import {fileURLToPath} from 'node:url'

import {mute} from '../../src/commands/mute.ts'
import {capturedOutput} from '../support/captured-output.ts'
import {startFakeRegistry} from '../support/fake-registry.ts'
import {runAt} from '../support/run-at.ts'
import {configMap, deployment, genesisSecret, writeSource} from '../support/tazuna-yaml.ts'
import {startWebhookReceiver} from '../support/webhook-receiver.ts'
import {world, type World} from '../support/world.ts'

const hour = 3_600_000
const layout = fileURLToPath(new URL('../fixtures/oci/flux', import.meta.url))

/**
 * Real runs of three watches on one gateway, which together have something to show on every panel: `default` of
 * `prod-tokyo` has drifted for 30 hours, one Manifest is muted, one of two notifiers is broken; `nightly` of `prod-osaka`
 * was clean and tazuna stops at a Manifest now; `default` there reads an artifact and has not run for 30 hours. `seen`
 * waits until Prometheus has data for an expression.
 */
export async function playRuns(gatewayUrl: string, seen: (expression: string) => Promise<void>): Promise<void> {
  const now = Date.now()
  const longAgo = new Date(now - 30 * hour)
  await using tokyo = await drifting(gatewayUrl)
  await tokyo.run(longAgo)
  await tokyo.mute('batch', longAgo)
  await tokyo.run(new Date(now))
  await using osaka = await halting(gatewayUrl)
  await osaka.run()
  await seen('tazuna_watch_run_outcome{scope="nightly", outcome="clean"} == 1')
  await artifact(gatewayUrl, longAgo)
  await osaka.halt()
  await seen('tazuna_watch_run_outcome{scope="nightly", outcome="incomplete"} == 1')
}

async function drifting(gatewayUrl: string) {
  const broken = await startWebhookReceiver({status: 404, body: 'no_service'})
  const objects = {
    web: [deployment('web', 'nginx', 2), configMap('web', 'old')],
    batch: [deployment('batch', 'job', 2)],
  }
  const source = {
    web: [deployment('web', 'nginx', 3), configMap('web', 'new')],
    api: [deployment('api', 'api', 3)],
    batch: [deployment('batch', 'job', 3)],
    secrets: genesisSecret('web', 'app'),
  }
  const w = await world({memory: true, source, applied: {...objects, api: [deployment('api', 'api')]}})
  await w.dir.write(
    'tazuna-watch.yaml',
    `apiVersion: tazuna-watch/v1
cluster: prod-tokyo
interval: 1h
ignore: [{manifest: api, reason: the owners resize it}]
notifiers:
  - {type: slack, name: ops, webhookUrl: {env: SLACK_WEBHOOK_URL}}
  - {type: slack, name: audit, webhookUrl: {env: AUDIT_WEBHOOK_URL}}
metrics: {pushgateway: {url: "${gatewayUrl}"}}
`,
  )
  const env = {TAZUNA_WATCH_CLUSTER: '', AUDIT_WEBHOOK_URL: `${broken.url}/hook`}
  return {
    run: (at: Date) => runAt(w, at, env),
    mute: (manifest: string, at: Date) => muteAt(w, manifest, at, env),
    async [Symbol.asyncDispose]() {
      await broken.close()
      await w[Symbol.asyncDispose]()
    },
  }
}

/** For a week. */
function muteAt(w: World, manifest: string, at: Date, env: Record<string, string>): Promise<number> {
  return mute(
    manifest,
    {for: 168 * hour, reason: 'ticket 4711'},
    {
      env: {...w.env, ...env},
      cwd: w.dir.path,
      stdout: capturedOutput(() => undefined),
      stderr: capturedOutput(() => undefined),
      stdin: Readable.from([]),
      interrupt: new AbortController().signal,
      clock: () => at,
      newId: () => 'mute',
      version: '0.0.0-test',
    },
  )
}

/** Clean at first; then `web` drifts, tazuna stops at `api`, and does not get to `tools`. */
async function halting(gatewayUrl: string) {
  const objects = {
    web: [deployment('web', 'nginx')],
    api: [deployment('api', 'api')],
    tools: [configMap('ops', 'tools')],
  }
  const w = await world({source: objects, applied: objects, memory: true})
  await w.dir.write(
    'tazuna-watch.yaml',
    `apiVersion: tazuna-watch/v1
cluster: prod-osaka
watch: nightly
metrics: {pushgateway: {url: "${gatewayUrl}"}}
`,
  )
  const env = {TAZUNA_WATCH_CLUSTER: ''}
  return {
    run: () => runAt(w, new Date(), env),
    async halt() {
      await writeSource(join(w.dir.path, 'source'), {...objects, web: [deployment('web', 'nginx', 2)]})
      await runAt(w, new Date(), {...env, ...w.tazuna.envWith({stopAt: 'api'})})
    },
    [Symbol.asyncDispose]: w[Symbol.asyncDispose],
  }
}

/** One run, without a memory: of nothing in it the age is known. */
async function artifact(gatewayUrl: string, at: Date): Promise<void> {
  await using registry = await startFakeRegistry()
  await registry.addLayout(layout)
  await using w = await world()
  await runAt(w, at, {
    TAZUNA_WATCH_CLUSTER: 'prod-osaka',
    TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`,
    PUSHGATEWAY_URL: gatewayUrl,
  })
}
