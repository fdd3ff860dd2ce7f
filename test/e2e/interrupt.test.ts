import {mkdir, readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it, vi} from 'vitest'

import {addArtifact, addFileLayer} from '../artifact/artifact-builder.ts'
import {reportOf, type CliResult} from '../support/cli.ts'
import {startFakeRegistry} from '../support/fake-registry.ts'
import type {StandInOptions} from '../support/stand-in.ts'
import {startGatewayReceiver, type ScriptedAnswer} from '../support/webhook-receiver.ts'
import {world, type World} from '../support/world.ts'

const signals = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const

type Interrupted = CliResult & {
  /** Milliseconds from the signal to the end. */
  readonly took: number
}

type Plan = {
  readonly signal: NodeJS.Signals
  readonly env?: Record<string, string>
  /** Throws until it is time for the signal. */
  readonly when: () => void | Promise<void>
}

/** Runs until it is time, sends the signal, and waits for the end. */
async function interrupt(w: World, {signal, env = {}, when}: Plan): Promise<Interrupted> {
  const tmp = join(w.dir.path, 'tmp')
  await mkdir(tmp)
  let kill: (signal: NodeJS.Signals) => void
  const running = w.run(['--format', 'json', '--output', 'report.json'], {
    env: {TMPDIR: tmp, ...env},
    onStart: given => (kill = given),
  })
  await vi.waitFor(when, {timeout: 10_000, interval: 20})
  const signalledAt = performance.now()
  kill!(signal)
  const result = await running
  expect((await readdir(tmp)).filter(name => name.startsWith('tazuna-watch'))).toEqual([])
  expect(await readFile(join(w.dir.path, 'report.json'), 'utf8')).toBe(result.stdout)
  return {...result, took: performance.now() - signalledAt}
}

