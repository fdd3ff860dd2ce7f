import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

import type {CommandContext} from '../commands/context.ts'
import type {RunFlags} from '../commands/run.ts'
import {WatchError} from '../errors.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {renderSlackText} from '../notify/slack/text.ts'
import type {SlackPayload} from '../notify/slack/payload.ts'
import {wrap} from '../report/wrap.ts'
import {startGateway, type DemoGateway} from './gateway.ts'
import {startServer} from './receiver.ts'
import {startRegistry, type ArtifactFiles} from './registry.ts'
import {sampleFiles} from './sample.ts'
import {apply} from './stand-in/apply.ts'
import {toVariables} from './stand-in/knobs.ts'
import {writeStandIn} from './stand-in/wrapper.ts'

export type Run = (flags: RunFlags, context: CommandContext) => Promise<ExitCode>

/** `resolved` is off by default: who wants to hear of it says so. */
const configText = `apiVersion: tazuna-watch/v1
cluster: demo
interval: 1h
notifiers:
  - type: slack
    webhookUrl: {env: SLACK_WEBHOOK_URL}
    resolved: true
`

const commit = '4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c'

/**
 * The whole job over two days: first digest, silence while nothing changes, a change, a Manifest that fails half-way,
 * and the resolution. Registry, webhook, gateway, tazuna and the clock are stand-ins in one temporary folder and on
 * loopback; the pipeline and its memory are the real ones. Leaves nothing behind.
 */
export async function demo(run: Run, context: CommandContext): Promise<ExitCode> {
  const folder = await mkdtemp(join(tmpdir(), 'tazuna-watch-demo-'))
  const messages: SlackPayload[] = []
  const print = (text: string) => context.stdout.write(text)
  try {
    await using registry = await startRegistry()
    await using gateway = await startGateway()
    await using webhook = await startServer(({body}, response) => {
      messages.push(JSON.parse(body) as SlackPayload)
      response.end('ok')
    })
    const state = join(folder, 'state')
    const config = join(folder, 'tazuna-watch.yaml')
    await writeFile(config, configText)
    const flags: RunFlags = {
      config,
      source: `oci://${registry.host}/demo/tazuna-config:prod`,
      dryRun: false,
      format: 'text',
      failOn: [],
    }
    const env = {
      ...withoutOurs(context.env),
      XDG_STATE_HOME: join(folder, 'memory'),
      ...toVariables({state}),
      TAZUNA_BIN: await writeStandIn(join(folder, 'bin'), process.execPath),
      SLACK_WEBHOOK_URL: `http://${webhook.host}/services/DEMO`,
      PUSHGATEWAY_URL: `http://${gateway.host}`,
    }
    const runAt = async (hour: number, title: string, files: ArtifactFiles) => {
      registry.push('demo/tazuna-config', 'prod', files, `prod@sha1:${commit}`)
      await print(heading(title))
      const told = messages.length
      const clock = () => new Date(context.clock().getTime() + hour * 3_600_000)
      await run(flags, {...context, clock, env, cwd: folder, stderr: silent})
      if (context.interrupt.aborted) throw new WatchError('CANCELLED', 'running the demo: interrupted')
      await print(received(messages.slice(told), gateway, Math.min(context.stdout.columns, 100)))
    }

    const scaled = sampleFiles({replicas: 3, conf: false})
    const withService = {replicas: 3, conf: false, service: true}
    await applyFiles(folder, state, sampleFiles({}), context.clock())
    await runAt(0, '1. The first run tells all the drift there is', scaled)
    await runAt(1, '2. An hour later nothing has changed: nobody is told', scaled)
    await runAt(2, '3. Something new: one message says what, and what is still open', sampleFiles(withService))
    await runAt(
      3,
      '4. A Manifest fails: what is not checked is not called clean',
      sampleFiles({...withService, payments: false}),
    )
    await applyFiles(folder, state, sampleFiles({replicas: 3, service: true}), context.clock())
    await runAt(26, '5. Mended and applied: only now it is resolved', sampleFiles({replicas: 3, service: true}))
    return 0
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** What a team's own settings would change, the demo must not see. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(?:TAZUNA_|SLACK_|PUSHGATEWAY_|DOCKER_CONFIG$|https?_proxy$)/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)))
}

/** As `tazuna apply --sync --prune` of these files would leave the State. */
async function applyFiles(folder: string, state: string, files: ArtifactFiles, now: Date): Promise<void> {
  const source = await mkdtemp(join(folder, 'applied-'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(source, path)), {recursive: true})
    await writeFile(join(source, path), text)
  }
  const yesterday = `${new Date(now.getTime() - 26 * 3_600_000).toISOString().slice(0, 19)}Z`
  await apply({file: join(source, 'tazuna.yaml'), state, now: yesterday, commit, sync: true, prune: true})
}

function quoted(text: string, width: number): string {
  const lines = text.split('\n').flatMap(line => wrap(line, width, 0, 0).split('\n'))
  return lines.map(line => `  │ ${line}`.trimEnd()).join('\n')
}

/** What goes wrong in the demo stands in its reports. */
const silent = {write: () => Promise.resolve(), isTTY: false, columns: 80}

function heading(title: string): string {
  return `\n━━━ ${title} ━━━\n\n`
}

function received(messages: readonly SlackPayload[], gateway: DemoGateway, width: number): string {
  const texts = messages.map(message => quoted(renderSlackText(message).trimEnd(), width - 4))
  const slack = texts.length === 0 ? 'Slack heard nothing.' : `Slack got this message:\n${texts.join('\n')}`
  const gauges = gateway.changes().map(line => `  ${line}`)
  return `\n${slack}\n\nThe Pushgateway changed:\n${gauges.join('\n')}\n`
}
