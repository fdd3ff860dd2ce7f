import {afterEach, describe, expect, it} from 'vitest'

import {httpClient} from '../../../src/http.ts'
import type {Delivery, Notifier, NotifierTools} from '../../../src/notify/notifier.ts'
import {messageLimit} from '../../../src/notify/webhook/fit.ts'
import {openWebhook, webhookNotifier} from '../../../src/notify/webhook/webhook.ts'
import {redactor, Secret} from '../../../src/secret.ts'
import {buildLargeReport, buildNotification} from '../../support/report-builder.ts'
import {canary, singing} from '../../support/canary.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from '../../support/webhook-receiver.ts'
import {testNotifierContract} from '../notifier-contract.ts'
import {situations} from '../slack/situations.ts'
import {signatureProblem} from './standard-verifier.ts'

const clock = () => new Date('2026-11-21T09:00:03.900Z')
const encoded = (word: string) => Buffer.from(word.padEnd(32, '.')).toString('base64')
const notification = situations['one small drift']!

testNotifierContract('webhook', {
  make: ({url, ...options}) =>
    webhookNotifier({
      name: 'ops',
      url,
      signingKeys: [new Secret(encoded('key'))],
      bearerToken: null,
      clock,
      ...options,
    }),
  success: {status: 204},
})

