import {setTimeout as sleep} from 'node:timers/promises'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {LastKnown} from '../../src/model/last-known.ts'
import type {Report} from '../../src/model/report.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {redactor, type Redact} from '../../src/secret.ts'
import type {SendPolicy} from '../../src/send.ts'
import type {Sink} from '../../src/sink/sink.ts'
import {buildLastKnown} from '../metrics/build-last-known.ts'
import {buildFailedReport, buildLargeReport, buildReport} from '../support/report-builder.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from '../support/webhook-receiver.ts'

export type SinkContract<Payload> = {
  /** `url` has a login and a path; nothing of the login may be seen. */
  make: (options: {url: string; http: Http; redact: Redact; sendPolicy: Omit<SendPolicy, 'signal'>}) => Sink<Payload>
  /** What the receiver answers when it takes a run. */
  success: ScriptedAnswer
  /** The call for a run with drift, below the path of the URL. */
  call: {readonly method: string; readonly path: string}
  /** Calls of a URL that is none. Default 1: the client finds out. */
  attemptsWithoutUrl?: number
}

const path = '/tenants/eu'
const password = 'hV9sDk2LmQpX4cR7'
const token = Buffer.from(`ci:${password}`).toString('base64')
const secret = new RegExp(`${password}|${token}`)
const sendPolicy = {attempts: 3, backoff: 1, attemptTimeout: 400, totalTimeout: 5_000}

const finalStatuses = [301, 302, 307, 308, 400, 401, 403, 404, 405, 410, 413, 422]
const passingStatuses = [408, 429, 500, 502, 503, 504]

const drifted = buildLargeReport(3, 3)
const firstSeenAt = '2026-11-16T08:30:00Z'
const failing = {code: 'error', groups: 4, group: '1', since: firstSeenAt}
const counts = {added: 0, modified: 1, removed: 2}
const known = buildLastKnown(
  [
    {name: 'team-0', counts, firstSeenAt, stateKeys: ['team-0/v1/ConfigMap/a/b', 'team-0/v1/ConfigMap/a/c']},
    {name: 'team-1', failing},
    {name: 'large', counts: {added: 9_000, modified: 0, removed: 0}, firstSeenAt},
  ],
  {failing: {...failing, code: 'TAZUNA_FAILED'}},
)

/** The runs that there can be. */
const runs: Record<string, Report> = {
  drift: drifted,
  'a clean run': buildReport([{name: 'team-0'}]),
  'an incomplete run': buildReport([{name: 'team-0', outcome: 'error', error: 'no\nmore'}, {name: 'team-1'}]),
  'a failed run': buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'x', hint: 'y'}),
}
const memories: Record<string, LastKnown | null> = {'and no memory': null, 'and what is remembered': known}
const all = Object.entries(runs).flatMap(([run, report]) =>
  Object.entries(memories).map(([memory, lastKnown]) => [run, memory, report, lastKnown] as const),
)

/**
 * What holds for every sink that calls a server, against a real one: one call for a run, bounded retries when it may
 * help, none when it cannot, an end at the signal, never a throw, never a secret in what is told about it.
 */
