import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'

import {afterAll, describe, expect, it} from 'vitest'

import {httpClient, type HttpRequest} from '../src/http.ts'
import {networkErrorText, parseRetryAfter, send, type SendPolicy, type Sent, type Verdict} from '../src/send.ts'
import {freePort} from './support/ports.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from './support/webhook-receiver.ts'

const http = httpClient({env: {}})
const receivers: WebhookReceiver[] = []

afterAll(async () => {
  await http.close()
  await Promise.all(receivers.map(receiver => receiver.close()))
})

async function receive(...answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]]): Promise<WebhookReceiver> {
  const receiver = await startWebhookReceiver(...answers)
  receivers.push(receiver)
  return receiver
}

/** Sends, and tells how long that took in milliseconds. */
async function sendTo(
  url: string,
  policy: Partial<SendPolicy> = {},
  request: Partial<HttpRequest> = {},
): Promise<{sent: Sent; took: number}> {
  const startedAt = performance.now()
  const signal = new AbortController().signal
  const sent = await send(http, {method: 'POST', url, body: 'text', ...request}, {signal, backoff: 1, ...policy})
  return {sent, took: performance.now() - startedAt}
}

/** As of a receiver that answers `again`, `no`, or anything else when it is done; 503 is final there. */
function verdict(status: number, text: string): Verdict {
  if (text === 'again') return 'retry'
  return status === 503 || text === 'no' ? 'failed' : 'ok'
}

const range = (from: number, to: number) => Array.from({length: to - from + 1}, (_, index) => from + index)

