import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
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
  it('keeps no gauge from the other sinks', async () => {
    const metrics = {cluster: 'prod', watch: 'default', intervalSeconds: null, sets: ['tazuna_watch'] as const, redact}
    const gateway = {...metrics, job: 'tazuna-watch', basicAuth: null, http}
    const startedAt = performance.now()
    const filled = await push(report, null, {
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
