import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {openGateway, type GatewayOptions, type GatewayRequest} from '../../src/sink/gateway.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from '../support/webhook-receiver.ts'

const group = '/metrics/job@base64/Pz8_Pj4-/scope@base64/='
const request: GatewayRequest = {method: 'PUT', path: group, body: 'some_info 1\n'}

let http: Http
beforeEach(() => {
  http = httpClient({env: {}})
})
afterEach(() => http.close())

function push(
  url: string,
  over: Partial<GatewayOptions> = {},
  signal = AbortSignal.timeout(20_000),
): Promise<Delivery> {
  const options = {url, basicAuth: null, http, redact: redactor([]), sendPolicy: {backoff: 1}, ...over}
  return openGateway(options)(request, signal)
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

describe('openGateway', () => {
  let receiver: WebhookReceiver | undefined
  afterEach(() => receiver?.close())

  async function pushTo(
    answers: [ScriptedAnswer, ...ScriptedAnswer[]],
    over: (url: string) => Partial<GatewayOptions> = () => ({}),
  ) {
    receiver = await startWebhookReceiver(...answers)
    const delivery = await push(receiver.url, over(receiver.url))
    return {delivery, calls: receiver.calls}
  }

  it('is one PUT of the text format to the path of the group', async () => {
    const {delivery, calls} = await pushTo([{status: 200}])
    expect(delivery).toStrictEqual({ok: true, attempts: 1})
    expect(calls.map(({method, path, body}) => ({method, path, body}))).toStrictEqual([request])
    expect(calls[0]!.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(calls[0]!.headers.authorization).toBeUndefined()
  })

  it('keeps a path and a query of the URL', async () => {
    const {calls} = await pushTo([{}], url => ({url: `${url}/push/gateway/?tenant=a`}))
    expect(calls.map(({path}) => path)).toStrictEqual([`/push/gateway${group}?tenant=a`])
  })

  it.each<[string, string, GatewayOptions['basicAuth'], string]>([
    ['user and password of the config', '', {username: 'ci', password: new Secret('pässword')}, basic('ci:pässword')],
    ['user and password of the URL', 'us%40r:p%3Ass@', null, basic('us@r:p:ss')],
    ['a user without password', 'user@', null, basic('user:')],
    ['a password with a lone percent sign', 'user:100%25%@', null, basic('user:100%25%')],
    [
      'those of the config rather than those of the URL',
      'a:b@',
      {username: 'ci', password: new Secret('c')},
      basic('ci:c'),
    ],
  ])('has %s as basic auth', async (_, userinfo, basicAuth, expected) => {
    const {calls} = await pushTo([{}], url => ({url: url.replace('http://', `http://${userinfo}`), basicAuth}))
    expect(calls.map(({path, headers}) => [path, headers.authorization])).toStrictEqual([[group, expected]])
  })

  it('has no user and password in its URL', async () => {
    const urls: string[] = []
    const recording: Http = {
      ...http,
      request(request) {
        urls.push(request.url)
        return http.request(request)
      },
    }
    const {calls} = await pushTo([{}], url => ({url: url.replace('http://', 'http://user:password@'), http: recording}))
    expect(urls).toStrictEqual([`${receiver!.url}${group}`])
    expect(calls).toHaveLength(1)
  })

  it('is delivered with 202, the answer of a gateway that checks nothing', async () => {
    expect((await pushTo([{status: 202}])).delivery).toStrictEqual({ok: true, attempts: 1})
  })

  it.each<[string, ScriptedAnswer, number, boolean, string]>([
    [
      'a metric it does not like',
      {status: 400, body: 'pushed metrics are\n  invalid'},
      1,
      false,
      'the Pushgateway answered 400: pushed metrics are invalid',
    ],
    [
      'a login that is missing',
      {status: 401, body: 'Unauthorized'},
      1,
      false,
      'the Pushgateway answered 401: Unauthorized (check metrics.pushgateway.basicAuth)',
    ],
    [
      'a page that is not there',
      {status: 404},
      1,
      false,
      'the Pushgateway answered 404 (check metrics.pushgateway.url)',
    ],
    [
      'a redirect',
      {status: 302, headers: {location: '/login'}},
      1,
      false,
      'the Pushgateway answered 302 (check metrics.pushgateway.url)',
    ],
    [
      'another success than 200 and 202',
      {status: 204},
      1,
      false,
      'the Pushgateway answered 204 (check metrics.pushgateway.url)',
    ],
    ['an error of its own', {status: 500, body: 'oh'}, 4, true, 'the Pushgateway answered 500: oh'],
  ])('fails on %s', async (_, answer, attempts, retryable, detail) => {
    expect((await pushTo([answer])).delivery).toStrictEqual({ok: false, attempts, retryable, detail})
  })

  it('fails with at most 300 characters of the answer, none of them half', async () => {
    const {delivery} = await pushTo([{status: 400, body: `${'x'.repeat(299)}😀`}])
    expect(delivery).toMatchObject({detail: `the Pushgateway answered 400: ${'x'.repeat(299)}\uFFFD`})
  })

  it('shows no secret that the gateway repeats', async () => {
    const token = Buffer.from('ci:hunter22').toString('base64')
    const body = `hunter22 ${token} other-secret http://ci:hunter22@gateway/ ${'x'.repeat(250)} other-secret`
    const {delivery} = await pushTo([{status: 400, body}], url => ({
      url: url.replace('http://', 'http://ci:hunter22@'),
      redact: redactor([new Secret('other-secret')]),
    }))
    expect(JSON.stringify(delivery)).not.toMatch(/hunter22|other-s|Y2k6/)
    expect(JSON.stringify(delivery)).toContain('the Pushgateway answered 400: [redacted] [redacted] [redacted] http')
  })

  it('says so when no answer came in time', async () => {
    receiver = await startWebhookReceiver('hang')
    const delivery = await push(receiver.url, {}, AbortSignal.timeout(100))
    expect(delivery).toMatchObject({detail: 'the Pushgateway was not reached: no answer in time'})
  })

  it('says so when nobody is there', async () => {
    receiver = await startWebhookReceiver()
    await receiver.close()
    const delivery = await push(receiver.url, {sendPolicy: {backoff: 1, attempts: 2}})
    const host = receiver.url.replace('http://', '')
    const detail = `the Pushgateway was not reached: connect ECONNREFUSED ${host}`
    expect(delivery).toStrictEqual({ok: false, attempts: 2, retryable: true, detail})
  })
})
