import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {httpClient, type Http} from '../../src/http.ts'
import type {LastKnown} from '../../src/model/last-known.ts'
import type {Report} from '../../src/model/report.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {redactor} from '../../src/secret.ts'
import {pushgatewaySink, type PushgatewayOptions} from '../../src/sink/pushgateway.ts'
import {recoverFirstSeen} from '../../src/sink/recover-first-seen.ts'
import {buildLastKnown} from '../metrics/build-last-known.ts'
import {requireExecutable} from '../support/executables.ts'
import {startPushgateway, type Pushgateway} from '../support/pushgateway.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'

const gatewayPath = requireExecutable('prometheus-pushgateway', 'apt-get install prometheus-pushgateway')
const since = '2026-11-20T09:00:02Z'
const row = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const web = {name: 'web', rows: [row], firstSeenAt: since}
const drifted = buildReport([web, {name: 'api'}])
const clean = buildReport([{name: 'web'}, {name: 'api'}])
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'the registry is down', hint: 'wait'})
const incomplete = buildReport([
  {name: 'web', outcome: 'not-checked'},
  {name: 'api', outcome: 'error', error: 'no'},
])
const unknownAges = {warnings: [{code: 'FIRST_SEEN_UNKNOWN', message: 'no'}]}

const counts = {added: 0, modified: 1, removed: 0}
const knowsDrift = buildLastKnown([{name: 'web', counts, firstSeenAt: since}, {name: 'api'}])
const knowsClean = buildLastKnown([{name: 'web'}, {name: 'api'}])
const young: LastKnown = {...buildLastKnown([]), lastSuccessAt: null}

