import {describe, expect, it} from 'vitest'

import {WatchError} from '../../../src/errors.ts'
import type {Http, HttpRequest} from '../../../src/http.ts'
import type {NotifierTools} from '../../../src/notify/notifier.ts'
import {slackConfig} from '../../../src/notify/slack/config.ts'
import {openSlack} from '../../../src/notify/slack/slack.ts'
import {Secret} from '../../../src/secret.ts'
import {canary} from '../../support/canary.ts'
import {drift} from './slack-api.ts'

const secret = canary('slack')

/** Opens a notifier and sends one message into nowhere; the result is where that was sent to. */
async function send(keys: object, value: string): Promise<Pick<HttpRequest, 'url' | 'headers'>> {
  const requests: HttpRequest[] = []
  const http: Http = {
    request(request) {
      requests.push(request)
      return Promise.reject(Object.assign(new Error('nowhere'), {code: 'ERR_INVALID_URL'}))
    },
    prepare: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
  const tools: NotifierTools = {
    name: 'ops',
    http,
    redact: text => text,
    resolveSecret: () => new Secret(value),
    clock: () => new Date(0),
  }
  const notifier = openSlack(slackConfig.parse({type: 'slack', ...keys}), tools)
  expect(await notifier.send(notifier.render(drift), new AbortController().signal)).toEqual({
    ok: false,
    attempts: 1,
    retryable: false,
    detail: 'Slack was not reached: nowhere',
  })
  expect(requests).toHaveLength(1)
  return requests[0]!
}

const api = {token: {env: 'TOKEN'}, channel: 'C0123ABC'}

describe('openSlack', () => {
  it('opens a webhook', async () => {
    const url = `https://hooks.slack.com/services/T0/B0/${secret.word}`
    const request = await send({webhookUrl: {env: 'HOOK'}}, url)
    expect(request.url).toBe(url)
    expect(request.headers).not.toHaveProperty('authorization')
  })

  it.each([
    ['of Slack', {}, 'https://slack.com/api/chat.postMessage'],
    ['of GovSlack', {apiUrl: 'https://slack-gov.com/api'}, 'https://slack-gov.com/api/chat.postMessage'],
    ['with slashes at its end', {apiUrl: 'https://slack.com/api//'}, 'https://slack.com/api/chat.postMessage'],
  ])('opens the API %s', async (_title, more, url) => {
    const request = await send({...api, ...more}, `xoxb-${secret.word}`)
    expect(request.url).toBe(url)
    expect(request.headers).toMatchObject({authorization: `Bearer xoxb-${secret.word}`})
  })

  it.each([
    ['a line break', `xoxb-${secret.word}\n`],
    ['a header', `xoxb-${secret.word}\r\nx-evil: 1`],
    ['a space', `Bearer ${secret.word}`],
    ['other letters', `xoxb-${secret.word}–`],
  ])('takes no token with %s, and does not show it', async (_title, value) => {
    const error: unknown = await send(api, value).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(WatchError)
    expect(error).toMatchObject({
      code: 'SECRET_MISSING',
      message: 'reading a secret from variable TOKEN: it is no token, as it holds a space, a line break or the like',
    })
  })

  it('takes no webhook URL that is none', async () => {
    await expect(send({webhookUrl: {env: 'HOOK'}}, secret.word)).rejects.toThrow(/is not a URL/)
  })
})
