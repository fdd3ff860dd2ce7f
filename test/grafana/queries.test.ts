import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {gauges} from '../../src/metrics/gauges.ts'
import {prometheusPath, startPrometheus, type PrometheusServer} from '../support/prometheus.ts'
import {startPushgateway, type Pushgateway} from '../support/pushgateway.ts'
import {requireExecutable} from '../support/executables.ts'
import {until} from '../support/until.ts'
import {dataPanels, readDashboard} from './dashboard.ts'
import {interpolate, type Choice} from './interpolate.ts'
import {playRuns} from './runs.ts'

const gatewayPath = requireExecutable('prometheus-pushgateway', 'apt-get install prometheus-pushgateway')
const dashboard = readDashboard('tazuna-watch.json')
const variables = new Map(dashboard.templating.list.map(variable => [variable.name, variable]))

const builtIn: Record<string, Choice> = {__range: ['86400s'], __rate_interval: ['60s'], __interval: ['15s']}
const all: Record<string, Choice> = {
  ...builtIn,
  cluster: {all: variables.get('cluster')!.allValue!},
  watch: {all: variables.get('watch')!.allValue!},
  manifest: {all: variables.get('manifest')!.allValue!},
}
/** What the variable `watch` gives for the watch `default`. */
const defaultWatch = 'default|'

const targets = dataPanels(dashboard).flatMap(({title, targets: list = []}) =>
  list.map(target => ({name: `${title}: ${target.refId}`, title, ...target, expr: target.expr!})),
)
const annotations = dashboard.annotations.list.flatMap(({name, expr}) => (expr === undefined ? [] : [{name, expr}]))

type Series = {readonly metric: Record<string, string>; readonly values: readonly (readonly [number, string])[]}

const expressions = [...targets, ...annotations].map(({expr}) => expr)

