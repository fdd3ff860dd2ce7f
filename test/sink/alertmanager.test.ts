import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {LastKnown} from '../../src/model/last-known.ts'
import type {Report} from '../../src/model/report.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {redactor, Secret} from '../../src/secret.ts'
import {alertmanagerSink, type AlertmanagerOptions} from '../../src/sink/alertmanager.ts'
import {buildLastKnown} from '../metrics/build-last-known.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'
import {startWebhookReceiver, type ScriptedAnswer} from '../support/webhook-receiver.ts'
import {testSinkContract} from './sink-contract.ts'

const nginx = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const clean = buildReport([{name: 'web'}, {name: 'api'}])
const drifted = buildReport([{name: 'web', rows: [nginx]}, {name: 'api'}])
const incomplete = buildReport([
  {name: 'web', rows: [nginx]},
  {name: 'api', outcome: 'error', error: 'a chart\nis gone'},
])
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'the registry is down', hint: 'wait'})

const firstSeenAt = '2026-11-16T08:30:00Z'
const counts = {added: 0, modified: 1, removed: 2}
const web = {name: 'web', counts, firstSeenAt} as const
const failing = (groups: number, code = 'error') => ({code, groups, group: '1', since: '2026-11-21T06:00:02Z'})

/** The run of the builders ended at 09:00:02; two intervals of an hour and ten minutes later: */
const endsBySelf = '2026-11-21T11:10:02Z'

let http: Http
beforeEach(() => {
  http = httpClient({env: {}})
})
afterEach(() => http.close())

function sinkOf(over: Partial<AlertmanagerOptions> = {}) {
  return alertmanagerSink({
    name: 'alertmanager',
    url: 'http://alertmanager.test:9093',
    basicAuth: null,
    cluster: 'prod-tokyo',
    watch: 'default',
    interval: 3_600_000,
    labels: {},
    failuresBeforeNotice: 2,
    runbookUrl: null,
    reportUrl: null,
    http,
    redact: redactor([]),
    sendPolicy: {attempts: 1},
    ...over,
  })
}

const own = {cluster: 'prod-tokyo', watch: 'default'}

function render(report: Report, lastKnown: LastKnown | null = null, over: Partial<AlertmanagerOptions> = {}) {
  return sinkOf(over).render(report, lastKnown) ?? []
}

/** `TazunaDrift web 08:30:00 11:10:02`: name, Manifest, begin and end of each alert. */
function briefly(alerts: ReturnType<typeof render>): string[] {
  return alerts.map(({labels, startsAt, endsAt}) =>
    [labels['alertname'], labels['manifest'], startsAt.slice(11, 19), endsAt.slice(11, 19)].join(' '),
  )
}

/** Alerts that ended, of the one receiver of `sinkOf`. */
function withEnded(alerts: LastKnown['endedAlerts'] extends ReadonlyMap<string, infer A> ? A : never) {
  return {endedAlerts: new Map([[sinkOf().alertReceiver!.id, alerts]])}
}

testSinkContract('alertmanagerSink', {
  make: options => sinkOf(options),
  success: {status: 200},
  call: {method: 'POST', path: '/api/v2/alerts'},
})