describe('webhook', () => {
  const http = httpClient({env: {}})
  let receiver: WebhookReceiver

  afterEach(() => receiver.close())

  type Setting = {readonly keys?: readonly string[]; readonly token?: string; readonly user?: string}

  function open({keys = [], token, user}: Setting, attemptTimeout = 5_000): Notifier {
    const origin = user === undefined ? receiver.url : receiver.url.replace('//', `//${user}@`)
    const url = new Secret(`${origin}/hooks/hV9sDk2LmQpX4cR7tYbN1aZe?team=a`)
    const bearerToken = token === undefined ? null : new Secret(token)
    const secrets = [url, ...(bearerToken === null ? [] : [bearerToken])]
    return webhookNotifier({
      name: 'ops',
      url,
      signingKeys: keys.map(key => new Secret(key)),
      bearerToken,
      http,
      redact: redactor(secrets),
      clock,
      sendPolicy: {attempts: 4, backoff: 1, attemptTimeout},
    })
  }

  async function deliver(
    setting: Setting,
    ...answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]]
  ): Promise<Delivery> {
    receiver = await startWebhookReceiver(...answers)
    const notifier = open(setting, 200)
    return await notifier.send(notifier.render(notification), new AbortController().signal)
  }

  it('posts what it renders, with the headers of Standard Webhooks', async () => {
    expect(await deliver({}, {status: 202, body: 'queued'})).toEqual({ok: true, attempts: 1})
    const [call] = receiver.calls
    expect(call?.body).toBe(JSON.stringify(open({}).render(notification)))
    const {data} = JSON.parse(call!.body) as {data: {id: string}}
    expect(call?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'tazuna-watch',
      'webhook-id': data.id,
      'webhook-timestamp': '1795251603',
    })
    expect(call?.headers).not.toHaveProperty('webhook-signature')
    expect(call?.headers).not.toHaveProperty('authorization')
    expect(call?.path).toBe('/hooks/hV9sDk2LmQpX4cR7tYbN1aZe?team=a')
  })

  it('signs what a receiver gets, byte by byte, also beyond ASCII', async () => {
    receiver = await startWebhookReceiver({status: 200})
    const notifier = open({keys: [encoded('key')]})
    for (const name of ['Chinese, Japanese and emoji', 'hostile names', 'ten thousand rows']) {
      await notifier.send(notifier.render(situations[name]!), new AbortController().signal)
    }
    expect(receiver.calls).toHaveLength(3)
    for (const call of receiver.calls) {
      expect(await signatureProblem(call, `whsec_${encoded('key')}`, clock())).toBeNull()
      expect(await signatureProblem(call, `whsec_${encoded('other')}`, clock())).toBe('no signature is right')
      const tampered = {...call, body: call.body.replace('T09:00:02Z', 'T09:00:03Z')}
      expect(await signatureProblem(tampered, `whsec_${encoded('key')}`, clock())).toBe('no signature is right')
    }
  })

  it('is taken by receivers with the old and with the new secret while both are configured', async () => {
    await deliver({keys: [encoded('new'), encoded('old')]}, {status: 200})
    expect(await signatureProblem(receiver.calls[0]!, `whsec_${encoded('new')}`, clock())).toBeNull()
    expect(await signatureProblem(receiver.calls[0]!, `whsec_${encoded('old')}`, clock())).toBeNull()
  })

  it('tells the same id in each attempt, and repeats after a timeout as often as after any error', async () => {
    expect(await deliver({}, 'hang', 'hang', {status: 503}, {status: 200})).toEqual({ok: true, attempts: 4})
    expect(new Set(receiver.calls.map(({headers}) => headers['webhook-id'])).size).toBe(1)
    expect(receiver.calls).toHaveLength(4)
  })

  it('waits as long as the receiver says', async () => {
    const startedAt = performance.now()
    expect(await deliver({}, {status: 429, headers: {'retry-after': '1'}}, {status: 200})).toMatchObject({attempts: 2})
    expect(performance.now() - startedAt).toBeGreaterThan(990)
  })

  it.each([
    [{token: 'hBearer-token_1'}, 'Bearer hBearer-token_1'],
    [{user: 'desk:p%40ss'}, `Basic ${Buffer.from('desk:p@ss').toString('base64')}`],
    [{user: 'only-a-token'}, `Basic ${Buffer.from('only-a-token:').toString('base64')}`],
    [{user: 'desk:p%40ss', token: 'hBearer-token_1'}, 'Bearer hBearer-token_1'],
  ])('sends the credentials of %j', async (setting, authorization) => {
    expect(await deliver(setting, {status: 200})).toEqual({ok: true, attempts: 1})
    expect(receiver.calls[0]?.headers.authorization).toBe(authorization)
  })

  const asked = 'does not understand the message: look into its log'
  const secrets = 'check the secrets that the notifier sends: its token, and the signing secret on both sides'
  it.each([
    [400, 'bad request', `the receiver answered 400 bad request: the receiver ${asked}`],
    [401, '', `the receiver answered 401: ${secrets}`],
    [403, 'no', `the receiver answered 403 no: ${secrets}`],
    [404, 'no such hook', 'the receiver answered 404 no such hook: check the URL of the notifier'],
    [405, '', 'the receiver answered 405: check the URL of the notifier'],
    [
      410,
      'gone',
      'the receiver answered 410 gone: the receiver wants no more messages: take the notifier out of the config',
    ],
    [413, '', 'the receiver answered 413: let the receiver take bodies of 256 KiB'],
    [422, '', `the receiver answered 422: the receiver ${asked}`],
    [
      302,
      'Found',
      'the receiver answered 302 Found: redirects are not followed: put the URL it leads to into the secret',
    ],
    [418, 'short and stout', 'the receiver answered 418 short and stout'],
  ])('gives up on %i %j and says what to do', async (status, body, detail) => {
    expect(await deliver({}, {status, body, headers: {location: '/elsewhere'}})).toEqual({
      ok: false,
      attempts: 1,
      retryable: false,
      detail,
    })
    expect(receiver.calls).toHaveLength(1)
  })

  it.each([
    [429, 'the receiver answered 429 slow down: it takes no more messages for now'],
    [503, 'the receiver answered 503 slow down'],
  ])('says of %i that it may pass', async (status, detail) => {
    expect(await deliver({}, {status, body: 'slow down'})).toEqual({ok: false, attempts: 4, retryable: true, detail})
  })

  it('says when nobody answers in time', async () => {
    expect(await deliver({}, 'hang')).toEqual({
      ok: false,
      attempts: 4,
      retryable: true,
      detail: 'the receiver was not reached: no answer in time',
    })
  })

  it('quotes an answer on one short line, without controls', async () => {
    const delivery = await deliver({}, {status: 404, body: `<html>\n\u001B[31m${'x'.repeat(20_000)}`})
    expect(delivery).toHaveProperty(
      'detail',
      expect.stringMatching(/^the receiver answered 404 <html> \[31mx{88}…: check/),
    )
  })

  it.each(['you sent ', '-'.repeat(88)])('repeats no secret of an answer that begins with %j', async before => {
    const [token, key, user] = [canary('Token'), canary('Key'), canary('User')]
    const [path, basic] = ['/hooks/hV9sDk2LmQpX4cR7tYbN1aZe', Buffer.from(`desk:${user.word}`).toString('base64')]
    const keys = [encoded(key.word)]
    const shared = [encoded(key.word), `whsec_${encoded(key.word)}`, path]
    const cases = [
      ...[token.word, ...shared].map(told => ({setting: {keys, token: token.word}, told})),
      ...[user.word, basic, ...shared].map(told => ({setting: {keys, user: `desk:${user.word}`}, told})),
    ]
    for (const {setting, told} of cases) {
      const delivery = await deliver(setting, {status: 401, body: before + told})
      await receiver.close()
      const text = JSON.stringify(delivery)
      expect(text).toMatch(/answered 401 (?:you sent |-{88})(?:whsec_|\/hooks\/)?\[red/)
      expect(singing([token, key, user], {text})).toEqual([])
      expect(text).not.toContain('hV9sDk2L')
      expect(text).not.toContain(basic.slice(0, 9))
    }
  })
})

