import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {pushgatewaySink} from '../../src/sink/pushgateway.ts'
import {recoverFirstSeen, type Recovered, type RecoverOptions} from '../../src/sink/recover-first-seen.ts'
import {requireExecutable} from '../support/executables.ts'
import {startPushgateway, type Pushgateway} from '../support/pushgateway.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from '../support/webhook-receiver.ts'

const gatewayPath = requireExecutable('prometheus-pushgateway', 'apt-get install prometheus-pushgateway')
const row = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const since = '2026-11-18T07:30:00Z'

let http: Http
beforeEach(() => {
  http = httpClient({env: {}})
})
afterEach(() => http.close())

function optionsOf(url: string, over: Partial<RecoverOptions> = {}): RecoverOptions {
  return {
    url,
    job: 'tazuna-watch',
    cluster: 'prod',
    watch: 'default',
    basicAuth: null,
    http,
    redact: redactor([]),
    sendPolicy: {backoff: 1},
    clock: () => new Date('2026-11-21T09:00:00Z'),
    ...over,
  }
}

function recover(url: string, over: Partial<RecoverOptions> = {}, signal = AbortSignal.timeout(20_000)) {
  return recoverFirstSeen(optionsOf(url, over), signal)
}

describe.skipIf(gatewayPath === null)('a real Pushgateway', () => {
  let gateway: Pushgateway
  beforeEach(async () => {
    gateway = await startPushgateway(gatewayPath!)
  })
  afterEach(() => gateway[Symbol.asyncDispose]())

  const sets = {own: ['tazuna_watch'], stack: ['drift_stack'], both: ['tazuna_watch', 'drift_stack']} as const

  async function push(gauges: keyof typeof sets, report = drifted, over: Partial<RecoverOptions> = {}) {
    const sink = pushgatewaySink({...optionsOf(gateway.url, over), intervalSeconds: null, sets: sets[gauges]})
    expect(await sink.send(sink.render(report, null)!, AbortSignal.timeout(20_000))).toMatchObject({ok: true})
  }

  const names = ['web', 'a/b "c" \\d é\n', '', '__proto__', '東京 😀']
  const drifted = buildReport([
    ...names.map(name => ({name, rows: [row], firstSeenAt: since})),
    {name: 'api', firstSeenAt: null},
  ])

  it('has no group of ours', async () => {
    expect(await recover(gateway.url)).toStrictEqual({state: 'absent'})
    await push('own', drifted, {cluster: 'other'})
    await push('own', drifted, {watch: 'edge'})
    expect(await recover(gateway.url)).toStrictEqual({state: 'absent'})
  })

  it.each(['own', 'stack', 'both'] as const)(
    'gives back the ages that it got (%s), whatever the names',
    async gauges => {
      await push(gauges)
      const firstSeen = new Map(names.map(name => [name, since]))
      expect(await recover(gateway.url)).toStrictEqual({state: 'read', firstSeen})
    },
  )

  it('gives them back to a watch with a hostile name', async () => {
    const key = {job: 'a/b', cluster: 'arn:"aws"\n', watch: ''}
    await push('own', drifted, key)
    expect(await recover(gateway.url, key)).toMatchObject({state: 'read', firstSeen: {size: names.length}})
  })

  it('knows of no drift in a group without any, nor in one that a failed run made', async () => {
    await push('own', buildReport([{name: 'web'}]))
    await push('own', buildFailedReport({code: 'TAZUNA_FAILED', message: 'no', hint: 'look'}), {watch: 'edge'})
    const nothing = {state: 'read', firstSeen: new Map()}
    expect([await recover(gateway.url), await recover(gateway.url, {watch: 'edge'})]).toStrictEqual([nothing, nothing])
  })

  it('may hold what others pushed', async () => {
    const odd =
      '# TYPE labels gauge\nlabels{a="b"} 1\n# TYPE x histogram\nx_bucket{le="+Inf"} 1\nx_sum NaN\nx_count 1\n'
    await fetch(`${gateway.url}/metrics/job/odd`, {method: 'PUT', body: odd})
    await fetch(`${gateway.url}/metrics/job/odd2`, {method: 'PUT', body: 'broken'})
    await push('own')
    expect(await recover(gateway.url)).toMatchObject({state: 'read', firstSeen: {size: names.length}})
  })
})

