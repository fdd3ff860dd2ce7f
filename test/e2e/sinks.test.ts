import {readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {freePort} from '../support/ports.ts'
import {checkMetrics, promtoolPath} from '../support/promtool.ts'
import {startWebhookReceiver} from '../support/webhook-receiver.ts'
import {inSync, world, type World} from '../support/world.ts'

const config = `apiVersion: tazuna-watch/v1
metrics:
  families: [tazuna_watch, drift_stack]
  textfile: metrics/tazuna.prom
heartbeat:
  url: {env: HEARTBEAT_URL}
`

/** All sinks at once; the text file lies beside the config, which is not the working directory. */
async function sinksWorld(options: Parameters<typeof world>[0] = {}) {
  const w = await world(options)
  const heartbeat = await startWebhookReceiver({body: 'OK'})
  await w.dir.write('config/tazuna-watch.yaml', config)
  await w.dir.write('config/metrics/.keep', '')
  return {
    w,
    heartbeat,
    run: (args: readonly string[] = [], env: Record<string, string> = {}) =>
      w.run(['--config', 'config/tazuna-watch.yaml', '--format', 'json', ...args], {
        env: {HEARTBEAT_URL: `${heartbeat.url}/ping/canary-heartbeat?rid=1`, ...env},
      }),
    async [Symbol.asyncDispose]() {
      await heartbeat.close()
      await w[Symbol.asyncDispose]()
    },
  }
}

const textfileOf = (w: World) => readFile(join(w.dir.path, 'config/metrics/tazuna.prom'), 'utf8')
const fault = {stopAt: '^'} as const

describe('run with every sink', () => {
  it('gives each of them the run', async () => {
    await using scene = await sinksWorld()
    const {w, heartbeat} = scene
    const result = await scene.run()
    expect({exitCode: result.exitCode, stderr: result.stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(reportOf(result).notifications.map(({name, role, delivery}) => [name, role, delivery])).toEqual([
      ['slack', 'notifier', 'delivered'],
      ['pushgateway', 'sink', 'delivered'],
      ['textfile', 'sink', 'delivered'],
      ['heartbeat', 'sink', 'delivered'],
    ])
    expect(heartbeat.calls.map(({method, path}) => `${method} ${path}`)).toEqual(['GET /ping/canary-heartbeat?rid=1'])
    expect(w.gateway.calls[0]!.body).toContain('\ndrift_stack_state{stack="web"} 1\n')
    const text = await textfileOf(w)
    expect(text).toContain('\ndrift_stack_state{cluster="test",stack="web"} 1\n')
    expect(text).toContain('\ntazuna_watch_manifest_drift{cluster="test",manifest="web"} 1\n')
    expect((await stat(join(w.dir.path, 'config/metrics/tazuna.prom'))).mode & 0o777).toBe(0o644)
  })

  it('keeps in the file what a failed run does not know, and tells the monitor that it failed', async () => {
    await using scene = await sinksWorld()
    const {w, heartbeat} = scene
    await scene.run()
    const result = await scene.run([], w.tazuna.envWith(fault))
    expect(result.exitCode).toBe(69)
    expect(heartbeat.calls.map(({path}) => path)).toEqual([
      '/ping/canary-heartbeat?rid=1',
      '/ping/canary-heartbeat/fail?rid=1',
    ])
    const text = await textfileOf(w)
    expect(text).toContain('\ntazuna_watch_run_outcome{cluster="test",outcome="failed"} 1\n')
    expect(text).toContain('\ntazuna_watch_manifest_drift{cluster="test",manifest="web"} 1\n')
    expect(text).toContain('\ndrift_stack_state{cluster="test",stack="web"} 1\n')
    expect(w.gateway.calls.map(({method}) => method)).toEqual(['PUT', 'POST'])
    expect(w.gateway.calls[1]!.body).not.toContain('drift_stack')
  })

  it.skipIf(promtoolPath === null)('writes a file that promtool can read, also after a failed run', async () => {
    await using scene = await sinksWorld()
    const {w} = scene
    await w.dir.write('config/tazuna-watch.yaml', config.replace(/ {2}families.*\n/, ''))
    await scene.run()
    expect(await checkMetrics(await textfileOf(w))).toBe('')
    await scene.run([], w.tazuna.envWith(fault))
    expect(await checkMetrics(await textfileOf(w))).toBe('')
  })

  it('goes on where one of them fails, and exits with 74', async () => {
    await using scene = await sinksWorld(inSync)
    const {w} = scene
    await w.dir.write('config/metrics/tazuna.prom/x', '')
    const result = await scene.run([], {HEARTBEAT_URL: `http://127.0.0.1:${await freePort()}/ping/canary-heartbeat`})
    expect(result.exitCode).toBe(74)
    expect(reportOf(result).notifications.map(({name, delivery}) => [name, delivery])).toEqual([
      ['slack', 'nothing-due'],
      ['pushgateway', 'delivered'],
      ['textfile', 'failed'],
      ['heartbeat', 'failed'],
    ])
    expect(result.stderr).toContain('telling sink textfile: writing ')
    expect(result.stderr).toContain('telling sink heartbeat: the heartbeat was not sent: connect ECONNREFUSED')
    expect(result.stdout + result.stderr).not.toContain('canary')
  })

  it.each([
    ['missing', ''],
    ['no URL', 'canary-hello'],
  ])('goes on where the URL of the heartbeat is %s, and exits with 78', async (_title, url) => {
    await using scene = await sinksWorld()
    const result = await scene.run([], {HEARTBEAT_URL: url})
    expect(result.exitCode).toBe(78)
    expect(reportOf(result).notifications.map(({delivery}) => delivery)).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'failed',
    ])
    expect(result.stderr).toContain('sink heartbeat: reading a secret from variable HEARTBEAT_URL')
  })

  it('shows what a dry run would write, and writes nothing', async () => {
    await using scene = await sinksWorld()
    const result = await scene.run(['--dry-run'])
    const {notifications} = reportOf(result)
    expect(notifications.map(({delivery}) => delivery)).toEqual(['dry-run', 'dry-run', 'dry-run', 'dry-run'])
    expect(notifications[2]!.payload).toContain('\ndrift_stack_state{cluster="test",stack="web"} 1\n')
    expect(notifications[3]!.payload).toEqual({method: 'GET', url: '[redacted]'})
    expect(scene.heartbeat.calls).toEqual([])
    await expect(textfileOf(scene.w)).rejects.toThrow('ENOENT')
  })

  it('gives tazuna neither the heartbeat nor its variable', async () => {
    await using scene = await sinksWorld({knobs: {callsEnv: ['HEARTBEAT_URL', 'HOME']}})
    await scene.run()
    const calls = JSON.stringify(await scene.w.tazuna.calls())
    expect(calls).toContain('HOME')
    expect(calls).not.toContain('canary-heartbeat')
  })
})

describe('metrics.families', () => {
  it.each([
    ['families: []', 'metrics.families'],
    ['families: [tazuna]', 'metrics.families[0]'],
    ['textfile: ""', 'metrics.textfile'],
  ])('of a config with %s is told with its place', async (line, key) => {
    await using w = await world()
    await w.dir.write('tazuna-watch.yaml', `apiVersion: tazuna-watch/v1\nmetrics:\n  ${line}\n`)
    const {exitCode, stdout, stderr} = await w.run(['config', 'check'])
    expect(exitCode).toBe(78)
    expect(stdout + stderr).toMatch(
      new RegExp(`tazuna-watch.yaml:3:\\d+ ${key.replaceAll(/[[\]]/g, String.raw`\$&`)}: `),
    )
  })
})
