import {setTimeout as sleep} from 'node:timers/promises'

import {describe, expect, it, vi} from 'vitest'

import type {RunEvent} from '../../src/event.ts'
import type {Notice} from '../../src/model/notice.ts'
import type {Report} from '../../src/model/report.ts'
import {deliver, type Addressed, type DeliverOptions} from '../../src/notify/deliver.ts'
import type {Delivery, Notification, Notifier} from '../../src/notify/notifier.ts'
import {unavailable} from '../../src/notify/unavailable.ts'
import {redactor, Secret} from '../../src/secret.ts'
import {buildManifestNotice, buildReport, noticesOf} from '../support/report-builder.ts'

const drifted = buildReport([
  {name: 'web', rows: [{type: 'modified', resource: 'apps/v1/Deployment/web/nginx'}]},
  {
    name: 'api',
    rows: [
      {type: 'removed', resource: '/v1/ConfigMap/api/config'},
      {type: 'always-sync', resource: '/v1/Secret/api/token'},
      {type: 'added', resource: '/v1/ConfigMap/api/new', filteredBy: 'ignore-rule', ignoreReason: 'by hand'},
    ],
  },
])

const nothing: Notice = {reasons: [], manifests: [], muted: 0, massDrift: null, failing: null, thread: null}
const all: Notice = {...nothing, reasons: ['baseline'], manifests: noticesOf(drifted)}
const delivered: Delivery = {ok: true, attempts: 1}
const failed: Delivery = {ok: false, attempts: 4, retryable: true, detail: 'Slack answered 503'}

type Payload = {name: string; notification: Notification}

/** Notifiers that remember what they were to send; `send` is what becomes of it. */
function scene(over: Partial<DeliverOptions> = {}) {
  const told: Payload[] = []
  const events: RunEvent[] = []
  const steps: string[] = []
  const notifier = (name: string, send: Notifier['send'] = () => Promise.resolve(delivered)): Notifier => ({
    name,
    type: 'test',
    render: notification => ({name, notification}),
    send(payload, signal) {
      told.push(payload as Payload)
      steps.push(`send ${name}`)
      return send(payload, signal)
    },
  })
  const run = (addressed: readonly Addressed[], more: Partial<DeliverOptions> = {}, report: Report = drifted) =>
    deliver(report, addressed, {
      links: {runbookUrl: 'https://wiki.test/', reportUrl: null},
      run: {dryRun: false},
      onEvent: event => events.push(event),
      redact: redactor([new Secret('canary-hook')]),
      deliverySignal: new AbortController().signal,
      timeLeft: () => 60_000,
      record: ({notifier: {name}}, {ok}) => {
        steps.push(`record ${name} ${ok}`)
        return Promise.resolve(true)
      },
      ...over,
      ...more,
    })
  return {told, events, steps, notifier, run}
}

const to = (notifier: Notifier, notice: Notice = all): Addressed => ({notifier, notice})

