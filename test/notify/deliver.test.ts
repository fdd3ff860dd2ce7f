import {setTimeout as sleep} from 'node:timers/promises'

import {describe, expect, it} from 'vitest'

import {decide} from '../../src/drift/decide.ts'
import type {RunEvent} from '../../src/event.ts'
import type {Report} from '../../src/model/report.ts'
import {deliver, type DeliverOptions, type MatchedNotifier} from '../../src/notify/deliver.ts'
import {toEntryMatcher, type Match} from '../../src/notify/match.ts'
import type {Delivery, Notification, Notifier} from '../../src/notify/notifier.ts'
import {unavailable} from '../../src/notify/unavailable.ts'
import {redactor, Secret} from '../../src/secret.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'

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

const delivered: Delivery = {ok: true, attempts: 1}

type Told = {name: string; notification: Notification}

/** Notifiers that remember what they were to send; `send` is what becomes of it. */
function scene(over: Partial<DeliverOptions> = {}) {
  const told: Told[] = []
  const events: RunEvent[] = []
  const notifier = (name: string, send: Notifier['send'] = () => Promise.resolve(delivered)): Notifier => ({
    name,
    type: 'test',
    render: notification => ({name, notification}),
    send(payload, signal) {
      told.push(payload as Told)
      return send(payload, signal)
    },
  })
  const run = (report: Report, notifiers: readonly MatchedNotifier[], more: Partial<DeliverOptions> = {}) =>
    deliver(report, decide, {
      notifiers,
      links: {runbookUrl: 'https://wiki.test/', reportUrl: null},
      run: {dryRun: false},
      onEvent: event => events.push(event),
      redact: redactor([new Secret('canary-hook')]),
      deliverySignal: new AbortController().signal,
      ...over,
      ...more,
    })
  return {told, events, notifier, run}
}

function matched(notifier: Notifier, match?: Match): MatchedNotifier {
  return {notifier, matches: toEntryMatcher(match)}
}

