import {expect} from 'vitest'

import type {ErrorCode} from '../../src/model/error-code.ts'
import type {ExitCode} from '../../src/model/exit-code.ts'
import type {Report} from '../../src/model/report.ts'
import {reportOf, type CliResult} from './cli.ts'
import type {World} from './world.ts'

/** How a run that goes wrong must end. */
export type BadEnd = {exitCode: ExitCode; outcome: 'failed' | 'incomplete'; code: ErrorCode}

/** Names of gauges about the run alone: a run that does not know how every Manifest stands pushes no others. */
const runFamilies = ['build_info', 'last_run_timestamp_seconds', 'notifications', 'run_duration_seconds', 'run_outcome']

/** Expects two lines on stderr for the error, after the warnings, and one report on stdout. Returns that. */
export function expectSaid(result: CliResult, {exitCode, outcome, code}: BadEnd): Report {
  expect(result.stderr).toMatch(
    new RegExp(`^(?:warning: .+ \\([A-Z_]+\\)\n)*error: .+ \\(${code}\\)\n(?:.+\n)*hint: .+\n$`),
  )
  const report = reportOf(result)
  expect({exitCode: result.exitCode, outcome: report.outcome, code: report.error?.code}).toEqual({
    exitCode,
    outcome,
    code,
  })
  expect(report.error?.message).not.toBe('')
  expect(report.error?.hint).not.toBe('')
  return report
}

/** Expects one message that names the error, and one push that leaves the gauges of Manifests alone. */
export function expectTold({webhook, gateway}: World, {outcome, code}: BadEnd): void {
  expect(webhook.calls.map(({method, path}) => `${method} ${path}`)).toEqual([
    'POST /services/T000/B000/canary-slack-hook',
  ])
  const {text, blocks} = JSON.parse(webhook.calls[0]!.body) as {text: string; blocks: unknown}
  expect(text).toContain(`\`${code}\``)
  expect(JSON.stringify(blocks)).toContain(code)
  expect(gateway.calls.map(({method, path}) => `${method} ${path}`)).toEqual([
    'POST /metrics/job@base64/dGF6dW5hLXdhdGNo/cluster@base64/dGVzdA',
  ])
  const {body} = gateway.calls[0]!
  expect(familiesOf(body)).toEqual(runFamilies.map(name => `tazuna_watch_${name}`))
  expect(body).toContain(`tazuna_watch_run_outcome{outcome="${outcome}"} 1\n`)
  expect(body).toContain('tazuna_watch_notifications{notifier="slack",result="delivered"} 1\n')
}

function familiesOf(exposition: string): string[] {
  return [...exposition.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name!)
}