describe('the alerts of a run', () => {
  it('have these labels, annotations and times', () => {
    const options = {
      labels: {severity: 'warning'},
      runbookUrl: 'https://wiki.test/drift',
      reportUrl: 'https://ci.test/runs?q=a b&c=100%',
    }
    expect(render(drifted, buildLastKnown([web, {name: 'api'}]), options)).toStrictEqual([
      {
        labels: {severity: 'warning', alertname: 'TazunaDrift', ...own, manifest: 'web'},
        annotations: {
          summary: 'prod-tokyo: drift in Manifest web: 2 removed, 1 modified',
          description:
            '2 removed, 1 modified since 2026-11-16 08:30 UTC; last checked 2026-11-21 08:00 UTC. ' +
            'removed: no longer rendered, still in the cluster. Put it back into the source, or delete it with ' +
            '`tazuna apply --sync --prune`, which applies the rest too. An apply without `--sync` forgets it and ' +
            'leaves it behind. modified: rendered differently since the last apply. `git log 4f1c2d3e8f6a..` and ' +
            '`tazuna plan` tell what changed. Apply it with `tazuna apply --sync`, or revert it.',
          runbook_url: 'https://wiki.test/drift',
        },
        startsAt: firstSeenAt,
        endsAt: endsBySelf,
        generatorURL: 'https://ci.test/runs?q=a%20b&c=100%25',
      },
    ])
  })

  it('are none after a clean run', () => {
    expect(sinkOf().render(clean, buildLastKnown([{name: 'web'}, {name: 'api'}]))).toBeNull()
    expect(sinkOf().render(clean, null)).toBeNull()
  })

  it.each<[string, Report, LastKnown, readonly string[]]>([
    [
      'what was not checked, through a failed run',
      failed,
      buildLastKnown([web]),
      ['TazunaDrift web 08:30:00 11:10:02'],
    ],
    [
      'what was not checked, through an incomplete one',
      incomplete,
      buildLastKnown([
        {name: 'web', counts, firstSeenAt: '2026-11-21T09:00:00Z'},
        {...web, name: 'api'},
      ]),
      ['TazunaDrift web 09:00:00 11:10:02', 'TazunaDrift api 08:30:00 11:10:02'],
    ],
    ['no failure that is too young', failed, buildLastKnown([], {failing: failing(1)}), []],
    [
      'a run that fails for long enough',
      failed,
      buildLastKnown([], {failing: failing(2)}),
      ['TazunaWatchCheckFailed  06:00:02 11:10:02'],
    ],
    [
      'a Manifest that fails for long enough beside its drift',
      incomplete,
      buildLastKnown([
        {...web, failing: failing(2)},
        {name: 'api', failing: failing(1)},
      ]),
      ['TazunaDrift web 08:30:00 11:10:02', 'TazunaWatchCheckFailed web 06:00:02 11:10:02'],
    ],
    [
      'the end of one, dated back by what clocks may differ',
      clean,
      buildLastKnown([{name: 'web'}], withEnded([{name: 'TazunaDrift', manifest: 'web', startsAt: firstSeenAt}])),
      ['TazunaDrift web 08:30:00 08:55:02'],
    ],
    [
      'the end of one that began just now: not before it began',
      clean,
      buildLastKnown(
        [{name: 'web'}],
        withEnded([{name: 'TazunaDrift', manifest: 'web', startsAt: '2026-11-21T08:59:00Z'}]),
      ),
      ['TazunaDrift web 08:59:00 08:59:00'],
    ],
    [
      'no end of one that is open again',
      drifted,
      buildLastKnown([web], withEnded([{name: 'TazunaDrift', manifest: 'web', startsAt: '2026-11-10T08:30:00Z'}])),
      ['TazunaDrift web 08:30:00 11:10:02'],
    ],
    [
      'no end that only another receiver does not know',
      clean,
      buildLastKnown([{name: 'web'}], {
        endedAlerts: new Map([['other', [{name: 'TazunaDrift', manifest: 'web', startsAt: firstSeenAt}]]]),
      }),
      [],
    ],
  ])('with a memory are %s', (_what, report, lastKnown, expected) => {
    expect(briefly(render(report, lastKnown))).toEqual(expected)
  })

  it.each<[string, Report, readonly string[]]>([
    ['drift, since the run began', drifted, ['TazunaDrift web 09:00:00 11:10:02']],
    [
      'drift, since it was first seen where that is known',
      buildReport([{name: 'web', rows: [nginx], firstSeenAt}]),
      ['TazunaDrift web 08:30:00 11:10:02'],
    ],
    [
      'drift, an incomplete run, and a Manifest with an error',
      incomplete,
      [
        'TazunaWatchCheckFailed  09:00:00 11:10:02',
        'TazunaDrift web 09:00:00 11:10:02',
        'TazunaWatchCheckFailed api 09:00:00 11:10:02',
      ],
    ],
    ['a failed run', failed, ['TazunaWatchCheckFailed  09:00:00 11:10:02']],
    [
      'nothing of rows that are filtered',
      buildReport([
        {
          name: 'web',
          rows: [
            {...nginx, filteredBy: 'ignore-rule'},
            {...nginx, type: 'always-sync'},
          ],
        },
      ]),
      [],
    ],
  ])('without a memory are %s', (_what, report, expected) => {
    expect(briefly(render(report))).toEqual(expected)
  })

  it('are those of the run alone where nothing that is known will be kept', () => {
    const other = {name: 'api', counts, firstSeenAt, failing: failing(9)}
    const ended = withEnded([{name: 'TazunaDrift', manifest: 'old', startsAt: firstSeenAt}])
    const known = {...ended, failing: failing(9)}
    const expected = ['TazunaDrift web 09:00:00 11:10:02']
    expect(briefly(render(drifted, buildLastKnown([web, other], {...known, isKept: false})))).toEqual(expected)
    expect(render(drifted, buildLastKnown([web, other], {...known, isKept: false}))).toEqual(render(drifted, null))
    expect(render(drifted, buildLastKnown([web, other], known))).toHaveLength(5)
  })

  it('end by themselves within about a year, however rare runs are', () => {
    expect(render(drifted, null, {interval: Number.MAX_SAFE_INTEGER})[0]!.endsAt).toBe('2027-11-22T09:00:02Z')
  })
})