describe('tazuna-watch.json', () => {
  it('shows every gauge of our own, and no other', () => {
    const used = expressions.flatMap(expr => expr.match(/\b[a-z]+_[a-z_]+(?=\{)/g) ?? [])
    const own = Object.keys(gauges).filter(name => name.startsWith('tazuna_watch_'))
    expect([...new Set(used)].toSorted()).toEqual(own.toSorted())
  })

  it('asks for the chosen clusters and watches wherever it names a gauge', () => {
    for (const expr of expressions) {
      const selectors = expr.match(/tazuna_watch_\w+(?:\{(?:[^"}]|"[^"]*")*\})?/g)!
      for (const selector of selectors) expect(selector).toContain('{cluster=~"$cluster", scope=~"${watch:pipe}"')
    }
  })

  it('leaves no variable in a query', () => {
    for (const expr of expressions) expect(interpolate(expr, all)).not.toContain('$')
  })
})

describe.skipIf(prometheusPath === null || gatewayPath === null)('tazuna-watch.json on a real Prometheus', () => {
  let gateway: Pushgateway
  let prometheus: PrometheusServer
  beforeAll(async () => {
    gateway = await startPushgateway(gatewayPath!)
    prometheus = await startPrometheus({targets: [new URL(gateway.url).host]})
    await playRuns(gateway.url, expression =>
      until(expression, 20_000, async () => (await prometheus.query(expression)).length > 0),
    )
  }, 60_000)
  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]()
    await gateway?.[Symbol.asyncDispose]()
  })

  async function get<Data>(path: string, words: Record<string, string>): Promise<Data> {
    const answer = await fetch(`${prometheus.url}/api/v1/${path}?${new URLSearchParams(words).toString()}`)
    const {data, error} = (await answer.json()) as {data: Data; error?: string}
    expect(error).toBe(undefined)
    return data
  }

  /** The last hour by the minute, up to now. */
  async function range(expr: string, choices = all): Promise<readonly Series[]> {
    const now = Date.now() / 1000
    const words = {query: interpolate(expr, choices), start: `${now - 3600}`, end: `${now}`, step: '60'}
    return (await get<{result: Series[]}>('query_range', words)).result
  }

  const instant = (expr: string, choices = all) => prometheus.query(interpolate(expr, choices))

  async function options(name: string, choices = all): Promise<string[]> {
    const {query, regex = ''} = variables.get(name)!
    const labels = /^label_values\((.+), (\w+)\)$/.exec(query)
    if (labels !== null) return get(`label/${labels[2]}/values`, {'match[]': interpolate(labels[1]!, choices)})
    const result = /^query_result\((.+)\)$/.exec(query)
    expect(result).not.toBe(null)
    const pattern = new RegExp(regex.slice(1, -1))
    const samples = await instant(result![1]!, choices)
    return samples.map(({labels: found}) => {
      const shown = `{${Object.entries(found)
        .map(([key, value]) => `${key}="${value}"`)
        .join(',')}} 1 1`
      const {value, text} = pattern.exec(shown)!.groups!
      return `${text} = ${value}`
    })
  }

  it.each(targets)('$name has data', async ({expr, instant: isInstant}) => {
    expect((isInstant ? await instant(expr) : await range(expr)).length).toBeGreaterThan(0)
  })

  it('offers all clusters, watches and Manifests, also the watch without a label', async () => {
    expect(await options('cluster')).toEqual(['prod-osaka', 'prod-tokyo'])
    expect((await options('watch')).toSorted()).toEqual([`default = ${defaultWatch}`, 'nightly = nightly'])
    expect(await options('manifest')).toEqual(['api', 'batch', 'ingress-nginx', 'secrets', 'tools', 'web'])
  })

  it('offers the watches of a cluster, and the Manifests of a watch', async () => {
    const tokyo = {...all, cluster: ['prod-tokyo']}
    expect(await options('watch', tokyo)).toEqual([`default = ${defaultWatch}`])
    expect(await options('manifest', {...all, watch: ['nightly']})).toEqual(['api', 'tools', 'web'])
  })

  it('shows in its single numbers what happened', async () => {
    const numbers = new Map<string, number | undefined>()
    for (const {title, targets: list} of dataPanels(dashboard).filter(({type}) => type === 'stat'))
      numbers.set(title, (await instant(list![0]!.expr!))[0]?.value)
    expect(Object.fromEntries(numbers)).toEqual({
      'Watches that report': 3,
      'Overdue watches': 1,
      'Manifests in drift': 5,
      'Removed resources': 3,
      'Not checked': 2,
      'Longest drift': expect.closeTo(30 * 3600, -2),
      'Notifiers behind': 1,
      Memory: 1,
    })
  })

  it.each<[string, Record<string, Choice>, string[]]>([
    ['all', {}, ['prod-osaka/default', 'prod-osaka/nightly', 'prod-tokyo/default']],
    ['a cluster', {cluster: ['prod-osaka']}, ['prod-osaka/default', 'prod-osaka/nightly']],
    ['the watch default', {watch: [defaultWatch]}, ['prod-osaka/default', 'prod-tokyo/default']],
    ['another watch', {watch: ['nightly']}, ['prod-osaka/nightly']],
    ['both', {watch: [defaultWatch, 'nightly']}, ['prod-osaka/default', 'prod-osaka/nightly', 'prod-tokyo/default']],
    ['a name with signs of a pattern', {cluster: ['prod.*']}, []],
  ])('shows with %s chosen exactly these watches in their table', async (_title, choice, rows) => {
    for (const {refId, expr} of columnsOf('Watches')) {
      const found = (await instant(expr, {...all, ...choice})).map(({labels}) => nameOf(labels))
      // only one watch has an interval configured
      const expected = refId === 'interval' ? rows.filter(row => row === 'prod-tokyo/default') : rows
      expect({refId, found: found.toSorted()}).toEqual({refId, found: expected})
    }
  })

  it('lists each drifted Manifest once in every column of its table', async () => {
    const found: Record<string, Record<string, number>> = {}
    for (const {refId, expr} of columnsOf('Drifted Manifests')) {
      for (const {labels, value} of await instant(expr)) {
        const row = (found[`${nameOf(labels)}/${labels['manifest']}`] ??= {})
        expect(row).not.toHaveProperty(refId)
        row[refId] = value
      }
    }
    const applied = Date.parse('2026-11-19T22:01:00Z')
    const long = {age: expect.closeTo(30 * 3600, -2), since: expect.closeTo(Date.now() - 30 * 3_600_000, -5)}
    const short = {age: expect.closeTo(0, -2), since: expect.closeTo(Date.now(), -5)}
    expect(found).toEqual({
      'prod-tokyo/default/web': {removed: 1, modified: 1, added: 1, ...long, applied, error: 0},
      'prod-tokyo/default/batch': {removed: 0, modified: 1, added: 0, ...long, applied, error: 0},
      'prod-osaka/nightly/web': {removed: 0, modified: 1, added: 0, ...short, applied, error: 0},
      // without a memory nothing is known of ages
      'prod-osaka/default/web': {removed: 2, modified: 0, added: 1, applied, error: 0},
      'prod-osaka/default/ingress-nginx': {removed: 0, modified: 0, added: 2, error: 0},
    })
  })

  // labels by name: cluster, manifest or notifier, scope
  it.each<[string, string, Record<string, number>]>([
    ['Filtered and muted', 'A', {always_sync: 1, ignore_rule: 1}],
    ['Filtered and muted', 'B', {'': 1}],
    ['Manifests that tazuna fails on', 'drift', {'prod-osaka/api/nightly': 0}],
    ['Outcome of each watch', 'A', {'prod-osaka/default': 1, 'prod-osaka/nightly': 2, 'prod-tokyo/default': 1}],
    [
      'Notifiers',
      'state',
      {
        'prod-tokyo/audit/default': 2,
        'prod-tokyo/ops/default': 1,
        'prod-osaka/slack/default': 1,
        'prod-osaka/slack/nightly': 1,
      },
    ],
    [
      'Notifiers',
      'pending',
      {
        'prod-tokyo/audit/default': 1,
        'prod-tokyo/ops/default': 0,
        'prod-osaka/slack/default': 0,
        'prod-osaka/slack/nightly': 0,
      },
    ],
  ])('shows in %s, %s, what happened', async (panel, refId, expected) => {
    const {expr} = columnsOf(panel).find(target => target.refId === refId)!
    const shown = (await instant(expr)).map(({labels, value}) => [Object.values(labels).join('/'), value])
    expect(Object.fromEntries(shown)).toEqual(expected)
  })

  it.each(annotations)('annotates when $name: the value is the time', async ({name, expr}) => {
    const events = (await range(expr)).map(({metric, values}) => ({
      what: [metric['cluster'], metric['scope'], metric['manifest'] ?? metric['outcome']].join(' '),
      hoursAgo: Math.round((Date.now() - Number(values.at(-1)![1])) / 3_600_000),
    }))
    const expected = {
      'Drift begins': [
        {what: 'prod-osaka nightly web', hoursAgo: 0},
        {what: 'prod-tokyo default batch', hoursAgo: 30},
        {what: 'prod-tokyo default web', hoursAgo: 30},
      ],
      'Outcome changes': [{what: 'prod-osaka nightly incomplete', hoursAgo: 0}],
    }[name]
    expect(events.toSorted((a, b) => (a.what < b.what ? -1 : 1))).toEqual(expected)
  })
})

function columnsOf(table: string) {
  return targets.filter(({title}) => title === table)
}

function nameOf({cluster, scope}: Record<string, string>): string {
  return `${cluster}/${scope}`
}
