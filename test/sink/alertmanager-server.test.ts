import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {LastKnown} from '../../src/model/last-known.ts'
import type {Report} from '../../src/model/report.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {redactor} from '../../src/secret.ts'
import {alertmanagerSink, type AlertmanagerOptions} from '../../src/sink/alertmanager.ts'
import {buildLastKnown} from '../metrics/build-last-known.ts'
import {alertmanagerPath, startAlertmanager, type AlertmanagerServer} from '../support/alertmanager.ts'
import {buildReport} from '../support/report-builder.ts'

const hour = 3_600_000
const counts = {added: 0, modified: 1, removed: 0}

/** A run that ended so many milliseconds from now. */
function runAfter(milliseconds: number): Report {
  const report = buildReport([{name: 'web'}])
  const at = new Date(Date.now() + milliseconds)
  const time = `${at.toISOString().slice(0, 19)}Z`
  return {...report, run: {...report.run, startedAt: time, finishedAt: time}}
}

const knownSince = (firstSeenAt: string) => buildLastKnown([{name: 'web', counts, firstSeenAt}])

describe.skipIf(alertmanagerPath === null)('a real Alertmanager', () => {
  let server: AlertmanagerServer
  let http: Http
  beforeAll(async () => {
    server = await startAlertmanager()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(() => {
    http = httpClient({env: {}})
  })
  afterEach(() => http.close())

  const sinkOf = (cluster: string, over: Partial<AlertmanagerOptions> = {}) =>
    alertmanagerSink({
      name: 'alertmanager',
      url: server.url,
      basicAuth: null,
      cluster,
      watch: 'default',
      interval: hour,
      labels: {},
      failuresBeforeNotice: 2,
      runbookUrl: null,
      reportUrl: null,
      http,
      redact: redactor([]),
      sendPolicy: {attempts: 1},
      ...over,
    })

  function post(
    cluster: string,
    report: Report,
    lastKnown: LastKnown | null,
    over: Partial<AlertmanagerOptions> = {},
  ): Promise<Delivery> {
    const sink = sinkOf(cluster, over)
    return sink.send(sink.render(report, lastKnown)!, AbortSignal.timeout(20_000))
  }

  const alertsOf = async (cluster: string) =>
    (await server.alerts()).filter(({labels}) => labels['cluster'] === cluster)

  const ended = (cluster: string, startsAt: string) =>
    buildLastKnown([{name: 'web'}], {
      endedAlerts: new Map([[sinkOf(cluster).alertReceiver!.id, [{name: 'TazunaDrift', manifest: 'web', startsAt}]]]),
    })

  it('takes 2,000 alerts at once', async () => {
    const manifests = Array.from({length: 2_000}, (_, index) => ({
      name: `team-${index}`,
      counts: {added: 1, modified: 1, removed: 1},
      firstSeenAt: '2026-01-01T00:00:00Z',
    }))
    expect(await post('large', runAfter(0), buildLastKnown(manifests))).toStrictEqual({ok: true, attempts: 1})
    expect(await alertsOf('large')).toHaveLength(2_000)
  })

  it('takes hostile names, and gives them back as they were', async () => {
    const names = ['a"b\\', '{a="b"}', 'a\nb\u0000', '{{ .Labels }} <!channel>', '東京 😀', 'x'.repeat(5_000)]
    const cluster = '{{ template "x" }}\n"'
    const known = buildLastKnown(names.map(name => ({name, counts, firstSeenAt: '2026-01-01T00:00:00Z'})))
    expect(await post(cluster, runAfter(0), known)).toStrictEqual({ok: true, attempts: 1})
    const got = (await alertsOf(cluster)).map(({labels}) => labels['manifest'])
    expect(new Set(got)).toEqual(new Set(names))
  })

  it.each([
    'https://ci.test/a b?q=100%&r=%zz|[]{}"<>\\^`#x y',
    'https://ci.test/100%/x',
    'HTTP://ci:pass@例え.test:80/ü',
    'https://[::1]/x',
  ])('takes reportUrl %s', async reportUrl => {
    const over = {reportUrl}
    expect(await post(reportUrl, runAfter(0), knownSince('2026-01-01T00:00:00Z'), over)).toMatchObject({ok: true})
    expect(await alertsOf(reportUrl)).toHaveLength(1)
  })

  it('knows nothing new when it gets the same run twice', async () => {
    const run = runAfter(-60_000)
    await post('twice', run, knownSince('2026-01-01T00:00:00Z'))
    const first = await alertsOf('twice')
    await post('twice', run, knownSince('2026-01-01T00:00:00Z'))
    expect(await alertsOf('twice')).toEqual(first)
  })

  it('keeps the earliest begin, also where the memory was lost', async () => {
    await post('lost', runAfter(-hour), knownSince('2026-01-01T00:00:00Z'))
    await post('lost', runAfter(0), knownSince(runAfter(0).run.startedAt))
    expect(await alertsOf('lost')).toMatchObject([{startsAt: expect.stringMatching(/^2026-01-01T00:00:00/)}])
  })

  it.each([
    ['goes as fast as ours', 0],
    ['is half a minute behind ours', 30_000],
    ['is four minutes ahead of ours', -240_000],
  ])('ends an alert at once where its clock %s', async (how, ahead) => {
    await post(how, runAfter(-hour), knownSince('2026-01-01T00:00:00Z'))
    expect(await alertsOf(how)).toHaveLength(1)
    await post(how, runAfter(ahead), ended(how, '2026-01-01T00:00:00Z'))
    expect(await alertsOf(how)).toEqual([])
    // and takes it for open when it is back
    await post(how, runAfter(ahead), knownSince(runAfter(ahead).run.startedAt))
    expect(await alertsOf(how)).toHaveLength(1)
  })

  it('ends one that began a moment ago, and one that it never knew', async () => {
    const {startedAt} = runAfter(-10_000).run
    await post('young', runAfter(-10_000), knownSince(startedAt))
    expect(await post('young', runAfter(0), ended('young', startedAt))).toMatchObject({ok: true})
    expect(await post('unknown', runAfter(0), ended('unknown', startedAt))).toMatchObject({ok: true})
    expect(await alertsOf('young')).toEqual([])
    expect(await alertsOf('unknown')).toEqual([])
  })

  it('says what it does not like', async () => {
    const labels = {'no-name': 'x'}
    expect(await post('bad', runAfter(0), knownSince('2026-01-01T00:00:00Z'), {labels})).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^the Alertmanager answered 400: .*no-name/),
    })
    expect(await post('bad', runAfter(0), knownSince('2026-01-01T00:00:00Z'), {url: `${server.url}/am`})).toMatchObject(
      {
        ok: false,
        detail: expect.stringMatching(/^the Alertmanager answered 404.* \(check alertmanager\.urls\)$/),
      },
    )
  })
})