const textOf = (report: Report, lastKnown: LastKnown | null, index = 0) => {
  const {summary, description} = render(report, lastKnown)[index]!.annotations
  return [summary, description]
}

describe('what alerts say', () => {
  it('is that drift was not checked, and since when, with an advice that is safe then', () => {
    const known = buildLastKnown([{name: 'web', counts: {added: 1, modified: 0, removed: 0}, firstSeenAt}])
    expect(textOf(failed, known)).toEqual([
      'prod-tokyo: drift in Manifest web: 1 added',
      '1 added since 2026-11-16 08:30 UTC; unchecked since 2026-11-21 08:00 UTC. added: not applied yet. ' +
        'Apply it with `tazuna apply --sync`, or take it out of the source again.',
    ])
  })

  it.each([[{added: 1, modified: 1, removed: 1}], [{added: 0, modified: 0, removed: 1}]])(
    'is never a plain apply for a Manifest with removed rows: %j',
    counts => {
      for (const report of [drifted, clean, incomplete, failed]) {
        const [, description] = textOf(report, buildLastKnown([{name: 'web', counts, firstSeenAt}]))
        expect(description).not.toContain('`tazuna apply`')
        expect(description).toContain('`tazuna apply --sync --prune`')
      }
    },
  )

  it('is why the run failed and what to do', () => {
    expect(textOf(failed, buildLastKnown([], {failing: failing(3)}))).toEqual([
      'prod-tokyo: the check for drift fails: ARTIFACT_NETWORK',
      'The registry is down. Since 2026-11-21 06:00 UTC, 3 runs in a row. What was not checked may have drifted since, ' +
        'and drift that was known stays open. What to do: wait.',
    ])
  })

  it('is why a Manifest fails and what is known of it', () => {
    const known = buildLastKnown([{name: 'web'}, {name: 'api', failing: failing(4)}])
    expect(textOf(incomplete, known)).toEqual([
      'prod-tokyo: Manifest api is not checked',
      'tazuna fails on it: a chart. Since 2026-11-21 06:00 UTC, 4 runs in a row. Unchecked since 2026-11-21 08:00 UTC. ' +
        'It may have drifted since. What to do: run the same `tazuna state diff` by hand in the source folder.',
    ])
  })

  it.each<[string, LastKnown['endedAlerts'] extends ReadonlyMap<string, readonly (infer A)[]> ? A : never, string[]]>([
    [
      'drift',
      {name: 'TazunaDrift', manifest: 'web', startsAt: firstSeenAt},
      [
        'prod-tokyo: nothing in Manifest web counts as drift any more',
        'What was drift since 2026-11-16 08:30 UTC is in sync, or covered by an ignore rule; last checked 2026-11-21 08:00 UTC.',
      ],
    ],
    [
      'failures of a Manifest',
      {name: 'TazunaWatchCheckFailed', manifest: 'web', startsAt: firstSeenAt},
      ['prod-tokyo: Manifest web is checked again', 'Its check failed since 2026-11-16 08:30 UTC, and works again.'],
    ],
    [
      'failures of the run',
      {name: 'TazunaWatchCheckFailed', manifest: null, startsAt: firstSeenAt},
      ['prod-tokyo: the check for drift works again', 'It failed since 2026-11-16 08:30 UTC, and works again.'],
    ],
  ])('is good news at the end of %s', (_what, alert, expected) => {
    expect(textOf(clean, buildLastKnown([{name: 'web'}], withEnded([alert])))).toEqual(expected)
  })

  it('is one printable line of bounded length, whatever names and errors are', () => {
    const name = `web\n\u202E\u0007${'é😀'.repeat(5_000)}`
    const error = `\u001B[31m${'no\t'.repeat(5_000)}`
    const report = buildReport([{name, rows: [nginx], outcome: 'error', error}], {cluster: name, watch: name})
    const known = buildLastKnown([{...web, name, failing: failing(9)}], {failing: failing(9, 'TAZUNA_FAILED')})
    const ended = withEnded([{name: 'TazunaDrift', manifest: `${name}!`, startsAt: firstSeenAt}])
    const alerts = [...render(report, known), ...render(report, null), ...render(clean, {...known, ...ended})]
    expect(alerts.length).toBeGreaterThan(6)
    for (const {annotations} of alerts) {
      for (const text of Object.values(annotations)) {
        expect(text).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,1000}$/u)
        expect(text.length).toBeLessThanOrEqual(1_000)
      }
    }
    expect(alerts[1]!.labels['manifest']).toBe(name)
  })

  it('holds no hash, no value and no name of a resource', () => {
    const {oldHash, newHash} = drifted.entries[0]!
    const text = JSON.stringify(render(drifted, buildLastKnown([web])))
    for (const part of [oldHash!, newHash!, 'nginx']) expect(text).not.toContain(part)
  })
})

