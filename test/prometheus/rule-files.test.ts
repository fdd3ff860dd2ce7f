import {readFileSync} from 'node:fs'

import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'

import {prometheusRule} from '../../scripts/prometheus-rule.ts'
import {gauges} from '../../src/metrics/gauges.ts'
import {promtoolPath} from '../support/promtool.ts'
import {checkRules, rulesFile} from './promtool-rules.ts'

type Rule = {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const text = readFileSync(rulesFile, 'utf8')
const {groups} = parse(text) as {groups: readonly {readonly name: string; readonly rules: readonly Rule[]}[]}
const rules = groups.flatMap(group => group.rules)
const alerts = rules.filter(({alert}) => alert !== undefined)
const names = alerts.map(({alert}) => alert!)
const runbook = read('runbook.md')
const sections = new Map(runbook.split(/^## /m).map(section => [section.split('\n')[0]!, section]))

describe('the rules', () => {
  it.skipIf(promtoolPath === null)('are what promtool takes without a complaint', async () => {
    expect(await checkRules(rulesFile)).toBe('')
  })

  it('ask for no gauge that we do not export, and for no series that no rule records', () => {
    const known = [...Object.keys(gauges), ...rules.flatMap(({record}) => record ?? [])]
    const pushed = ['push_time_seconds', 'push_failure_time_seconds']
    const asked = rules.flatMap(({expr}) => expr.match(/(?<![\w:])(?:tazuna_watch|drift|push)_[\w:]+/g) ?? [])
    expect(asked.filter(name => ![...known, ...pushed].includes(name))).toEqual([])
  })

  it('have names of one family, each once', () => {
    expect(names.filter(name => !/^TazunaWatch[A-Z][A-Za-z]+$/.test(name))).toEqual([])
    expect([...new Set(names)]).toEqual(names)
  })

  it.each(alerts)('$alert says how urgent it is, where, and what to do', ({alert, labels, annotations, ...rule}) => {
    expect(labels).toEqual({severity: 'warning'})
    expect(Object.keys(annotations!)).toEqual(['summary', 'description', 'runbook_url'])
    expect(annotations!['summary']).toMatch(/^[^.{]+\.$/)
    expect(annotations!['description']).toContain(
      alert === 'TazunaWatchAbsent'
        ? '{{ with $labels.cluster }}'
        : '{{ $labels.cluster }}{{ with $labels.scope }} (watch {{ . }}){{ end }}',
    )
    expect(rule.for).toMatch(/^(15m|75m|2h)$/)
    expect(rule.keep_firing_for).toBe('15m')
  })

  it('end and begin in the same minute when a watch dies', () => {
    const stale = alerts.find(({alert}) => alert === 'TazunaWatchStale')
    expect(new Set(alerts.map(rule => rule.keep_firing_for))).toEqual(new Set([stale!.for]))
  })
})

describe('the PrometheusRule', () => {
  const file = read('prometheus-rule.yaml')

  it('is made from the rules: run `npm run generate`', () => {
    expect(prometheusRule(text)).toBe(file)
  })

  it('has the rules as they are', () => {
    expect(parse(file)).toEqual({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {name: 'tazuna-watch', labels: {release: 'kube-prometheus-stack'}},
      spec: {groups},
    })
  })

  it('is not made from a file without rules', () => {
    expect(() => prometheusRule('rules: []\n')).toThrow('no groups')
  })
})

describe('the runbook', () => {
  it('has a section for each alert, in the same order, and for no other', () => {
    expect([...sections.keys()].filter(title => title.startsWith('TazunaWatch'))).toEqual(names)
  })

  it.each(names)('of %s says what it means, how urgent it is, where to look, what to do and what not', name => {
    const parts = [...(sections.get(name) ?? '').matchAll(/^\*\*(.+?)\*\*/gm)].map(([, part]) => part)
    expect(parts).toEqual(['Means.', 'Urgency.', 'Look first.', 'Do.', 'Do not'])
  })

  it.each(alerts)('is where the URL of $alert leads', ({alert, annotations}) => {
    const [page, anchor] = annotations!['runbook_url']!.split('#')
    expect(page).toBe('https://wiki.example.com/tazuna-watch/runbook.md')
    expect(anchor).toBe(toAnchor(alert!))
  })

  it('has no link that leads nowhere', () => {
    const anchors = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
    const titles = new Set([...sections.keys()].map(toAnchor))
    expect(anchors.filter(anchor => !titles.has(anchor!))).toEqual([])
  })
})

/** As GitHub makes them of headings. */
function toAnchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

function read(name: string): string {
  return readFileSync(new URL(`../../examples/prometheus/${name}`, import.meta.url), 'utf8')
}