function failed(what: string): Recovered {
  return {state: 'failed', message: `reading what was pushed before: ${what}`}
}

describe('a gateway that', () => {
  let receiver: WebhookReceiver | undefined
  afterEach(() => receiver?.close())

  const empty = {status: 200, body: '{"status":"success","data":[]}'} as const

  async function recoverFrom(answers: [ScriptedAnswer, ...ScriptedAnswer[]], over: Partial<RecoverOptions> = {}) {
    receiver = await startWebhookReceiver(...answers)
    return {recovered: await recover(receiver.url, over), calls: receiver.calls}
  }

  it.each<[string, ScriptedAnswer, number, Recovered]>([
    ['has no group', empty, 1, {state: 'absent'}],
    [
      'is too old to be asked',
      {status: 404},
      1,
      failed('the Pushgateway answered 404 (check metrics.pushgateway.url)'),
    ],
    ['wants a login', {status: 401}, 1, failed('the Pushgateway answered 401 (check metrics.pushgateway.basicAuth)')],
    [
      'sends us elsewhere',
      {status: 302, headers: {location: '/login'}},
      1,
      failed('the Pushgateway answered 302 (check metrics.pushgateway.url)'),
    ],
    ['has an error of its own', {status: 500}, 4, failed('the Pushgateway answered 500')],
    [
      'gives a page',
      {status: 200, body: '<html>'},
      1,
      failed('the Pushgateway gave no groups: it is no JSON (check metrics.pushgateway.url)'),
    ],
    [
      'gives something else',
      {status: 200, body: '{"status":"success"}'},
      1,
      failed('the Pushgateway gave no groups: it has no list of groups (check metrics.pushgateway.url)'),
    ],
    [
      'holds very much',
      {status: 200, body: `${empty.body}${' '.repeat(16 * 1024 * 1024)}`},
      1,
      failed('the Pushgateway holds more than 16 MiB'),
    ],
  ])('%s', async (_, answer, attempts, expected) => {
    const {recovered, calls} = await recoverFrom([answer])
    expect(recovered).toStrictEqual(expected)
    expect(calls.map(({method, path}) => `${method} ${path}`)).toStrictEqual(
      Array.from({length: attempts}, () => 'GET /api/v1/metrics'),
    )
  })

  it('fails at first is asked again', async () => {
    const {recovered, calls} = await recoverFrom([{status: 503}, 'reset', {status: 429}, empty])
    expect(recovered).toStrictEqual({state: 'absent'})
    expect(calls).toHaveLength(4)
  })

  it('wants us to come back much later is not asked again', async () => {
    const {recovered, calls} = await recoverFrom([{status: 503, headers: {'retry-after': '3600'}}])
    expect(recovered).toStrictEqual(failed('the Pushgateway answered 503'))
    expect(calls).toHaveLength(1)
  })

  it('is behind a login gets it, and the path and query of its URL', async () => {
    receiver = await startWebhookReceiver(empty)
    const url = `${receiver.url.replace('http://', 'http://ci:hunter22@')}/push/?tenant=a`
    expect(await recover(url)).toStrictEqual({state: 'absent'})
    const authorization = `Basic ${Buffer.from('ci:hunter22').toString('base64')}`
    expect(receiver.calls).toMatchObject([{path: '/push/api/v1/metrics?tenant=a', headers: {authorization}}])
  })

  it('hangs is left when the time is over', async () => {
    receiver = await startWebhookReceiver('hang')
    const recovered = await recover(receiver.url, {}, AbortSignal.timeout(100))
    expect(recovered).toStrictEqual(failed('the Pushgateway was not reached: no answer in time'))
    expect(receiver.calls).toHaveLength(1)
  })

  it('is not there cannot tell, and no secret is said', async () => {
    receiver = await startWebhookReceiver()
    await receiver.close()
    const host = receiver.url.replace('http://', '')
    const recovered = await recover(receiver.url, {redact: redactor([new Secret(host)])})
    expect(recovered).toStrictEqual(failed('the Pushgateway was not reached: connect ECONNREFUSED [redacted]'))
  })
})
