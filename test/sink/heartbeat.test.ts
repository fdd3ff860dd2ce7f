import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {Report} from '../../src/model/report.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {heartbeatSink, type HeartbeatOptions} from '../../src/sink/heartbeat.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from '../support/webhook-receiver.ts'
import {testSinkContract} from './sink-contract.ts'

const row = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const clean = buildReport([{name: 'web'}])
const drifted = buildReport([{name: 'web', rows: [row]}])
const incomplete = buildReport([{name: 'web', outcome: 'error'}, {name: 'api'}])
const failed = buildFailedReport({code: 'TAZUNA_NOT_FOUND', message: 'no', hint: 'install it'})

const secretPath = '/ping/4f1c2d3e-8f6a-7b5c-4d3e-2f1a0b9c8d7e'

testSinkContract('heartbeatSink', {
  make: ({url, ...options}) => heartbeatSink({url: new Secret(url), ...options}),
  success: {body: 'OK'},
  call: {method: 'GET', path: ''},
  attemptsWithoutUrl: 0,
})

describe('heartbeatSink', () => {
  let http: Http
  let receiver: WebhookReceiver
  beforeEach(async () => {
    http = httpClient({env: {}})
    receiver = await startWebhookReceiver({body: 'OK'})
  })
  afterEach(async () => {
    await http.close()
    await receiver.close()
  })

  async function answering(...answers: [ScriptedAnswer, ...ScriptedAnswer[]]): Promise<void> {
    await receiver.close()
    receiver = await startWebhookReceiver(...answers)
  }

  function sinkOf(url: string, over: Partial<HeartbeatOptions> = {}) {
    const secret = new Secret(url)
    return heartbeatSink({url: secret, http, redact: redactor([secret]), sendPolicy: {backoff: 1}, ...over})
  }

  async function beat(
    report: Report,
    url = receiver.url + secretPath,
    signal = AbortSignal.timeout(20_000),
  ): Promise<Delivery> {
    const sink = sinkOf(url)
    return await sink.send(sink.render(report, null)!, signal)
  }

  const calls = () => receiver.calls.map(({method, path, body}) => `${method} ${path} ${body}`.trim())

  it.each([
    ['a clean run', clean, secretPath],
    ['drift', drifted, secretPath],
    ['an incomplete run', incomplete, `${secretPath}/fail`],
    ['a failed run', failed, `${secretPath}/fail`],
  ])('tells of %s with one GET', async (_what, report, path) => {
    expect(await beat(report)).toStrictEqual({ok: true, attempts: 1})
    expect(calls()).toEqual([`GET ${path}`])
  })

  it.each([
    ['a query', '/ping/x?create=1&a=b', '/ping/x?create=1&a=b', '/ping/x/fail?create=1&a=b'],
    ['a slash at its end', '/ping/x/', '/ping/x', '/ping/x/fail'],
    ['no path', '', '/', '/fail'],
    ['a fragment', '/ping/x#y', '/ping/x', '/ping/x/fail'],
    ['an escaped path', '/ping/a%2Fb', '/ping/a%2Fb', '/ping/a%2Fb/fail'],
  ])('keeps %s of its URL right', async (_what, given, completed, other) => {
    await beat(clean, receiver.url + given)
    await beat(failed, receiver.url + given)
    expect(calls()).toEqual([`GET ${completed}`, `GET ${other}`])
  })

  it('decodes user and password of its URL', async () => {
    await beat(clean, receiver.url.replace('//', '//us%40r:p%3Ass@') + secretPath)
    expect(receiver.calls.map(({headers}) => headers.authorization)).toEqual([
      `Basic ${Buffer.from('us@r:p:ss').toString('base64')}`,
    ])
  })

  it.each<[string, ScriptedAnswer, number, boolean, string]>([
    [
      'a check that is not there',
      {status: 404, body: 'not found'},
      1,
      false,
      'with 404: not found (check heartbeat.url)',
    ],
    ['a redirect', {status: 302, headers: {location: '/login'}}, 1, false, 'with 302 (check heartbeat.url)'],
    ['an error', {status: 500, body: 'oh\n no'}, 4, true, 'with 500: oh no'],
    [
      'many words',
      {status: 400, body: `${'x'.repeat(99)}😀`},
      1,
      false,
      `with 400: ${'x'.repeat(99)}� (check heartbeat.url)`,
    ],
  ])('fails on %s', async (_what, answer, attempts, retryable, detail) => {
    await answering(answer)
    expect(await beat(clean)).toStrictEqual({
      ok: false,
      attempts,
      retryable,
      detail: `the heartbeat was answered ${detail}`,
    })
  })

  it('says so when no answer came in time', async () => {
    await answering('hang')
    expect(await beat(clean, undefined, AbortSignal.timeout(100))).toMatchObject({
      detail: 'the heartbeat was not sent: no answer in time',
    })
  })

  it.each(['4f1c2d3e', 'ftp://127.0.0.1/4f1c2d3e', '', 'http://'])(
    'fails where its URL is %j, without a word of it',
    async url => {
      expect(await beat(clean, url)).toStrictEqual({
        ok: false,
        attempts: 0,
        retryable: false,
        detail: 'what heartbeat.url names is no http or https URL',
      })
    },
  )

  it('shows no secret that the receiver repeats', async () => {
    const token = Buffer.from('ci:hunter22').toString('base64')
    await answering({status: 400, body: `${secretPath} hunter22 ${token} ${'-'.repeat(60)} ${secretPath}`})
    const delivery = JSON.stringify(await beat(clean, receiver.url.replace('//', '//ci:hunter22@') + secretPath))
    expect(delivery).not.toMatch(/4f1c2d3e|hunter22|Y2k6/)
    expect(delivery).toContain('with 400: [redacted] [redacted] [redacted] ---')
  })

  it('is shown by a dry run without its URL', () => {
    const sink = sinkOf(`https://hc.test${secretPath}`)
    expect(sink.show(sink.render(clean, null)!)).toEqual({method: 'GET', url: '[redacted]'})
    expect(sink.show(sink.render(failed, null)!)).toEqual({method: 'GET', url: '[redacted]/fail'})
  })
})
