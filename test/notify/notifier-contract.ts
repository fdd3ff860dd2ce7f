import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {Delivery, Notification, Notifier} from '../../src/notify/notifier.ts'
import {redactor, Secret, type Redact} from '../../src/secret.ts'
import type {SendPolicy} from '../../src/send.ts'
import {buildFailedReport, buildLargeReport, buildManifestNotice, buildNotification} from '../support/report-builder.ts'
import {startWebhookReceiver, type ScriptedAnswer, type WebhookReceiver} from '../support/webhook-receiver.ts'

export type NotifierContract<Payload> = {
  make: (options: {
    url: Secret
    http: Http
    redact: Redact
    sendPolicy: Omit<SendPolicy, 'signal'>
  }) => Notifier<Payload>
  /** What the receiver answers to a message it takes. */
  success: ScriptedAnswer
  /** What a delivery says besides, e.g. which message it is. */
  delivered?: Partial<Delivery>
  /** The path that is called, where it is not that of the URL. */
  path?: string
  /** Calls per status, where the notifier answers a refusal with something else than giving up. */
  callsAfter?: Record<number, number>
}

const secretPath = '/services/T00000000/B00000000/hV9sDk2LmQpX4cR7tYbN1aZe'
const sendPolicy = {attempts: 3, backoff: 1, attemptTimeout: 400, totalTimeout: 5_000}

const finalStatuses = [301, 302, 307, 308, 400, 401, 403, 404, 405, 410, 413, 422]
const passingStatuses = [408, 429, 500, 502, 503, 504]

const notification = buildNotification(buildLargeReport(3, 3))
const firstSeenAt = '2026-11-16T08:30:00Z'
const failing = {code: 'TAZUNA_FAILED', groups: 4, group: '1', since: firstSeenAt}
const resolved = {stateKey: 'a', diffType: 'removed', firstSeenAt, absentSince: firstSeenAt, wasTold: true} as const

/** What there can be to render: with a memory, after a failure, instead of everything. */
const told: Record<string, Notification> = {
  drift: notification,
  'what only a memory knows': {
    ...notification,
    reasons: ['check-failed', 'new-entries', 'manifest-gone', 'some-resolved'],
    muted: 3,
    failing,
    manifests: [
      {...notification.manifests[0]!, resolved: [resolved], checked: false, failing},
      buildManifestNotice('gone', {goneSince: firstSeenAt, reasons: ['manifest-gone']}),
      buildManifestNotice('large', {
        folded: {fingerprint: 'f', counts: {added: 1, modified: 2, removed: 3}, firstSeenAt},
      }),
    ],
  },
  'a failed run': buildNotification(buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'x', hint: 'y'}), {failing}),
  'a mass drift': {
    ...notification,
    reasons: ['mass-drift'],
    manifests: [],
    massDrift: {kind: 'all-added', since: firstSeenAt, affected: 11, total: 12},
  },
}

/**
 * What holds for every notifier, against a real server: one call when all is well, bounded retries when it may help,
 * none when it cannot, an end at the signal, never a throw, never a secret in what is told about it.
 */
export function testNotifierContract<Payload>(
  type: string,
  {make, success, delivered = {}, path = secretPath, callsAfter = {}}: NotifierContract<Payload>,
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

  function open(origin: string): Notifier<Payload> {
    const url = new Secret(origin + secretPath)
    return make({url, http, redact: redactor([url]), sendPolicy})
  }

  async function deliver(origin: string, signal = new AbortController().signal): Promise<Delivery> {
    const notifier = open(origin)
    const delivery = await notifier.send(notifier.render(notification), signal)
    expect(JSON.stringify(delivery)).not.toContain('hV9sDk2LmQpX4cR7tYbN1aZe')
    return delivery
  }

  describe(`as every notifier, ${type}`, () => {
    it('delivers with one call', async () => {
      const {url, calls} = await receive(success)
      expect(await deliver(url)).toEqual({ok: true, attempts: 1, ...delivered})
      expect(calls.map(({method, path}) => ({method, path}))).toEqual([{method: 'POST', path}])
      expect(calls[0]?.body).not.toContain(secretPath)
    })

    it.each(finalStatuses)('gives up at once on %i', async status => {
      const {url, calls} = await receive({status, headers: {location: '/elsewhere'}, body: `cannot POST ${secretPath}`})
      const attempts = callsAfter[status] ?? 1
      expect(await deliver(url)).toEqual({
        ok: false,
        attempts,
        retryable: false,
        detail: expect.stringContaining(`${status}`),
      })
      expect(calls.map(({path}) => path)).toEqual(Array.from({length: attempts}, () => path))
    })

    it.each(passingStatuses)('tries again on %i until its attempts are used up', async status => {
      const {url, calls} = await receive({status, body: `try later: ${secretPath}`})
      const detail = expect.stringContaining(`${status}`)
      expect(await deliver(url)).toEqual({ok: false, attempts: 3, retryable: true, detail})
      expect(calls).toHaveLength(3)
    })

    it.each(passingStatuses)('delivers the same message after one %i', async status => {
      const {url, calls} = await receive({status}, success)
      expect(await deliver(url)).toEqual({ok: true, attempts: 2, ...delivered})
      expect(calls).toHaveLength(2)
      expect(calls[1]?.body).toBe(calls[0]?.body)
    })

    it('does not wait longer than it has time', async () => {
      const {url, calls} = await receive({status: 429, headers: {'retry-after': '30'}}, success)
      expect(await deliver(url)).toMatchObject({ok: false, attempts: 1, retryable: true})
      expect(calls).toHaveLength(1)
    })

    it('tries again after a broken connection', async () => {
      const {url, calls} = await receive('reset', success)
      expect(await deliver(url)).toEqual({ok: true, attempts: 2, ...delivered})
      expect(calls).toHaveLength(2)
    })

    it('tries again after an attempt without answer', async () => {
      const {url, calls} = await receive('hang', success)
      expect(await deliver(url)).toEqual({ok: true, attempts: 2, ...delivered})
      expect(calls).toHaveLength(2)
    })

    it('fails when nothing answers any more', async () => {
      const receiver = await startWebhookReceiver()
      await receiver.close()
      expect(await deliver(receiver.url)).toMatchObject({ok: false, attempts: 3, retryable: true})
    })

    it('ends at the signal while the receiver hangs', async () => {
      const {url, calls} = await receive('hang')
      const started = performance.now()
      expect(await deliver(url, AbortSignal.timeout(100))).toMatchObject({ok: false, attempts: 1, retryable: true})
      expect(performance.now() - started).toBeLessThan(sendPolicy.attemptTimeout)
      expect(calls).toHaveLength(1)
    })

    it('sends nothing once the signal is aborted', async () => {
      const {url, calls} = await receive(success)
      expect(await deliver(url, AbortSignal.abort())).toMatchObject({ok: false, retryable: true})
      expect(calls).toEqual([])
    })

    it('fails when its URL is none', async () => {
      expect(await deliver('no-url')).toMatchObject({ok: false})
    })

    it.each(Object.entries(told))('renders %s to the same bytes each time and changes nothing of it', (_, told) => {
      const notifier = open('http://127.0.0.1')
      const frozen = deepFreeze(structuredClone(told))
      const payload = notifier.render(frozen)
      expect(JSON.stringify(notifier.render(frozen))).toBe(JSON.stringify(payload))
      expect(JSON.parse(JSON.stringify(payload))).toEqual(payload)
    })
  })
}

function deepFreeze(notification: Notification): Notification {
  const freeze = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  freeze(notification)
  return notification
}