export function testSinkContract<Payload>(
  type: string,
  {make, success, call, attemptsWithoutUrl = 1}: SinkContract<Payload>,
): void {
  let http: Http
  const receivers: WebhookReceiver[] = []

  beforeEach(() => {
    http = httpClient({env: {}})
  })
  afterEach(async () => {
    await http.close()
    await Promise.all(receivers.splice(0).map(receiver => receiver.close()))
  })

  async function receive(...answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]]): Promise<WebhookReceiver> {
    const receiver = await startWebhookReceiver(...answers)
    receivers.push(receiver)
    return receiver
  }

  function open(origin: string): Sink<Payload> {
    const url = origin.replace('//', `//ci:${password}@`) + path
    return make({url, http, redact: redactor([]), sendPolicy})
  }

  async function deliver(origin: string, signal = new AbortController().signal): Promise<Delivery> {
    const sink = open(origin)
    const delivery = await sink.send(sink.render(drifted, known)!, signal)
    expect(JSON.stringify(delivery)).not.toMatch(secret)
    return delivery
  }

  const expected = {method: call.method, path: path + call.path}

  describe(`as every sink, ${type}`, () => {
    it('delivers with one call, and logs in with what stands in its URL', async () => {
      const {url, calls} = await receive(success)
      expect(await deliver(url)).toEqual({ok: true, attempts: 1})
      expect(calls.map(toCall)).toEqual([expected])
      expect(calls[0]?.headers.authorization).toBe(`Basic ${token}`)
      expect(calls[0]?.body).not.toMatch(secret)
    })

    it('sends the same run as the same bytes', async () => {
      const {url, calls} = await receive(success)
      await deliver(url)
      await deliver(url)
      expect(calls).toHaveLength(2)
      expect(calls[1]?.body).toBe(calls[0]?.body)
    })

    it.each(finalStatuses)('gives up at once on %i', async status => {
      const body = `not for ${password}, ${token}`
      const {url, calls} = await receive({status, headers: {location: '/elsewhere'}, body})
      const detail = expect.stringContaining(`${status}`)
      expect(await deliver(url)).toEqual({ok: false, attempts: 1, retryable: false, detail})
      expect(calls.map(toCall)).toEqual([expected])
    })

    it.each(passingStatuses)('tries again on %i until its attempts are used up', async status => {
      const {url, calls} = await receive({status, body: `try later, ${password}`})
      const detail = expect.stringContaining(`${status}`)
      expect(await deliver(url)).toEqual({ok: false, attempts: 3, retryable: true, detail})
      expect(calls.map(toCall)).toEqual([expected, expected, expected])
    })

    it.each(passingStatuses)('delivers the same after one %i', async status => {
      const {url, calls} = await receive({status}, success)
      expect(await deliver(url)).toEqual({ok: true, attempts: 2})
      expect(calls).toHaveLength(2)
      expect(calls[1]?.body).toBe(calls[0]?.body)
    })

    it('waits as long as it is told', async () => {
      const {url} = await receive({status: 503, headers: {'retry-after': '1'}}, success)
      const started = performance.now()
      expect(await deliver(url)).toEqual({ok: true, attempts: 2})
      expect(performance.now() - started).toBeGreaterThan(950)
    })

    it('does not wait longer than it has time', async () => {
      const {url, calls} = await receive({status: 429, headers: {'retry-after': '30'}}, success)
      expect(await deliver(url)).toMatchObject({ok: false, attempts: 1, retryable: true})
      expect(calls).toHaveLength(1)
    })

    it.each(['reset', 'hang'] as const)('tries again after %s in place of an answer', async answer => {
      const {url, calls} = await receive(answer, success)
      expect(await deliver(url)).toEqual({ok: true, attempts: 2})
      expect(calls).toHaveLength(2)
      expect(calls[1]?.body).toBe(calls[0]?.body)
    })

    it('fails when nothing answers any more', async () => {
      const receiver = await startWebhookReceiver()
      await receiver.close()
      expect(await deliver(receiver.url)).toMatchObject({ok: false, attempts: 3, retryable: true})
    })

    it('ends when the time is over while the receiver hangs', async () => {
      const {url, calls} = await receive('hang')
      const started = performance.now()
      expect(await deliver(url, AbortSignal.timeout(100))).toMatchObject({ok: false, attempts: 1, retryable: true})
      expect(performance.now() - started).toBeLessThan(sendPolicy.attemptTimeout)
      expect(calls).toHaveLength(1)
    })

    it('waits for no other attempt once it is interrupted', async () => {
      const {url, calls} = await receive({status: 503, headers: {'retry-after': '3'}})
      const interrupt = new AbortController()
      const [delivery] = await Promise.all([
        deliver(url, interrupt.signal),
        sleep(200).then(() => interrupt.abort(new Error('TERM'))),
      ])
      expect(delivery).toMatchObject({ok: false, attempts: 1, retryable: true})
      expect(calls).toHaveLength(1)
    })

    it('sends nothing once the signal is aborted', async () => {
      const {url, calls} = await receive(success)
      expect(await deliver(url, AbortSignal.abort())).toMatchObject({ok: false, attempts: 0, retryable: true})
      expect(calls).toEqual([])
    })

    it('fails when its URL is none', async () => {
      expect(await deliver('no-url')).toMatchObject({ok: false, attempts: attemptsWithoutUrl, retryable: false})
    })

    it.each(all)(
      'renders %s %s to the same bytes each time, and changes nothing',
      (_run, _memory, report, lastKnown) => {
        const sink = open('http://127.0.0.1')
        const frozen = [deepFreeze(structuredClone(report)), deepFreeze(structuredClone(lastKnown))] as const
        const payload = sink.render(...frozen)
        expect(JSON.stringify(sink.render(...frozen))).toBe(JSON.stringify(payload))
        expect(JSON.parse(JSON.stringify(payload))).toEqual(payload)
        if (payload === null) return
        const shown = JSON.stringify(sink.show(deepFreeze(payload)))
        expect(JSON.stringify(sink.show(payload))).toBe(shown)
        expect(shown).not.toMatch(secret)
      },
    )
  })
}

function toCall({method, path}: {method: string; path: string}) {
  return {method, path}
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