/** A run that was interrupted before its first message says that and nothing else, and tells nobody. */
function expectCancelled(w: World, result: CliResult, exitCode: number): void {
  expect(result.exitCode).toBe(exitCode)
  expect(result.stderr).toMatch(/^error: running the watch: interrupted \(CANCELLED\)\nhint: .+\n$/)
  expect(reportOf(result)).toMatchObject({
    outcome: 'failed',
    cluster: 'test',
    summary: null,
    manifests: [],
    entries: [],
    error: {code: 'CANCELLED'},
    notifications: [],
  })
  expect([...w.webhook.calls, ...w.gateway.calls]).toEqual([])
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe.concurrent('an interrupt while pulling', () => {
  it.each([
    ['SIGTERM', 143, 'manifests', 'hang'],
    ['SIGTERM', 143, 'blobs', 'hang'],
    ['SIGTERM', 143, 'blobs', 'slow'],
    ['SIGINT', 130, 'blobs', 'slow'],
  ] as const)('by %s ends with %i: %s %s', async (signal, exitCode, part, how) => {
    await using w = await world()
    await using registry = await startFakeRegistry()
    const layer = addFileLayer(registry, 'tazuna.yaml', '# text\n'.repeat(1_000))
    addArtifact(registry, [layer])
    const path = part === 'manifests' ? 'manifests/prod' : `blobs/${layer.digest}`
    registry.answer(path, how)
    const result = await interrupt(w, {
      signal,
      env: {TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`},
      when: () => expect(registry.paths()).toContain(path),
    })
    expectCancelled(w, result, exitCode)
    expect(result.took).toBeLessThan(2_000)
    expect(await w.tazuna.calls()).toEqual([])
  })
})

describe.concurrent('an interrupt while tazuna runs', () => {
  const stubborn = {hangAt: 'api', ignoreTerm: true, grandchild: 60_000}
  const cases: [NodeJS.Signals, number, string, StandInOptions, number][] = [
    ['SIGTERM', 143, 'that ends at TERM', {hangAt: 'api'}, 2_000],
    ['SIGINT', 130, 'that ends at TERM', {hangAt: 'api'}, 2_000],
    ['SIGTERM', 143, 'of old', {hangAt: 'api', era: 'early'}, 2_000],
    ['SIGTERM', 143, 'whose list hangs', {hangAt: 'web', faultyCommands: ['list']}, 2_000],
    ['SIGTERM', 143, 'whose version hangs, too', {hangAt: 'api', faultyCommands: ['diff', 'version']}, 2_000],
    ['SIGINT', 130, 'that ignores TERM and has a child that does', stubborn, 6_500],
  ]

  it.each(cases)('by %s ends with %i, and a tazuna %s is gone', async (signal, exitCode, _title, knobs, most) => {
    await using w = await world({knobs: {faultyCommands: ['diff'], ...knobs}})
    const last = knobs.faultyCommands?.[0] ?? 'diff'
    const result = await interrupt(w, {
      signal,
      when: async () => expect((await w.tazuna.calls()).map(({command}) => command)).toContain(last),
    })
    expectCancelled(w, result, exitCode)
    expect(result.took).toBeLessThan(most)
    const calls = await w.tazuna.calls()
    const pids = calls.flatMap(({pid, grandchildPid}) => [pid, grandchildPid ?? []].flat())
    // whoever was killed is there until its parent, or who stands in for that, looks
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), {timeout: 2_000})
  })
})

/** Interrupts right after the first call of the receiver that stands at `variable`. */
async function whileTelling(
  variable: 'SLACK_WEBHOOK_URL' | 'PUSHGATEWAY_URL',
  answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]],
  signal: NodeJS.Signals = 'SIGTERM',
) {
  await using w = await world()
  const receiver = await startGatewayReceiver(...answers)
  const result = await interrupt(w, {
    signal,
    env: {[variable]: receiver.url},
    when: () => expect(receiver.calls).toHaveLength(1),
  })
  await receiver.close()
  return {
    result,
    report: reportOf(result),
    calls: receiver.calls.length,
    slack: w.webhook.calls.length,
    gateway: w.gateway.calls.length,
  }
}

describe.concurrent('an interrupt while telling', () => {
  it.each(signals)('by %s ends with %i when Slack hangs, three seconds later', async (signal, exitCode) => {
    const {result, report, calls, gateway} = await whileTelling('SLACK_WEBHOOK_URL', ['hang'], signal)
    expect(result.exitCode).toBe(exitCode)
    expect(report).toMatchObject({
      outcome: 'failed',
      summary: null,
      entries: [],
      error: {code: 'CANCELLED'},
      notifications: [{name: 'slack', delivery: 'failed', attempts: 1, pending: 1}],
    })
    expect(report.notifications).toHaveLength(1)
    expect({calls, gateway}).toEqual({calls: 1, gateway: 0})
    expect(result.took).toBeGreaterThan(2_900)
    expect(result.took).toBeLessThan(5_000)
  })

  it('hears the answer to a message in flight, and pushes nothing after it', async () => {
    const {result, report, gateway} = await whileTelling('SLACK_WEBHOOK_URL', [{body: 'ok', delay: 1_000}])
    expect(result.exitCode).toBe(143)
    expect(report.notifications).toMatchObject([{name: 'slack', delivery: 'delivered', attempts: 1}])
    expect(gateway).toBe(0)
    expect(result.took).toBeLessThan(2_500)
  })

  it.each<[string, ScriptedAnswer]>([
    ['fails then', {status: 503, delay: 300}],
    ['has failed and waits to be tried again', {status: 429, headers: {'retry-after': '5'}}],
    ['refuses the message then, and would get its plain text', {status: 400, body: 'invalid_blocks', delay: 300}],
  ])('sends nothing more when Slack %s', async (_title, answer) => {
    const {result, report, calls, gateway} = await whileTelling('SLACK_WEBHOOK_URL', [answer, {body: 'ok'}])
    expect(result.exitCode).toBe(143)
    expect(report.notifications).toMatchObject([{name: 'slack', delivery: 'failed', attempts: 1}])
    expect({calls, gateway}).toEqual({calls: 1, gateway: 0})
    expect(result.took).toBeLessThan(2_500)
  })

  it('ends three seconds later when the Pushgateway hangs', async () => {
    const {result, report, calls, slack} = await whileTelling('PUSHGATEWAY_URL', ['hang'])
    expect(result.exitCode).toBe(143)
    expect(report).toMatchObject({
      outcome: 'failed',
      error: {code: 'CANCELLED'},
      notifications: [
        {name: 'slack', delivery: 'delivered'},
        {name: 'pushgateway', delivery: 'failed', attempts: 1},
      ],
    })
    expect({calls, slack}).toEqual({calls: 1, slack: 1})
    expect(result.took).toBeLessThan(5_000)
  })
})