describe.skipIf(gatewayPath === null)('a real Pushgateway, run after run', () => {
  let gateway: Pushgateway
  let http: Http
  beforeEach(async () => {
    http = httpClient({env: {}})
    gateway = await startPushgateway(gatewayPath!)
  })
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]()
    await http.close()
  })

  const key = {job: 'tazuna-watch', cluster: 'prod', watch: 'default', basicAuth: null}
  const tools = () => ({...key, url: gateway.url, http, redact: redactor([]), sendPolicy: {attempts: 2, backoff: 1}})

  function push(
    report: Report,
    lastKnown: LastKnown | null,
    over: Partial<PushgatewayOptions> = {},
  ): Promise<Delivery> {
    const options = {...tools(), intervalSeconds: 3600, sets: ['tazuna_watch', 'drift_stack'] as const, ...over}
    const sink = pushgatewaySink(options)
    return sink.send(sink.render(report, lastKnown)!, AbortSignal.timeout(20_000))
  }

  /** The samples about a Manifest, by family. */
  async function about(name: string): Promise<Record<string, number>> {
    const [group] = await gateway.metrics()
    const samples = Object.entries(group?.families ?? {}).flatMap(([family, list]) =>
      list
        .filter(({labels}) => labels['manifest'] === name || labels['stack'] === name)
        .map(({labels, value}) => [`${family}${labels['diff_type'] ? ` ${labels['diff_type']}` : ''}`, value] as const),
    )
    return Object.fromEntries(samples.filter(([family]) => !family.includes('last_applied')))
  }

  const valueOf = async (family: string) => (await gateway.metrics())[0]?.families[family]?.[0]?.value
  const outcomeOf = async () => {
    const samples = (await gateway.metrics())[0]?.families['tazuna_watch_run_outcome'] ?? []
    return samples.find(({value}) => value === 1)?.labels['outcome']
  }

  const drift = {
    drift_stack_age_hours: 24,
    drift_stack_first_seen: Date.parse(since) / 1000,
    drift_stack_state: 1,
    tazuna_watch_manifest_drift: 1,
    'tazuna_watch_manifest_entries added': 0,
    'tazuna_watch_manifest_entries modified': 1,
    'tazuna_watch_manifest_entries removed': 0,
    tazuna_watch_manifest_error: 0,
    tazuna_watch_manifest_first_seen_timestamp_seconds: Date.parse(since) / 1000,
  }
  const resolved = {drift_stack_state: 0, tazuna_watch_manifest_drift: 0, tazuna_watch_manifest_error: 0}

  it.each([
    ['failed', failed],
    ['incomplete', incomplete],
  ])('keeps an alert and its age through a run that is %s, and ends it with one that proves it', async (_, report) => {
    await push(drifted, knowsDrift)
    expect(await about('web')).toStrictEqual(drift)
    const success = await valueOf('tazuna_watch_last_success_timestamp_seconds')

    await push(report, knowsDrift)
    expect(await about('web')).toStrictEqual({...drift, drift_stack_state: 2})
    expect(await outcomeOf()).toBe(report.outcome)
    expect(await valueOf('tazuna_watch_last_success_timestamp_seconds')).toBe(success! - 3600)

    await push(clean, knowsClean)
    expect(await about('web')).toStrictEqual(resolved)
    expect(await valueOf('tazuna_watch_oldest_drift_timestamp_seconds')).toBeUndefined()
  })

  it('learns from a failed run what it missed while it was away itself', async () => {
    await push(clean, knowsClean)
    // the run that found drift could not be pushed
    await push(failed, knowsDrift)
    expect(await about('web')).toStrictEqual({...drift, drift_stack_state: 2})
    // the run that found it resolved could not be pushed
    await push(failed, knowsClean)
    expect(await about('web')).toStrictEqual({...resolved, drift_stack_state: 2})
  })

  it('keeps what a lost memory knew while no run is complete', async () => {
    await push(drifted, knowsDrift)
    for (const report of [failed, incomplete]) {
      await push(report, young)
      expect(await about('web')).toStrictEqual(drift)
      expect(await outcomeOf()).toBe(report.outcome)
    }
  })

  it('gives the age back when the memory is lost', async () => {
    await push(drifted, knowsDrift)
    const recovered = await recoverFirstSeen(
      {...tools(), clock: () => new Date('2026-11-21T10:00:00Z')},
      AbortSignal.timeout(20_000),
    )
    expect(recovered).toStrictEqual({state: 'read', firstSeen: new Map([['web', since]])})
  })

  it('keeps the age when nobody could read it back, and gets everything else', async () => {
    await push(drifted, knowsDrift)
    const now = buildReport([
      {...web, rows: [row, {...row, resource: '/v1/ConfigMap/web/x'}], firstSeenAt: '2026-11-21T09:00:02Z'},
    ])
    await push({...now, ...unknownAges}, null)
    expect(await about('web')).toStrictEqual({...drift, 'tazuna_watch_manifest_entries modified': 2})
    expect(await about('api')).toStrictEqual({})
  })

  it('has an age that grows', async () => {
    await push(drifted, knowsDrift)
    const later = {...drifted, run: {...drifted.run, finishedAt: '2026-11-22T09:00:02Z'}}
    await push(later, knowsDrift)
    expect(await about('web')).toStrictEqual({...drift, drift_stack_age_hours: 48})
    await push({...failed, run: {...failed.run, finishedAt: '2026-11-22T15:00:02Z'}}, knowsDrift)
    expect(await about('web')).toStrictEqual({...drift, drift_stack_state: 2, drift_stack_age_hours: 54})
  })

  const pushedAt = async () => {
    const text = await gateway.text()
    return /^push_time_seconds\{cluster="prod".*\} (.*)$/m.exec(text)?.[1]
  }

  describe('that is told of changes only', () => {
    const changes = {when: 'changes'} as const
    it.each<[string, Report, LastKnown | null]>([
      ['drift', drifted, knowsDrift],
      ['a failed run', failed, knowsClean],
      ['a failed run without a memory', failed, null],
      ['an incomplete run', incomplete, knowsClean],
    ])('gets every run that is not clean, and the first clean one after: %s', async (_, report, lastKnown) => {
      await push(clean, knowsClean, changes)
      await push(report, lastKnown, changes)
      expect(await outcomeOf()).toBe(report.outcome)
      const first = await pushedAt()
      await push(report, lastKnown, changes)
      const second = await pushedAt()
      expect(second).not.toBe(first)
      await push(clean, knowsClean, changes)
      expect(await outcomeOf()).toBe('clean')
      const third = await pushedAt()
      expect(third).not.toBe(second)
      expect(await push(clean, knowsClean, changes)).toStrictEqual({ok: true, attempts: 1})
      expect(await pushedAt()).toBe(third)
    })

    it('gets a clean run that it missed, or has forgotten, or had without some gauges', async () => {
      await push(clean, null, {...changes, sets: ['tazuna_watch']})
      const first = await pushedAt()
      await push(clean, null, {...changes, sets: ['tazuna_watch']})
      expect(await pushedAt()).toBe(first)
      await push(clean, null, changes)
      expect(await valueOf('drift_stack_count')).toBe(0)
      await fetch(`${gateway.url}/metrics/job/tazuna-watch/cluster/prod`, {method: 'DELETE'})
      await push(clean, null, changes)
      expect(await outcomeOf()).toBe('clean')
    })
  })
})

it('a gateway that cannot be asked is pushed to, and says itself why that fails', async () => {
  const http = httpClient({env: {}})
  const options = {job: 'j', cluster: 'prod', watch: 'default', basicAuth: null, intervalSeconds: null, http}
  const sink = pushgatewaySink({
    ...options,
    url: 'http://127.0.0.1:1',
    sets: ['tazuna_watch'],
    redact: redactor([]),
    sendPolicy: {attempts: 2, backoff: 1},
    when: 'changes',
  })
  const payload = sink.render(clean, null)!
  expect(sink.show(payload)).toContain(', unless it says so already\n')
  expect(await sink.send(payload, AbortSignal.timeout(20_000))).toStrictEqual({
    ok: false,
    attempts: 2,
    retryable: true,
    detail: 'the Pushgateway was not reached: connect ECONNREFUSED 127.0.0.1:1',
  })
  await http.close()
})