describe('deliver', () => {
  it('tells each notifier once, of what is open, and says how that went', async () => {
    const {told, events, notifier, run} = scene()
    expect(await run([to(notifier('ops'))])).toEqual([
      {
        name: 'ops',
        type: 'test',
        role: 'notifier',
        delivery: 'delivered',
        reasons: ['baseline'],
        pending: 0,
        attempts: 1,
        detail: null,
      },
    ])
    const [{notification} = {notification: undefined}] = told
    expect(notification!.report.entries.map(({stateKey}) => stateKey)).toEqual([
      'web/apps/v1/Deployment/web/nginx',
      'api//v1/ConfigMap/api/config',
    ])
    expect(notification).toMatchObject({...all, links: {runbookUrl: 'https://wiki.test/'}})
    expect(notification!.report.summary).toEqual(drifted.summary)
    expect(events).toEqual([{type: 'delivery', name: 'ops', delivery: delivered}])
  })

  it('gives a notifier only the rows that its notice states', async () => {
    const {told, notifier, run} = scene()
    await run([to(notifier('ops'), {...all, manifests: all.manifests.slice(1)})])
    expect(told[0]!.notification.report.entries.map(({stateKey}) => stateKey)).toEqual(['api//v1/ConfigMap/api/config'])
  })

  it('gives no rows of this run with what is stated as it was last known', async () => {
    const {told, notifier, run} = scene()
    const report = buildReport([{name: 'web', outcome: 'not-checked'}])
    await run([to(notifier('ops'))], {}, report)
    expect(told[0]!.notification.report.entries).toEqual([])
    expect(told[0]!.notification.manifests).toEqual(all.manifests)
  })

  it('tells nobody for whom nothing is due, and records nothing', async () => {
    const {told, events, steps, notifier, run} = scene()
    expect(await run([to(notifier('ops'), {...nothing, manifests: all.manifests})])).toMatchObject([
      {delivery: 'nothing-due', reasons: [], attempts: 0, pending: 0, detail: null},
    ])
    expect({told, events, steps}).toEqual({told: [], events: [], steps: []})
  })

  it('counts the Manifests that a failed delivery leaves due', async () => {
    const {notifier, run} = scene()
    const alongside = buildManifestNotice('old', {reasons: []})
    const [web] = all.manifests
    const items = await run([
      to(
        notifier('all', () => Promise.resolve(failed)),
        {...all, manifests: [...all.manifests, alongside]},
      ),
      to(
        notifier('web', () => Promise.resolve(failed)),
        {...all, manifests: [web!]},
      ),
      to(
        notifier('mass', () => Promise.resolve(failed)),
        {
          ...nothing,
          reasons: ['mass-drift'],
          massDrift: {kind: 'all-gone', since: '2026-11-21T09:00:00Z', affected: 12, total: 14},
        },
      ),
      to(notifier('ops')),
    ])
    expect(
      items.map(({name, delivery, pending, attempts, detail}) => [name, delivery, pending, attempts, detail]),
    ).toEqual([
      ['all', 'failed', 2, 4, 'Slack answered 503'],
      ['web', 'failed', 1, 4, 'Slack answered 503'],
      ['mass', 'failed', 12, 4, 'Slack answered 503'],
      ['ops', 'delivered', 0, 1, null],
    ])
  })

  it('says what was not as it should be although it was delivered', async () => {
    const {notifier, run} = scene()
    const plain = notifier('ops', () => Promise.resolve({...delivered, detail: 'delivered as plain text'}))
    expect(await run([to(plain)])).toMatchObject([
      {delivery: 'delivered', pending: 0, detail: 'delivered as plain text'},
    ])
  })

  it('tells one after the other, and records each before the next is called', async () => {
    const {steps, notifier, run} = scene()
    const slow = notifier('slow', () => sleep(20, delivered))
    const broken = notifier('broken', () => Promise.resolve(failed))
    await run([to(slow), to(notifier('idle'), nothing), to(broken), to(notifier('quick'))])
    expect(steps).toEqual([
      'send slow',
      'record slow true',
      'send broken',
      'record broken false',
      'send quick',
      'record quick true',
    ])
  })

  it('calls nobody else once something could not be recorded, as that would be repeated', async () => {
    const {told, notifier, run} = scene({record: () => Promise.resolve(false)})
    const items = await run([to(notifier('ops')), to(notifier('idle'), nothing), to(notifier('team'))])
    expect(told.map(({name}) => name)).toEqual(['ops'])
    expect(items).toMatchObject([
      {name: 'ops', delivery: 'delivered'},
      {name: 'idle', delivery: 'nothing-due'},
      {
        name: 'team',
        delivery: 'failed',
        reasons: ['baseline'],
        pending: 2,
        attempts: 0,
        detail: 'not sent: the memory could not be written, or another run took over',
      },
    ])
  })

  it('gives each its share of the time that is left: one that hangs starves nobody', async () => {
    const {notifier, run} = scene()
    const begun = performance.now()
    const hanging = notifier('hanging', async (_payload, signal) => {
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      return {ok: false, attempts: 1, retryable: true, detail: 'no answer in time'}
    })
    // 35 s less the 25 s for saving and sinks are 5 s for each
    const items = await run([to(hanging), to(notifier('quick'))], {timeLeft: () => 35_000})
    expect(items.map(({name, delivery}) => [name, delivery])).toEqual([
      ['hanging', 'failed'],
      ['quick', 'delivered'],
    ])
    expect(performance.now() - begun).toBeGreaterThan(4_900)
    expect(performance.now() - begun).toBeLessThan(9_000)
  })

  it('gives those for whom nothing is due no share', async () => {
    const {notifier, run} = scene()
    const [idle, ops, team] = [notifier('idle'), notifier('ops'), notifier('team')]
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    try {
      await run([to(idle, nothing), to(ops), to(idle, nothing), to(team), to(idle, nothing)], {timeLeft: () => 85_000})
      expect(timeout.mock.calls).toEqual([[30_000], [60_000]])
    } finally {
      timeout.mockRestore()
    }
  })

  it('ends what hangs with an interrupt', async () => {
    const {notifier, run} = scene()
    const controller = new AbortController()
    const hanging = notifier('hanging', async (_payload, signal) => {
      controller.abort()
      expect(signal.aborted).toBe(true)
      return Promise.resolve(failed)
    })
    expect(await run([to(hanging)], {deliverySignal: controller.signal})).toMatchObject([{delivery: 'failed'}])
  })

  it.each<[string, Partial<Notifier>]>([
    [
      'that cannot render',
      {
        render: () => {
          throw new TypeError('no such thing as canary-hook')
        },
      },
    ],
    ['that throws', {send: () => Promise.reject(new TypeError('no such thing as canary-hook'))}],
  ])('tells the others in spite of a notifier %s, and of it without its secrets', async (_title, bug) => {
    const {told, steps, notifier, run} = scene()
    const items = await run([to({...notifier('broken'), ...bug}), to(notifier('ops'))])
    expect(items).toMatchObject([
      {
        name: 'broken',
        delivery: 'failed',
        pending: 2,
        attempts: 0,
        detail: 'this is a bug in tazuna-watch: no such thing as [redacted]',
      },
      {name: 'ops', delivery: 'delivered'},
    ])
    expect(told.map(({name}) => name)).toEqual(['ops'])
    expect(steps).toEqual(['record broken false', 'send ops', 'record ops true'])
  })

  it('fails a notifier that could not be opened, and says why', async () => {
    const {notifier, run} = scene()
    const lost: Notifier = {...notifier('lost'), render: () => null, send: unavailable('variable HOOK is not set')}
    expect(await run([to(lost)])).toMatchObject([
      {name: 'lost', delivery: 'failed', attempts: 0, detail: 'variable HOOK is not set', pending: 2},
    ])
  })

  it('only shows the message in a dry run, and records nothing', async () => {
    const {told, events, steps, notifier, run} = scene({run: {dryRun: true}})
    expect(await run([to(notifier('ops'))])).toMatchObject([
      {delivery: 'dry-run', reasons: ['baseline'], attempts: 0, payload: {name: 'ops', notification: {}}},
    ])
    expect({told, events, steps}).toEqual({told: [], events: [], steps: []})
  })

  it('shows in a dry run what people can read beside what would be sent, without secrets', async () => {
    const {notifier, run} = scene({run: {dryRun: true}})
    const [ops, team] = await run([
      to({...notifier('ops'), preview: payload => `to ${(payload as Payload).name} by canary-hook`}),
      to(notifier('team')),
    ])
    expect(ops).toMatchObject({delivery: 'dry-run', preview: 'to ops by [redacted]', payload: {name: 'ops'}})
    expect(team).toMatchObject({delivery: 'dry-run', payload: {name: 'team'}})
    expect(team).not.toHaveProperty('preview')
  })

  it('shows what people can read in a dry run only', async () => {
    const {notifier, run} = scene()
    const [item] = await run([to({...notifier('ops'), preview: () => 'text'})])
    expect(item).not.toHaveProperty('preview')
    expect(item).not.toHaveProperty('payload')
  })

  it('changes nothing of the report and the notice', async () => {
    const {notifier, run} = scene()
    const before = structuredClone([drifted, all])
    await run([to(notifier('ops'))])
    expect([drifted, all]).toEqual(before)
  })
})
