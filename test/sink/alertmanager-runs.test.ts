import {join} from 'node:path'

import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'

import type {Report} from '../../src/model/report.ts'
import {alertmanagerPath, startAlertmanager, type AlertmanagerServer} from '../support/alertmanager.ts'
import {runAt} from '../support/run-at.ts'
import type {StandInOptions} from '../support/stand-in.ts'
import {deployment, writeApplied, writeSource, type KubeObject} from '../support/tazuna-yaml.ts'
import {until} from '../support/until.ts'
import {startWebhookReceiver, type WebhookReceiver} from '../support/webhook-receiver.ts'
import {world, type World} from '../support/world.ts'

const minute = 60_000
const web = [deployment('web', 'nginx', 3)]
const api = [deployment('api', 'api', 3)]
const broken = {stopAt: '^'} as const
/** The list of Manifests is there, but not how `api` stands. */
const stopped = {stopAt: 'api', faultyCommands: ['diff']} as const

/** As it was applied: in sync, or with another number of replicas. */
const applied = (objects: readonly KubeObject[], isDrifted: boolean) =>
  isDrifted ? objects.map(object => ({...object, spec: {replicas: 1}})) : objects

const deliveries = ({notifications}: Report) =>
  Object.fromEntries(notifications.filter(({role}) => role === 'sink').map(({name, delivery}) => [name, delivery]))