async function post(answer: ScriptedAnswer, over: Partial<AlertmanagerOptions> = {}) {
  const receiver = await startWebhookReceiver(answer)
  try {
    const sink = sinkOf({url: `${receiver.url}/am/`, ...over})
    const delivery = await sink.send(sink.render(drifted, null)!, AbortSignal.timeout(20_000))
    return {delivery, calls: receiver.calls}
  } finally {
    await receiver.close()
  }
}

const idOf = (url: string) => sinkOf({url}).alertReceiver!.id

describe('alertmanagerSink', () => {
  it('is the same receiver whoever logs in, and another one elsewhere', () => {
    const id = idOf('http://alertmanager.test:9093')
    expect(id).toMatch(/^[0-9a-f]{12}$/)
    for (const same of ['http://alertmanager.test:9093//', 'http://ci:canary@ALERTMANAGER.test:9093/']) {
      expect(idOf(same)).toBe(id)
    }
    for (const other of ['http://alertmanager.test:9094', 'http://alertmanager.test:9093/eu', 'no-url']) {
      expect(idOf(other)).not.toBe(id)
    }
  })

  it('shows a dry run the alerts, without secrets', () => {
    const sink = sinkOf({redact: redactor([new Secret('hunter22')]), reportUrl: 'https://ci:hunter22@ci.test/'})
    const alerts = sink.render(buildReport([{name: 'hunter22', rows: [nginx]}]), null)!
    expect(alerts[0]!.labels['manifest']).toBe('hunter22')
    expect(sink.show(alerts)).toMatchObject([{labels: {alertname: 'TazunaDrift', manifest: '[redacted]'}}])
    expect(JSON.stringify(sink.show(alerts))).not.toContain('hunter22')
  })

  it('posts the array as JSON, with the login of the config', async () => {
    const basicAuth = {username: 'ci', password: new Secret('hunter22')}
    const {delivery, calls} = await post({status: 200}, {basicAuth})
    expect(delivery).toStrictEqual<Delivery>({ok: true, attempts: 1})
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      path: '/am/api/v2/alerts',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from('ci:hunter22').toString('base64')}`,
      },
    })
    expect(JSON.parse(calls[0]!.body)).toEqual(render(drifted))
  })

  it.each<[string, ScriptedAnswer, string]>([
    [
      'a refusal in JSON',
      {status: 400, body: '"start time must\\nbe before\\u0007"'},
      '400: start time must be before',
    ],
    ['one with a message', {status: 422, body: '{"code":602,"message":"labels in body"}'}, '422: labels in body'],
    ['one in HTML', {status: 413, body: '<h1>too\nlarge</h1>'}, '413: <h1>too large</h1>'],
    ['a login that is missing', {status: 401}, '401 (check alertmanager.basicAuth)'],
    ['one that is not enough', {status: 403, body: 'no'}, '403: no (check alertmanager.basicAuth)'],
    ['a page that is not there', {status: 404, body: 'no'}, '404: no (check alertmanager.urls)'],
    ['a page that takes no POST', {status: 405}, '405 (check alertmanager.urls)'],
    ['a redirect', {status: 302, headers: {location: '/login'}}, '302 (check alertmanager.urls)'],
    ['another success than 200', {status: 204}, '204 (check alertmanager.urls)'],
    ['an error of its own', {status: 500, body: 'oh'}, '500: oh'],
    ['many words', {status: 400, body: `${'x'.repeat(298)}😀😀`}, `400: ${'x'.repeat(298)}…`],
  ])('fails on %s', async (_what, answer, said) => {
    const {delivery} = await post(answer)
    expect(delivery).toMatchObject({ok: false, attempts: 1, detail: `the Alertmanager answered ${said}`})
  })

  it('shows no secret that the receiver repeats, also where it is cut', async () => {
    const basicAuth = {username: 'ci', password: new Secret('hunter22')}
    const token = Buffer.from('ci:hunter22').toString('base64')
    const {delivery} = await post({status: 400, body: `"hunter22 ${token} ${'x'.repeat(270)} hunter22"`}, {basicAuth})
    expect(JSON.stringify(delivery)).not.toMatch(/hunt|Y2k6/)
  })
})
