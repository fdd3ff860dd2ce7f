import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {parse, stringify} from 'yaml'

import type {Report} from '../../src/model/report.ts'
import {requireExecutable} from '../support/executables.ts'
import {prometheusPath, startPrometheus, type PrometheusServer} from '../support/prometheus.ts'
import {startPushgateway, type Pushgateway} from '../support/pushgateway.ts'
import {runAt} from '../support/run-at.ts'
import {deployment, writeSource} from '../support/tazuna-yaml.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'
import {until} from '../support/until.ts'
import {inSync, world, type World, type WorldOptions} from '../support/world.ts'
import {rulesFile} from './promtool-rules.ts'

const gatewayPath = requireExecutable('prometheus-pushgateway', 'apt-get install prometheus-pushgateway')
const hour = 3_600_000
const before = (hours: number) => new Date(Date.now() - hours * hour)

describe.skipIf(gatewayPath === null || prometheusPath === null)('real runs, gateway and Prometheus', () => {
  let dir: TempDir
  let gateway: Pushgateway
  let prometheus: PrometheusServer
  beforeEach(async () => {
    dir = await tempDir()
    gateway = await startPushgateway(gatewayPath!)
    prometheus = await startPrometheus({
      targets: [new URL(gateway.url).host],
      rules: [await dir.write('rules.yaml', withoutWaiting(await readFile(rulesFile, 'utf8')))],
    })
  })
  afterEach(async () => {
    await prometheus[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })

  const watched = async (cluster: string, keys = '', options: WorldOptions = {}) => {
    const w = await world({...options, memory: true})
    await w.dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1\ncluster: ${cluster}\ninterval: 1h\n${keys}metrics: {pushgateway: {url: "${gateway.url}"}}\n`,
    )
    return w
  }

  /** What fires once all that was pushed was scraped, and every group of rules saw what the others record of it. */
  async function firing(): Promise<string[]> {
    await prometheus.scraped()
    await evaluated(prometheus)
    await evaluated(prometheus)
    return (await prometheus.alerts()).map(toLine).toSorted()
  }

  it('tell of drift that is 73 hours old, until a run finds it gone, and of a dead watch once', async () => {
    await using tokyo = await watched('tokyo')
    await using osaka = await watched('osaka', 'watch: batch\n')
    await run(tokyo, before(73))
    await run(osaka, before(125))
    await run(osaka, before(48))
    expect(await firing()).toEqual(['TazunaWatchStale osaka/batch', 'TazunaWatchStale tokyo'])

    await run(tokyo, before(0))
    expect(await firing()).toEqual([
      'TazunaWatchDriftUnaddressed tokyo manifest=web',
      'TazunaWatchEntriesRemoved tokyo manifest=web',
      'TazunaWatchStale osaka/batch',
    ])
    const drift = (await prometheus.alerts()).find(({labels}) => labels['manifest'] !== undefined)
    expect(drift?.annotations['description']).toMatch(/^web in tokyo has been drifted for at least 3d 1h 0m \d+s\. /)

    await writeSource(join(tokyo.dir.path, 'source'), inSync.source!)
    await run(tokyo, before(0))
    expect(await firing()).toEqual(['TazunaWatchStale osaka/batch'])

    await run(osaka, before(0))
    expect(await firing()).toEqual([
      'TazunaWatchDriftUnaddressed osaka/batch manifest=web',
      'TazunaWatchEntriesRemoved osaka/batch manifest=web',
    ])
  })

  it('tell of runs that fail, with what was known before, and of a notifier that fails', async () => {
    await using tokyo = await watched('tokyo', 'notifiers: [{type: slack, name: ops, webhookUrl: {env: NOBODY_URL}}]\n')
    const unreachable = {NOBODY_URL: 'http://127.0.0.1:9/hook'}
    await run(tokyo, before(4), unreachable)
    await run(tokyo, before(0), {...unreachable, TAZUNA_BIN: join(tokyo.dir.path, 'nothing')})
    expect(await firing()).toEqual([
      'TazunaWatchEntriesRemoved tokyo manifest=web',
      'TazunaWatchNotifierFailing tokyo notifier=ops',
      'TazunaWatchRunFailing tokyo',
    ])
  })

  it('tell of pushes that the gateway refuses, until it takes one', async () => {
    await using tokyo = await watched('tokyo', '', inSync)
    await run(tokyo, before(1))
    expect(await firing()).toEqual([])

    const other = `${gateway.url}/metrics/job/other`
    const body =
      '# TYPE tazuna_watch_oldest_drift_timestamp_seconds counter\ntazuna_watch_oldest_drift_timestamp_seconds 1\n'
    expect((await fetch(other, {method: 'PUT', body})).status).toBe(200)
    await writeSource(join(tokyo.dir.path, 'source'), {
      web: [deployment('web', 'nginx', 2)],
      api: [deployment('api', 'api')],
    })
    const {notifications} = await run(tokyo, before(0))
    expect(notifications.filter(({role}) => role === 'sink')).toMatchObject([{delivery: 'failed'}])
    expect(await firing()).toEqual(['TazunaWatchPushRefused tokyo'])

    await fetch(other, {method: 'DELETE'})
    await run(tokyo, before(0))
    expect(await firing()).toEqual(['TazunaWatchEntriesRemoved tokyo manifest=web'])
  })
})

function run(w: World, at: Date, env: Record<string, string> = {}): Promise<Report> {
  return runAt(w, at, {TAZUNA_WATCH_CLUSTER: '', ...env})
}

/** The rules, but what they see fires in the same second, and ends so. */
function withoutWaiting(rules: string): string {
  const {groups} = parse(rules) as {groups: {name: string; rules: Record<string, unknown>[]}[]}
  return stringify({groups: groups.map(group => ({...group, rules: group.rules.map(atOnce)}))}, {lineWidth: 0})
}

function atOnce({for: _for, keep_firing_for: _keep, ...rule}: Record<string, unknown>) {
  return rule
}

/** Resolves once every group of rules was evaluated after this call. */
async function evaluated({url}: PrometheusServer): Promise<void> {
  const since = Date.now()
  await until('every rule was evaluated', 20_000, async () => {
    const answer = await fetch(`${url}/api/v1/rules`)
    const {data} = (await answer.json()) as {data: {groups: {lastEvaluation: string}[]}}
    return data.groups.every(({lastEvaluation}) => Date.parse(lastEvaluation) > since)
  })
}

/** Name, `cluster[/scope]`, and what it is about. */
function toLine({labels}: {readonly labels: Readonly<Record<string, string>>}): string {
  const {alertname, cluster, scope, job, severity, ...about} = labels
  expect({job, severity}).toEqual({job: 'tazuna-watch', severity: 'warning'})
  const watch = scope === undefined ? cluster : `${cluster}/${scope}`
  return [alertname, watch, ...Object.entries(about).map(([name, value]) => `${name}=${value}`)].join(' ')
}