describe('deliver', () => {
  it('tells each notifier once, of what survived the filter, and says how that went', async () => {
    const {told, events, notifier, run} = scene()
    const items = await run(drifted, [matched(notifier('ops'))])
    expect(items).toEqual([
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
    expect(told.map(({name}) => name)).toEqual(['ops'])
    expect(told[0]!.notification.report.entries.map(({stateKey}) => stateKey)).toEqual([
      'web/apps/v1/Deployment/web/nginx',
      'api//v1/ConfigMap/api/config',
    ])
    expect(told[0]!.notification).toMatchObject({reasons: ['baseline'], links: {runbookUrl: 'https://wiki.test/'}})
    expect(told[0]!.notification.report.summary).toEqual(drifted.summary)
    expect(events).toEqual([{type: 'delivery', name: 'ops', delivery: delivered}])
  })

  it.each<[string, Match, string[]]>([
    ['Manifest', {manifest: ['we*']}, ['web/apps/v1/Deployment/web/nginx']],
    ['diff type', {diffType: ['removed']}, ['api//v1/ConfigMap/api/config']],
    ['resource', {resource: ['/v1/ConfigMap/**']}, ['api//v1/ConfigMap/api/config']],
  ])('tells a notifier only what its match of the %s lets through', async (_title, match, expected) => {
    const {told, notifier, run} = scene()
    await run(drifted, [matched(notifier('ops'), match)])
    expect(told.flatMap(({notification}) => notification.report.entries.map(({stateKey}) => stateKey))).toEqual(
      expected,
    )
  })

  it.each<[string, Report, Match | undefined]>([
    ['all is in sync', buildReport([{name: 'web'}]), undefined],
    ['nothing of it matches', drifted, {manifest: ['other']}],
    ['only always-sync rows would match', drifted, {resource: ['/v1/Secret/**']}],
  ])('tells nobody where %s', async (_title, report, match) => {
    const {told, events, notifier, run} = scene()
    expect(await run(report, [matched(notifier('ops'), match)])).toMatchObject([
      {delivery: 'nothing-due', reasons: [], attempts: 0, pending: 0, detail: null},
    ])
    expect({told, events}).toEqual({told: [], events: []})
  })

  it('tells every notifier that the run failed, whatever it matches', async () => {
    const {notifier, run} = scene()
    const report = buildFailedReport({code: 'TAZUNA_FAILED', message: 'it failed', hint: 'look'})
    expect(await run(report, [matched(notifier('ops'), {manifest: ['other']})])).toMatchObject([
      {delivery: 'delivered', reasons: ['check-failed']},
    ])
  })

  it('counts the Manifests that a failed delivery leaves due', async () => {
    const {notifier, run} = scene()
    const failed: Delivery = {ok: false, attempts: 4, retryable: true, detail: 'Slack answered 503'}
    const items = await run(drifted, [
      matched(notifier('all', () => Promise.resolve(failed))),
      matched(
        notifier('web', () => Promise.resolve(failed)),
        {manifest: ['web']},
      ),
      matched(notifier('ops')),
    ])
    expect(
      items.map(({name, delivery, pending, attempts, detail}) => [name, delivery, pending, attempts, detail]),
    ).toEqual([
      ['all', 'failed', 2, 4, 'Slack answered 503'],
      ['web', 'failed', 1, 4, 'Slack answered 503'],
      ['ops', 'delivered', 0, 1, null],
    ])
  })

  it('says what was not as it should be although it was delivered', async () => {
    const {notifier, run} = scene()
    const plain = notifier('ops', () => Promise.resolve({...delivered, detail: 'delivered as plain text'}))
    expect(await run(drifted, [matched(plain)])).toMatchObject([
      {delivery: 'delivered', pending: 0, detail: 'delivered as plain text'},
    ])
  })

  it('is not held up by a notifier that hangs, and keeps the order of the config', async () => {
    const {told, events, notifier, run} = scene()
    const controller = new AbortController()
    const hanging = notifier('hanging', async (_payload, signal) => {
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      return {ok: false, attempts: 1, retryable: true, detail: 'no answer in time'}
    })
    const slow = notifier('slow', () => sleep(50, delivered))
    const running = run(drifted, [matched(hanging), matched(slow), matched(notifier('quick'))], {
      deliverySignal: controller.signal,
    })
    while (events.length < 2) await sleep(5)
    expect(told.map(({name}) => name)).toEqual(['hanging', 'slow', 'quick'])
    expect(events.map(event => event.type === 'delivery' && event.name)).toEqual(['quick', 'slow'])
    controller.abort()
    expect((await running).map(({name, delivery}) => [name, delivery])).toEqual([
      ['hanging', 'failed'],
      ['slow', 'delivered'],
      ['quick', 'delivered'],
    ])
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
    const {told, notifier, run} = scene()
    const items = await run(drifted, [matched({...notifier('broken'), ...bug}), matched(notifier('ops'))])
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
  })

  it('fails a notifier that could not be opened, and says why', async () => {
    const {notifier, run} = scene()
    const lost: Notifier = {...notifier('lost'), render: () => null, send: unavailable('variable HOOK is not set')}
    expect(await run(drifted, [matched(lost)])).toMatchObject([
      {name: 'lost', delivery: 'failed', attempts: 0, detail: 'variable HOOK is not set', pending: 2},
    ])
  })

  it('only shows the message in a dry run', async () => {
    const {told, events, notifier, run} = scene({run: {dryRun: true}})
    const items = await run(drifted, [matched(notifier('ops'))])
    expect(items).toMatchObject([
      {delivery: 'dry-run', reasons: ['baseline'], attempts: 0, payload: {name: 'ops', notification: {}}},
    ])
    expect({told, events}).toEqual({told: [], events: []})
  })

  it('changes nothing of the report', async () => {
    const {notifier, run} = scene()
    const before = structuredClone(drifted)
    await run(drifted, [matched(notifier('ops'), {manifest: ['web']})])
    expect(drifted).toEqual(before)
  })
})