describe.skipIf(alertmanagerPath === null)('hourly runs and a real Alertmanager', () => {
  let server: AlertmanagerServer
  let w: World
  beforeAll(async () => {
    server = await startAlertmanager()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  let cluster = 0
  beforeEach(async () => {
    cluster += 1
    w = await world({memory: true, source: {web, api}, applied: {}})
    await configure([server.url])
    await inState({web: true, api: true})
  })
  afterEach(() => w[Symbol.asyncDispose]())

  const configure = (urls: readonly string[], more = '') =>
    w.dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1\ninterval: 1h\nalertmanager:\n  urls: ${JSON.stringify(urls)}\n${more}`,
    )

  /** Which Manifests are drifted from now on. */
  const inState = (drifted: Readonly<Record<'web' | 'api', boolean>>) =>
    writeApplied(w.tazuna.stateDir, {web: applied(web, drifted.web), api: applied(api, drifted.api)})

  /** A run that begins so many minutes from now; in the past, with a minus. */
  function run(minutes: number, knobs: StandInOptions = {}): Promise<Report> {
    const env = {TAZUNA_WATCH_CLUSTER: `cluster-${cluster}`, ...w.tazuna.envWith(knobs)}
    return runAt(w, new Date(Date.now() + minutes * minute), env)
  }

  /** The open alerts, `TazunaDrift web 60`: with the minutes since each began. */
  async function open(of = server): Promise<string[]> {
    const alerts = (await of.alerts()).filter(({labels}) => labels['cluster'] === `cluster-${cluster}`)
    return alerts.map(({labels, startsAt}) => {
      const minutes = Math.round((Date.now() - Date.parse(startsAt)) / minute)
      return [labels['alertname'], labels['manifest'], minutes].filter(part => part !== undefined).join(' ')
    })
  }

  it.each([60, 120])('has what a run of %i minutes ago saw for open', async minutes => {
    expect(deliveries(await run(-minutes))).toMatchObject({alertmanager: 'delivered'})
    expect(await open()).toEqual([`TazunaDrift api ${minutes}`, `TazunaDrift web ${minutes}`])
  })

  it('has nothing for open once no run came for three hours', async () => {
    expect(deliveries(await run(-180))).toMatchObject({alertmanager: 'delivered'})
    expect(await open()).toEqual([])
  })

  it('keeps alerts and their begin through runs that fail', async () => {
    await run(-200)
    for (const ago of [-140, -80]) expect((await run(ago, broken)).outcome).toBe('failed')
    await run(-20, broken)
    expect(await open()).toEqual(['TazunaDrift api 200', 'TazunaDrift web 200', 'TazunaWatchCheckFailed 140'])
    const [drift, , failed] = (await server.alerts()).filter(({labels}) => labels['cluster'] === `cluster-${cluster}`)
    expect(drift!.annotations['description']).toMatch(/^1 modified since .+ UTC; unchecked since .+ UTC\. modified: /)
    expect(failed!.annotations).toMatchObject({
      summary: `cluster-${cluster}: the check for drift fails: TAZUNA_FAILED`,
      description: expect.stringContaining(', 3 runs in a row. '),
    })
  })

  it('ends the alert of a Manifest that is proven to be in sync, and no other', async () => {
    await run(-60)
    await inState({web: false, api: true})
    await run(0)
    expect(await open()).toEqual(['TazunaDrift api 60'])
  })

  it('does not end the alert of a Manifest that is gone: it ends by itself', async () => {
    await run(-120)
    await writeSource(join(w.dir.path, 'source'), {api})
    await run(-60)
    await run(0)
    expect(await open()).toEqual(['TazunaDrift api 120', 'TazunaDrift web 120'])
    const [, gone] = (await server.alerts()).filter(({labels}) => labels['cluster'] === `cluster-${cluster}`)
    const left = Math.round((Date.parse(gone!.endsAt) - Date.now()) / minute)
    expect(left).toBe(10)
  })

  it('opens an alert with a new begin when drift comes back', async () => {
    await run(-120)
    await inState({web: false, api: false})
    await run(-60)
    await inState({web: true, api: false})
    await run(0)
    expect(await open()).toEqual(['TazunaDrift web 0'])
  })

  it('has a failing check for open from the second failed run on, until one completes', async () => {
    await inState({web: false, api: false})
    await run(-180)
    await run(-120, broken)
    expect(await open()).toEqual([])
    await run(-60, broken)
    expect(await open()).toEqual(['TazunaWatchCheckFailed 120'])
    await run(0)
    expect(await open()).toEqual([])
  })

  it('has a Manifest that fails for open beside what is known of it, until it is checked', async () => {
    await run(-180)
    await run(-120, stopped)
    await run(-60, stopped)
    expect(await open()).toEqual(['TazunaDrift api 180', 'TazunaDrift web 180', 'TazunaWatchCheckFailed api 120'])
    await inState({web: true, api: false})
    await run(0)
    expect(await open()).toEqual(['TazunaDrift web 180'])
  })

  it('has what each run saw for open where there is no memory, until that ends by itself', async () => {
    const none = {TAZUNA_WATCH_CLUSTER: `cluster-${cluster}`, TAZUNA_WATCH_MEMORY: 'none'}
    await runAt(w, new Date(Date.now() - 60 * minute), none)
    await inState({web: false, api: true})
    await runAt(w, new Date(), none)
    expect(await open()).toEqual(['TazunaDrift api 60', 'TazunaDrift web 60'])
  })

  describe('beside another one that is down', () => {
    let other: WebhookReceiver
    afterEach(() => other.close())

    it('gets each end once, and the other one as soon as it is back', async () => {
      const down = {status: 503, headers: {'retry-after': '3600'}}
      other = await startWebhookReceiver({}, down, down, {})
      await configure([other.url, server.url])
      const said = () => JSON.parse(other.calls.at(-1)!.body) as {labels: object; startsAt: string; endsAt: string}[]
      expect(deliveries(await run(-180))).toMatchObject({alertmanager: 'delivered', 'alertmanager-2': 'delivered'})
      expect(said()).toHaveLength(2)

      await inState({web: false, api: false})
      expect(deliveries(await run(-120))).toMatchObject({alertmanager: 'failed', 'alertmanager-2': 'delivered'})
      expect(await open()).toEqual([])
      expect(deliveries(await run(-60, broken))).toMatchObject({
        alertmanager: 'failed',
        'alertmanager-2': 'delivered',
      })
      expect(deliveries(await run(0))).toMatchObject({alertmanager: 'delivered', 'alertmanager-2': 'nothing-due'})
      const labels = {alertname: 'TazunaDrift', cluster: `cluster-${cluster}`, watch: 'default'}
      expect(said()).toMatchObject([{labels: {...labels, manifest: 'web'}}, {labels: {...labels, manifest: 'api'}}])
      for (const {startsAt, endsAt} of said()) {
        expect(Math.round((Date.now() - Date.parse(startsAt)) / minute)).toBe(180)
        expect(Math.round((Date.now() - Date.parse(endsAt)) / minute)).toBe(5)
      }

      expect(deliveries(await run(1))).toMatchObject({alertmanager: 'delivered', 'alertmanager-2': 'nothing-due'})
      expect(deliveries(await run(2))).toMatchObject({alertmanager: 'nothing-due', 'alertmanager-2': 'nothing-due'})
      expect(other.calls, 'each end twice').toHaveLength(5)
    })

    it('gets what ended, also where the config did not name it for a run', async () => {
      other = await startWebhookReceiver()
      await configure([server.url])
      await run(-120)
      await inState({web: false, api: true})
      await configure([other.url])
      await run(-60)
      expect(await open()).toEqual(['TazunaDrift api 120', 'TazunaDrift web 120'])
      await configure([`${server.url}/`, other.url])
      await run(0)
      expect(await open()).toEqual(['TazunaDrift api 120'])
    })
  })

  it('tells its receivers what fires and what is resolved, with our labels and annotations', async () => {
    const team = await startWebhookReceiver()
    const routing = await startAlertmanager({webhook: team.url})
    try {
      await configure(
        [routing.url],
        '  labels: {severity: warning}\nrunbookUrl: https://wiki.test/drift\nreportUrl: https://ci.test/runs\n',
      )
      const told = () => team.calls.map(({body}) => JSON.parse(body) as Told)
      const newest = () => told().at(-1)
      await inState({web: true, api: false})
      await run(-60)
      await until('it fires', 15_000, async () => newest()?.status === 'firing')
      await inState({web: false, api: false})
      await run(0)
      await until('it is resolved', 15_000, async () => newest()?.status === 'resolved')

      const labels = {alertname: 'TazunaDrift', cluster: `cluster-${cluster}`, manifest: 'web', watch: 'default'}
      const shared = {labels: {...labels, severity: 'warning'}, generatorURL: 'https://ci.test/runs'}
      expect(told()).toMatchObject([
        {
          status: 'firing',
          alerts: [
            {
              ...shared,
              annotations: {
                summary: `cluster-${cluster}: drift in Manifest web: 1 modified`,
                description: expect.stringMatching(
                  /^1 modified since .+ UTC; last checked .+ UTC\. modified: rendered /,
                ),
                runbook_url: 'https://wiki.test/drift',
              },
            },
          ],
        },
        {
          status: 'resolved',
          alerts: [
            {
              ...shared,
              annotations: {
                summary: `cluster-${cluster}: nothing in Manifest web counts as drift any more`,
                description: expect.stringContaining('or covered by an ignore rule; last checked '),
                runbook_url: 'https://wiki.test/drift',
              },
            },
          ],
        },
      ])
    } finally {
      await routing[Symbol.asyncDispose]()
      await team.close()
    }
  })
})

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
type Told = {readonly status: 'firing' | 'resolved'; readonly alerts: readonly object[]}
