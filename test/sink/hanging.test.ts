import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {decide} from '../../src/drift/decide.ts'
import {httpClient, type Http} from '../../src/http.ts'
import {deliver} from '../../src/notify/deliver.ts'
import {toEntryMatcher} from '../../src/notify/match.ts'
import {slackNotifier} from '../../src/notify/slack/slack.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {heartbeatSink} from '../../src/sink/heartbeat.ts'
import {push} from '../../src/sink/push.ts'
import {pushgatewaySink} from '../../src/sink/pushgateway.ts'
import {textfileSink} from '../../src/sink/textfile.ts'
import {buildReport} from '../support/report-builder.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'
import {startWebhookReceiver, type WebhookReceiver} from '../support/webhook-receiver.ts'

const report = buildReport([{name: 'web', rows: [{type: 'modified', resource: '/v1/ConfigMap/web/x'}]}])
const redact = redactor([])

describe('a receiver that hangs', () => {
  let http: Http
  let hanging: WebhookReceiver
  let answering: WebhookReceiver
  let dir: TempDir
  beforeAll(async () => {
    http = httpClient({env: {}})
    hanging = await startWebhookReceiver('hang')
    answering = await startWebhookReceiver()
    dir = await tempDir()
  })
  afterAll(async () => {
    await http.close()
    await hanging.close()
    await answering.close()
    await dir[Symbol.asyncDispose]()
  })

  const options = {run: {dryRun: false}, onEvent: () => undefined, redact}
  const slack = (name: string, {url}: WebhookReceiver) => ({
    notifier: slackNotifier({name, webhookUrl: new Secret(`${url}/${name}`), http, redact}),
    matches: toEntryMatcher(undefined),
  })

  it('keeps no message from the others, and ends with the run', async () => {
    const startedAt = performance.now()
    const told = await deliver(report, decide, {
      ...options,
      notifiers: [slack('first', hanging), slack('ops', answering), slack('third', hanging)],
      links: {runbookUrl: null, reportUrl: null},
      deliverySignal: AbortSignal.timeout(600),
    })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    expect(told.map(({name, delivery, detail}) => [name, delivery, detail])).toEqual([
      ['first', 'failed', 'Slack was not reached: no answer in time'],
      ['ops', 'delivered', null],
      ['third', 'failed', 'Slack was not reached: no answer in time'],
    ])
    expect(answering.calls.map(({path}) => path)).toEqual(['/ops'])
  })

  it('keeps no gauge from the other sinks', async () => {
    const metrics = {cluster: 'prod', watch: 'default', intervalSeconds: null, sets: ['tazuna_watch'] as const, redact}
    const gateway = {...metrics, job: 'tazuna-watch', basicAuth: null, http}
    const startedAt = performance.now()
    const filled = await push(report, {
      ...options,
      sinks: [
        pushgatewaySink({...gateway, url: hanging.url}),
        textfileSink({...metrics, path: join(dir.path, 'x.prom')}),
        heartbeatSink({url: new Secret(`${answering.url}/beat`), http, redact}),
      ],
      deliverySignal: AbortSignal.timeout(600),
    })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    expect(filled.map(({name, delivery}) => [name, delivery])).toEqual([
      ['pushgateway', 'failed'],
      ['textfile', 'delivered'],
      ['heartbeat', 'delivered'],
    ])
    expect(answering.calls.at(-1)?.path).toBe('/beat')
    expect(await readFile(join(dir.path, 'x.prom'), 'utf8')).toContain('tazuna_watch_manifest_drift')
  })
})
