import {describe, expect, it} from 'vitest'

import type {SlackPayload} from '../../src/notify/slack/payload.ts'
import {renderSlackText} from '../../src/notify/slack/text.ts'
import {reportOf} from '../support/cli.ts'
import {configMap, deployment, writeApplied} from '../support/tazuna-yaml.ts'
import {startWebhookReceiver, type WebhookReceiver} from '../support/webhook-receiver.ts'
import {world} from '../support/world.ts'

/** `ops` is told of what may be lost, `web` of the Deployments of Manifest `web`. */
const config = `apiVersion: tazuna-watch/v1
notifiers:
  - {type: slack, name: ops, webhookUrl: {env: OPS}, match: {diffType: removed}}
  - {type: slack, name: web, webhookUrl: {env: WEB}, match: {manifest: web, resource: "apps/*/Deployment/**"}}
`

async function routed() {
  const w = await world({memory: true})
  const [ops, web] = [await startWebhookReceiver(), await startWebhookReceiver()]
  await w.dir.write('tazuna-watch.yaml', config)
  const env = {OPS: `${ops.url}/ops`, WEB: `${web.url}/web`, SLACK_WEBHOOK_URL: '', PUSHGATEWAY_URL: ''}
  return {
    w,
    ops,
    web,
    run: () => w.run(['--format', 'json'], {env}),
    async [Symbol.asyncDispose]() {
      await ops.close()
      await web.close()
      await w[Symbol.asyncDispose]()
    },
  }
}

const textsOf = ({calls}: WebhookReceiver) => calls.map(({body}) => renderSlackText(JSON.parse(body) as SlackPayload))

/** Two channels with routes of their own; the third row of the run, an added ConfigMap, is told to neither. */
describe.concurrent('two notifiers with different routes', () => {
  it('get each only their own rows, and counts of these', async () => {
    await using both = await routed()
    const result = await both.run()
    expect(result).toMatchObject({exitCode: 0, stderr: ''})
    expect(reportOf(result)).toMatchObject({summary: {entries: {removed: 1, modified: 1, added: 1}}})
    const [[ops = '', ...opsMore], [web = '', ...webMore]] = [textsOf(both.ops), textsOf(both.web)]
    expect([opsMore, webMore]).toEqual([[], []])
    expect(ops).toContain('1 removed')
    expect(ops).toContain('ConfigMap web/old')
    expect(ops).not.toMatch(/nginx|modified|added|ConfigMap web\/new/)
    expect(web).toContain('1 modified')
    expect(web).toContain('Deployment web/nginx')
    expect(web).not.toMatch(/ConfigMap|\d removed|added/)
  })

  it('are told each of what is new for it, and else nothing', async () => {
    await using both = await routed()
    await both.run()
    await both.run()
    expect([both.ops.calls.length, both.web.calls.length]).toEqual([1, 1])
    await writeApplied(both.w.tazuna.stateDir, {
      web: [deployment('web', 'nginx', 2), configMap('web', 'old'), configMap('web', 'older')],
      api: [deployment('api', 'api')],
    })
    await both.run()
    expect([both.ops.calls.length, both.web.calls.length]).toEqual([2, 1])
    expect(textsOf(both.ops)[1]).toContain('2 removed')
    expect(textsOf(both.ops)[1]).toContain('ConfigMap web/older')
  })

  it('keep each its own backlog: who did not get it gets it later, and nobody twice', async () => {
    await using both = await routed()
    const down = await startWebhookReceiver({status: 404, body: 'no_service'})
    const env = {OPS: `${down.url}/ops`, WEB: `${both.web.url}/web`, SLACK_WEBHOOK_URL: '', PUSHGATEWAY_URL: ''}
    expect((await both.w.run([], {env})).exitCode).toBe(74)
    await down.close()
    expect((await both.run()).exitCode).toBe(0)
    expect([both.ops.calls.length, both.web.calls.length]).toEqual([1, 1])
    expect(textsOf(both.ops)[0]).toContain('ConfigMap web/old')
  })
})
