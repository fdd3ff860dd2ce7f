import {expect} from 'vitest'

import type {ErrorCode} from '../../src/model/error-code.ts'
import type {ExitCode} from '../../src/model/exit-code.ts'
import type {Report} from '../../src/model/report.ts'
import {reportOf, type CliOptions, type CliResult} from './cli.ts'
import {world, type World, type WorldOptions} from './world.ts'

/** How a run that goes wrong must end. */
export type BadEnd = {exitCode: ExitCode; outcome: 'failed' | 'incomplete'; code: ErrorCode}

/** A run that goes wrong; `says` is in the message. */
export type BadRun = BadEnd & {
  title: string
  options?: WorldOptions
  /** Changes the world before the run; its result goes to the process. */
  prepare?: (w: World) => Promise<CliOptions>
  says?: RegExp
}

/** Runs in a world of its own, and expects all that a run owes that goes wrong. Returns the report. */
export async function expectBadEnd({options, prepare, says = /./, ...end}: BadRun): Promise<Report> {
  await using w = await world(options)
  const report = expectSaid(await w.run(['--format', 'json'], await prepare?.(w)), end)
  expect(report.error?.message).toMatch(says)
  expectTold(w, end)
  return report
}

/** Writes the config file. */
export async function configured(w: World, text: string): Promise<CliOptions> {
  await w.dir.write('tazuna-watch.yaml', `apiVersion: tazuna-watch/v1\n${text}\n`)
  return {}
}

/** Names of gauges about the run alone: a run that does not know how every Manifest stands pushes no others. */
const runFamilies = [
  'build_info',
  'last_run_timestamp_seconds',
  'memory_ok',
  'notifications',
  'run_duration_seconds',
  'run_outcome',
]

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
function expectTold({webhook, gateway}: World, {outcome, code}: BadEnd): void {
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
