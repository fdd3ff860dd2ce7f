import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {httpClient, readText} from '../../src/http.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {pushgatewaySink, type PushgatewayOptions} from '../../src/sink/pushgateway.ts'
import {requireExecutable} from '../support/executables.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'
import {opensslPath} from '../support/tls-server.ts'
import {gatewayUser, startClosedPushgateway, type ClosedPushgateway} from './closed-pushgateway.ts'

const gatewayPath = requireExecutable('prometheus-pushgateway', 'apt-get install prometheus-pushgateway')
const row = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const drifted = buildReport([{name: 'web', rows: [row]}])
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'the registry is down', hint: 'wait'})

const right = {username: gatewayUser.username, password: new Secret(gatewayUser.password)}

/** What Prometheus gets of the drift_stack gauges of the cluster `kept`. */
function driftStackOf(text: string): string[] {
  return text.match(/^drift_\w+\{cluster="kept".*$/gm) ?? []
}

describe.skipIf(gatewayPath === null || opensslPath === null)('a real Pushgateway behind TLS and a login', () => {
  let gateway: ClosedPushgateway
  beforeAll(async () => {
    gateway = await startClosedPushgateway(gatewayPath!, opensslPath!)
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  type Given = Partial<PushgatewayOptions> & {caFile?: string}

  async function push({caFile = gateway.caFile, ...over}: Given, report = drifted): Promise<Delivery> {
    const http = httpClient({env: {}, ...(caFile !== '' && {caFile})})
    const sink = pushgatewaySink({
      url: gateway.url,
      job: 'tazuna-watch',
      cluster: 'prod',
      watch: 'default',
      basicAuth: right,
      intervalSeconds: null,
      sets: ['tazuna_watch', 'drift_stack'],
      http,
      redact: redactor([right.password]),
      sendPolicy: {attempts: 2, backoff: 1},
      ...over,
    })
    const delivery = await sink.send(sink.render(report, null)!, AbortSignal.timeout(20_000))
    await http.close()
    return delivery
  }

  async function scrape(): Promise<string> {
    const http = httpClient({env: {}, caFile: gateway.caFile})
    const authorization = `Basic ${Buffer.from(Object.values(gatewayUser).join(':')).toString('base64')}`
    const {body} = await http.request({method: 'GET', url: `${gateway.url}/metrics`, headers: {authorization}})
    const text = await readText(body, 1_000_000)
    await http.close()
    return text
  }

  it('takes all gauges with the login of the config and the CA', async () => {
    expect(await push({})).toStrictEqual({ok: true, attempts: 1})
    expect(await scrape()).toContain(
      'tazuna_watch_manifest_drift{cluster="prod",instance="",job="tazuna-watch",manifest="web"} 1\n',
    )
  })

  it('takes them with user and password of the URL', async () => {
    const {username, password} = gatewayUser
    const url = gateway.url.replace('//', `//${username}:${password}@`)
    expect(await push({url, basicAuth: null, cluster: 'by-url'})).toStrictEqual({ok: true, attempts: 1})
    expect(await scrape()).toContain('tazuna_watch_manifest_drift{cluster="by-url",')
  })

  it('keeps drift_stack through a failed run, and the time of the last reading with it', async () => {
    await push({cluster: 'kept'})
    const before = await scrape()
    expect(await push({cluster: 'kept'}, failed)).toStrictEqual({ok: true, attempts: 1})
    const after = await scrape()
    expect(driftStackOf(before)).toHaveLength(5)
    expect(driftStackOf(after)).toEqual(driftStackOf(before))
    expect(after).toContain(
      'tazuna_watch_run_outcome{cluster="kept",instance="",job="tazuna-watch",outcome="failed"} 1\n',
    )
  })

  it.each<[string, Given, RegExp]>([
    [
      'without a login',
      {basicAuth: null},
      /^the Pushgateway answered 401: .*\(check metrics\.pushgateway\.basicAuth\)$/,
    ],
    [
      'with a wrong password',
      {basicAuth: {...right, password: new Secret('wrong-password')}},
      /^the Pushgateway answered 401/,
    ],
    ['without the CA', {caFile: ''}, /^the Pushgateway was not reached: .*self.signed/],
  ])('fails %s, and says why', async (_how, given, detail) => {
    const delivery = await push({...given, cluster: 'refused'})
    expect(delivery).toMatchObject({ok: false, detail: expect.stringMatching(detail)})
    expect(await scrape()).not.toContain('cluster="refused"')
  })
})