describe('send', () => {
  it.each(range(200, 206).filter(status => status !== 205))('takes %i for success', async status => {
    const {url, calls} = await receive({status, body: status === 204 ? '' : 'fine'})
    expect((await sendTo(url)).sent).toEqual({ok: true, status, text: status === 204 ? '' : 'fine', attempts: 1})
    expect(calls).toHaveLength(1)
  })

  it.each([...range(300, 308), ...range(400, 431), 451].filter(status => status !== 408 && status !== 429))(
    'gives up at once on %i',
    async status => {
      const {url, calls} = await receive({status})
      expect((await sendTo(url)).sent).toEqual({ok: false, status, text: '', attempts: 1, retryable: false})
      expect(calls).toHaveLength(1)
    },
  )

  it.each([408, 429, ...range(500, 511), 520, 524, 599])('tries %i four times', async status => {
    const {url, calls} = await receive({status, body: 'later'})
    expect((await sendTo(url)).sent).toEqual({ok: false, status, text: 'later', attempts: 4, retryable: true})
    expect(calls).toHaveLength(4)
  })

  it('sends the same each time, and succeeds when the receiver does', async () => {
    const {url, calls} = await receive({status: 503}, 'reset', {status: 429}, {body: 'ok'})
    const headers = {'content-type': 'text/x-test'}
    const {sent} = await sendTo(`${url}/path?query=1`, {}, {method: 'PUT', headers})
    expect(sent).toEqual({ok: true, status: 200, text: 'ok', attempts: 4})
    expect(calls.map(({method, path, body, headers}) => [method, path, body, headers['content-type']])).toEqual(
      Array.from({length: 4}, () => ['PUT', '/path?query=1', 'text', 'text/x-test']),
    )
  })

  it('does not follow a redirect', async () => {
    const other = await receive({body: 'ok'})
    const {url} = await receive({status: 307, headers: {location: other.url}})
    expect((await sendTo(url)).sent).toMatchObject({ok: false, status: 307, attempts: 1, retryable: false})
    expect(other.calls).toEqual([])
  })

  it('waits longer before each attempt', async () => {
    const {url} = await receive({status: 503})
    const {took} = await sendTo(url, {backoff: 100, attempts: 3})
    expect(took).toBeGreaterThan(50 + 100)
    expect(took).toBeLessThan(150 + 300 + 1_000)
  })

  it('keeps 16 KiB of an answer and leaves the rest', async () => {
    const {url} = await receive({status: 400, body: 'x'.repeat(1_000_000)})
    const {sent} = await sendTo(url)
    expect(sent.text).toBe('x'.repeat(16 * 1024))
  })

  describe('a receiver that says in the body what it means', () => {
    it('is asked again when it says so with status 200', async () => {
      const {url, calls} = await receive({body: 'again'}, {body: 'yes'})
      expect((await sendTo(url, {verdict})).sent).toEqual({ok: true, status: 200, text: 'yes', attempts: 2})
      expect(calls).toHaveLength(2)
    })

    it('is waited for as long as it says', async () => {
      const {url} = await receive({body: 'again', headers: {'retry-after': '1'}}, {body: 'yes'})
      const {sent, took} = await sendTo(url, {verdict})
      expect(sent).toMatchObject({ok: true, attempts: 2})
      expect(took).toBeGreaterThan(990)
    })

    it('is asked until the attempts are used up', async () => {
      const {url} = await receive({body: 'again'})
      const again = {ok: false, status: 200, text: 'again', attempts: 4, retryable: true}
      expect((await sendTo(url, {verdict})).sent).toEqual(again)
    })

    it.each([
      ['refuses with status 200', {body: 'no'}, {ok: false, status: 200, text: 'no', attempts: 1, retryable: false}],
      ['refuses with 503', {status: 503}, {ok: false, status: 503, text: '', attempts: 1, retryable: false}],
      ['takes it with status 400', {status: 400, body: 'yes'}, {ok: true, status: 400, text: 'yes', attempts: 1}],
    ])('is believed when it %s', async (_title, answer, sent) => {
      const {url, calls} = await receive(answer)
      expect((await sendTo(url, {verdict})).sent).toEqual(sent)
      expect(calls).toHaveLength(1)
    })

    it('has no part in what was not answered', async () => {
      const {url} = await receive('reset', {body: 'yes'})
      expect((await sendTo(url, {verdict})).sent).toMatchObject({ok: true, attempts: 2})
    })
  })

  it('keeps as much of an answer as its policy says', async () => {
    const {url} = await receive({body: 'x'.repeat(1_000_000)})
    const {sent} = await sendTo(url, {answerLimit: 300_000})
    expect(sent.text).toBe('x'.repeat(300_000))
  })

  it('ends with an answer that never does', async () => {
    await using server = await startEndless()
    const {sent, took} = await sendTo(server.url, {attempts: 1})
    expect(sent).toMatchObject({ok: true, text: 'x'.repeat(16 * 1024)})
    expect(took).toBeLessThan(5_000)
  })

  it('tries again when nobody is there, and says what the system says', async () => {
    const port = await freePort()
    expect((await sendTo(`http://127.0.0.1:${port}`)).sent).toEqual({
      ok: false,
      status: null,
      text: `connect ECONNREFUSED 127.0.0.1:${port}`,
      attempts: 4,
      retryable: true,
    })
  })

  it.each([
    ['a word', 'no-url', {}],
    ['nothing', '', {}],
    ['of another protocol', 'ftp://127.0.0.1/', {}],
    ['right with a header that is none', null, {headers: {'x-test': 'a\nb'}}],
  ])('gives up at once on a URL that is %s, and throws nothing', async (_title, given, request) => {
    const {url, calls} = await receive({body: 'ok'})
    expect((await sendTo(given ?? url, {}, request)).sent).toMatchObject({
      ok: false,
      status: null,
      attempts: 1,
      retryable: false,
    })
    expect(calls).toEqual([])
  })

  describe.concurrent('within its time', () => {
    it('ends an attempt that gets no answer, and makes the next', async () => {
      const {url, calls} = await receive('hang', {body: 'ok'})
      const {sent, took} = await sendTo(url, {attemptTimeout: 200})
      expect(sent).toMatchObject({ok: true, attempts: 2})
      expect(took).toBeGreaterThan(190)
      expect(calls).toHaveLength(2)
    })

    it.each([
      [0, 1],
      [1, 2],
      [2, 3],
    ])(
      'makes %i further attempts after one without answer where that is asked for',
      async (timeoutRetries, attempts) => {
        const {url, calls} = await receive('hang')
        expect((await sendTo(url, {attemptTimeout: 100, timeoutRetries})).sent).toEqual({
          ok: false,
          status: null,
          text: 'no answer in time',
          attempts,
          retryable: true,
        })
        expect(calls).toHaveLength(attempts)
      },
    )

    it('counts only attempts without answer for that', async () => {
      const {url} = await receive({status: 503}, 'reset', 'hang', {body: 'ok'})
      expect((await sendTo(url, {attemptTimeout: 200, timeoutRetries: 1})).sent).toMatchObject({ok: true, attempts: 4})
    })

    it('ends an attempt whose answer stops in the middle', async () => {
      const server = createServer((_request, response) => {
        response.writeHead(200, {'content-length': 100}).write('half')
      })
      await using listening = await listen(server)
      const {sent} = await sendTo(listening.url, {attemptTimeout: 200, attempts: 2})
      expect(sent).toEqual({ok: false, status: null, text: 'no answer in time', attempts: 2, retryable: true})
    })

    it('ends all of it at the total deadline', async () => {
      const {url, calls} = await receive('hang')
      const {sent, took} = await sendTo(url, {totalTimeout: 300})
      expect(sent).toEqual({ok: false, status: null, text: 'no answer in time', attempts: 1, retryable: true})
      expect(took).toBeGreaterThan(290)
      expect(took).toBeLessThan(2_000)
      expect(calls).toHaveLength(1)
    })

    it('does not begin a wait that the deadline would end', async () => {
      const {url} = await receive({status: 503})
      const {sent, took} = await sendTo(url, {backoff: 10_000, totalTimeout: 4_000})
      expect(sent).toMatchObject({status: 503, attempts: 1, retryable: true})
      expect(took).toBeLessThan(2_000)
    })
  })

  describe.concurrent('told when to come back', () => {
    it.each<[string, () => string, number, number]>([
      ['in seconds', () => '1', 1_000, 2_500],
      ['at once', () => '0', 0, 900],
      ['with a date', () => new Date(Date.now() + 2_000).toUTCString(), 900, 3_500],
      ['with a date that has passed', () => new Date(Date.now() - 60_000).toUTCString(), 0, 900],
      ['in words that nobody knows', () => 'soon', 0, 900],
    ])('%s, does so', async (_how, retryAfter, least, most) => {
      const {url, calls} = await receive({status: 429, headers: {'retry-after': retryAfter()}}, {body: 'ok'})
      const {sent, took} = await sendTo(url)
      expect(sent).toMatchObject({ok: true, attempts: 2})
      expect(took).toBeGreaterThanOrEqual(least - 10)
      expect(took).toBeLessThan(most)
      expect(calls).toHaveLength(2)
    })

    it.each([
      ['later than in a minute', '61', 120_000],
      ['on a date far away', new Date(Date.now() + 3_600_000).toUTCString(), 7_200_000],
      ['after the deadline', '30', 10_000],
    ])('%s, gives up at once', async (_when, retryAfter, totalTimeout) => {
      const {url, calls} = await receive({status: 503, headers: {'retry-after': retryAfter}}, {body: 'ok'})
      const {sent, took} = await sendTo(url, {totalTimeout})
      expect(sent).toMatchObject({ok: false, status: 503, attempts: 1, retryable: true})
      expect(took).toBeLessThan(2_000)
      expect(calls).toHaveLength(1)
    })
  })

  describe.concurrent('when the run ends', () => {
    it('sends nothing', async () => {
      const {url, calls} = await receive({body: 'ok'})
      const {sent} = await sendTo(url, {signal: AbortSignal.abort('SIGTERM')})
      expect(sent).toEqual({ok: false, status: null, text: 'it was not sent', attempts: 0, retryable: true})
      expect(calls).toEqual([])
    })

    it('at its deadline, ends what is in flight', async () => {
      const {url, calls} = await receive('hang')
      const {sent, took} = await sendTo(url, {signal: AbortSignal.timeout(200)})
      expect(sent).toEqual({ok: false, status: null, text: 'no answer in time', attempts: 1, retryable: true})
      expect(took).toBeLessThan(1_500)
      expect(calls).toHaveLength(1)
    })

    it('at its deadline, ends a wait', async () => {
      const {url, calls} = await receive({status: 503, headers: {'retry-after': '30'}})
      const {sent, took} = await sendTo(url, {signal: AbortSignal.timeout(200)})
      expect(sent).toMatchObject({status: 503, attempts: 1, retryable: true})
      expect(took).toBeLessThan(1_500)
      expect(calls).toHaveLength(1)
    })

    it('by an interrupt, still hears the answer to what is in flight', async () => {
      const {url} = await receive({body: 'ok', delay: 1_000})
      const {sent} = await sendTo(url, {signal: interruptAfter(200)})
      expect(sent).toEqual({ok: true, status: 200, text: 'ok', attempts: 1})
    })

    it('by an interrupt, waits three seconds for that answer and no longer', async () => {
      const {url, calls} = await receive('hang')
      const {sent, took} = await sendTo(url, {signal: interruptAfter(100)})
      expect(sent).toEqual({ok: false, status: null, text: 'no answer in time', attempts: 1, retryable: true})
      expect(took).toBeGreaterThan(3_000)
      expect(took).toBeLessThan(4_500)
      expect(calls).toHaveLength(1)
    })

    it('by an interrupt, makes no further attempt', async () => {
      const {url, calls} = await receive({status: 503, delay: 400}, {body: 'ok'})
      const {sent} = await sendTo(url, {signal: interruptAfter(100)})
      expect(sent).toMatchObject({ok: false, status: 503, attempts: 1, retryable: true})
      await sleep(100)
      expect(calls).toHaveLength(1)
    })

    it('by an interrupt, ends a wait', async () => {
      const {url} = await receive({status: 503, headers: {'retry-after': '30'}})
      const {sent, took} = await sendTo(url, {signal: interruptAfter(200)})
      expect(sent).toMatchObject({status: 503, attempts: 1})
      expect(took).toBeLessThan(1_500)
    })
  })
})

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-11-21T09:00:00Z')

  it.each([
    ['120', 120_000],
    ['0', 0],
    [' 7 ', 7_000],
    ['Sat, 21 Nov 2026 09:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 08:59:30 GMT', 0],
    ['soon', null],
    ['', null],
    [undefined, null],
    [['1', '2'], null],
  ])('reads %j as %s ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected)
  })
})

describe('networkErrorText', () => {
  it.each([
    [new Error('read ECONNRESET'), 'read ECONNRESET'],
    [new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('other')]), 'connect ECONNREFUSED ::1:1'],
    [new AggregateError([], 'all of them'), 'all of them'],
    ['odd', 'odd'],
  ])('says of %s: %s', (error, text) => {
    expect(networkErrorText(error)).toBe(text)
  })
})

function interruptAfter(milliseconds: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort('SIGTERM'), milliseconds)
  return controller.signal
}

type Listening = AsyncDisposable & {readonly url: string}

async function listen(server: ReturnType<typeof createServer>): Promise<Listening> {
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** Answers 200 and a body without end. */
function startEndless(): Promise<Listening> {
  return listen(
    createServer((_request, response) => {
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
      }
      response.on('drain', more)
      more()
    }),
  )
}
