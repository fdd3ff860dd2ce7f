import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {text} from 'node:stream/consumers'
import {fileURLToPath} from 'node:url'

import {stringify} from 'yaml'

import {promtoolPath} from '../support/promtool.ts'
import {tempDir} from '../support/temp-dir.ts'

/** The rules that are shipped. */
export const rulesFile = fileURLToPath(new URL('../../examples/prometheus/rules.yaml', import.meta.url))

/** What `promtool check rules` says against a file, lint included; `''` when it has no complaint. */
export function checkRules(file: string): Promise<string> {
  return promtool(['check', 'rules', '--lint=all', '--lint-fatal', file])
}

/** One series: its name with labels, and its values in promtool's notation. */
export type InputSeries = {readonly series: string; readonly values: string}

/** What Prometheus scraped every `step` minutes, and what is expected then; the rules are evaluated as often. */
export type RuleTest = {
  readonly step: number
  readonly series: readonly InputSeries[]
  readonly expressions?: readonly {
    readonly expr: string
    readonly eval_time: string
    readonly exp_samples: readonly {readonly labels: string; readonly value: number}[]
  }[]
  readonly alerts?: readonly {
    readonly eval_time: string
    readonly alertname: string
    readonly exp_alerts: readonly {
      readonly exp_labels: Readonly<Record<string, string>>
      readonly exp_annotations: Readonly<Record<string, string>>
    }[]
  }[]
}

/**
 * What `promtool test rules` says against rules, by default the shipped ones; `''` when everything is as expected. Time
 * begins at the Unix epoch. https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
export async function testRules(
  {step, series, expressions = [], alerts = []}: RuleTest,
  rules = rulesFile,
): Promise<string> {
  const interval = `${step}m`
  const test = {interval, input_series: series, promql_expr_test: expressions, alert_rule_test: alerts}
  const file = {rule_files: [rules], evaluation_interval: interval, tests: [test]}
  await using dir = await tempDir()
  const path = await dir.write('tests.yaml', stringify(file, {lineWidth: 0}))
  return await promtool(['test', 'rules', path])
}

async function promtool(args: readonly string[]): Promise<string> {
  if (promtoolPath === null) throw new Error('promtool is not there')
  const child = spawn(promtoolPath, args, {stdio: ['ignore', 'pipe', 'pipe']})
  const ended = once(child, 'close')
  const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join('')
  const [code] = (await ended) as [number]
  return code === 0 ? '' : `exit ${code}: ${said}`
}