describe('a webhook of the config', () => {
  const canaries = {url: canary('Url'), now: canary('Now'), before: canary('Before'), token: canary('Token')}
  const values: Record<string, string> = {
    URL: `https://desk.example/${canaries.url.word}`,
    NOW: `whsec_${encoded(canaries.now.word)}`,
    BEFORE: `whsec_${encoded(canaries.before.word)}`,
    TOKEN: canaries.token.word,
  }
  const rules = {remindAfter: 1, changeInterval: 1, failuresBeforeNotice: 2, resolved: false}
  const config = {
    type: 'webhook' as const,
    url: {env: 'URL'},
    signingSecret: [{env: 'NOW'}, {env: 'BEFORE'}],
    bearerToken: {env: 'TOKEN'},
    ...rules,
  }
  const toolsWith = (over: Record<string, string> = {}): NotifierTools => ({
    name: 'desk',
    http: httpClient({env: {}}),
    redact: text => text,
    resolveSecret: ref => new Secret({...values, ...over}[ref.env!]!),
    clock,
  })

  it('is called by its name, and shows none of its secrets in a dry run', () => {
    const notifier = openWebhook(config, toolsWith())
    expect({name: notifier.name, type: notifier.type}).toEqual({name: 'desk', type: 'webhook'})
    const payload = notifier.render(buildNotification(buildLargeReport(3, 3)))
    expect(payload).toMatchObject({data: {notifier: 'desk'}})
    const shown = JSON.stringify([payload, notifier])
    expect(singing(Object.values(canaries), {shown})).toEqual([])
  })

  it('needs neither a signing secret nor a token', () => {
    expect(openWebhook({type: 'webhook', url: {env: 'URL'}, ...rules}, toolsWith())).toMatchObject({name: 'desk'})
  })

  it.each([
    ['URL', 'ftp://desk.example', 'it is not a URL that begins with http:// or https://'],
    ['BEFORE', 'whsec_short', 'it is not whsec_ with 24 to 64 bytes in base64 behind it'],
    ['TOKEN', 'two words', 'it is no token, as it holds a space, a line break or the like'],
    ['TOKEN', 'tökén', 'it is no token, as it holds a space, a line break or the like'],
  ])('is refused when the variable %s holds %j, without its value', (env, value, problem) => {
    const refused = () => openWebhook(config, toolsWith({[env]: value}))
    expect(refused).toThrow(expect.objectContaining({code: 'SECRET_MISSING'}))
    expect(refused).toThrow(new RegExp(`^reading a secret from variable ${env}: ${problem}$`))
  })

  it('never sends more than a receiver has to take', () => {
    const payload = openWebhook(config, toolsWith()).render(buildNotification(buildLargeReport(1000, 100)))
    expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThanOrEqual(messageLimit)
  })
})
