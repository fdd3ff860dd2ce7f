import {readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {inSync, world} from '../support/world.ts'

/** The whole job as a process: a real webhook, a gateway that records, and the stand-in tazuna. */
describe('run', () => {
  it('tells Slack and pushes the gauges when there is drift, and exits with 0', async () => {
    await using w = await world({alwaysSync: true})
    const result = await w.run(['--format', 'json'])
    expect({exitCode: result.exitCode, stderr: result.stderr}).toEqual({exitCode: 0, stderr: ''})
    const report = reportOf(result)
    expect(report).toMatchObject({
      outcome: 'drift',
      cluster: 'test',
      watch: 'default',
      source: {kind: 'path', ref: 'source', digest: null},
      tazuna: {version: '0.4.4', exitCode: 0},
      summary: {
        coverage: {expected: 3, checked: 3, unnamed: 0},
        manifests: {drift: 1, clean: 2},
        entries: {added: 1, modified: 1, removed: 1, alwaysSync: 1, ignored: 0},
      },
      error: null,
      notifications: [
        {name: 'slack', type: 'slack', role: 'notifier', delivery: 'delivered', reasons: ['baseline'], attempts: 1},
        {name: 'pushgateway', type: 'pushgateway', role: 'sink', delivery: 'delivered', attempts: 1},
      ],
    })
    expect(w.webhook.calls.map(({method, path}) => `${method} ${path}`)).toEqual([
      'POST /services/T000/B000/canary-slack-hook',
    ])
    expect(JSON.parse(w.webhook.calls[0]!.body)).toMatchObject({
      text: expect.stringContaining('drift in 1 Manifest') as string,
    })
    expect(w.gateway.calls.map(({method, path}) => `${method} ${path}`)).toEqual([
      `PUT /metrics/job@base64/dGF6dW5hLXdhdGNo/cluster@base64/dGVzdA`,
    ])
    expect(w.gateway.calls[0]!.body).toContain('tazuna_watch_run_outcome{outcome="drift"} 1\n')
  })

  it('is silent on Slack and pushes the gauges when all is in sync', async () => {
    await using w = await world(inSync)
    const result = await w.run(['--format', 'json'])
    expect(result.exitCode).toBe(0)
    expect(reportOf(result)).toMatchObject({
      outcome: 'clean',
      notifications: [{delivery: 'nothing-due', attempts: 0}, {delivery: 'delivered'}],
    })
    expect(w.webhook.calls).toEqual([])
    expect(w.gateway.calls[0]!.body).toContain('tazuna_watch_manifest_drift{manifest="web"} 0\n')
  })

  it('does not call an always-sync row drift', async () => {
    await using w = await world({
      ...inSync,
      source: {
        ...inSync.applied!,
        secrets: {
          type: 'genesissecret',
          genesisSecret: {spec: {secrets: [], outputs: [{kubernetesSecret: {namespace: 'web', name: 'app'}}]}},
        },
      },
    })
    expect(reportOf(await w.run(['--format', 'json']))).toMatchObject({
      outcome: 'clean',
      summary: {entries: {alwaysSync: 1}},
    })
  })

  it('tells of a run that stopped half-way, leaves the Manifest gauges alone, and exits with 69', async () => {
    await using w = await world({knobs: {stopAt: 'api', faultyCommands: ['diff']}})
    const result = await w.run(['--format', 'json'])
    expect(result.exitCode).toBe(69)
    expect(reportOf(result)).toMatchObject({
      outcome: 'incomplete',
      error: {code: 'TAZUNA_FAILED'},
      manifests: [
        {name: 'web', outcome: 'drift'},
        {name: 'api', outcome: 'error'},
      ],
      notifications: [{reasons: ['check-failed', 'baseline'], delivery: 'delivered'}, {delivery: 'delivered'}],
    })
    expect(result.stderr).toMatch(/^error: running tazuna state diff: exit code 1: .*\(TAZUNA_FAILED\)\nhint: .+\n$/)
    expect(w.gateway.calls[0]!.method).toBe('POST')
    expect(w.gateway.calls[0]!.body).not.toContain('manifest_drift')
  })

  it('tells of a failed run', async () => {
    await using w = await world({knobs: {stopAt: '^'}})
    const result = await w.run(['--format', 'json'])
    expect(result.exitCode).toBe(69)
    expect(reportOf(result)).toMatchObject({
      outcome: 'failed',
      summary: null,
      entries: [],
      error: {code: 'TAZUNA_FAILED'},
    })
    expect(w.webhook.calls).toHaveLength(1)
    expect(w.webhook.calls[0]!.body).toContain('check failed')
  })

  it.each([
    [['--fail-on', 'drift'], 10],
    [['--fail-on', 'removed'], 10],
    [['--fail-on', 'added,modified'], 10],
    [['--fail-on', 'added', '--fail-on', 'removed'], 10],
    [[], 0],
  ])('exits on drift with %j as asked', async (args, exitCode) => {
    await using w = await world()
    expect((await w.run(args)).exitCode).toBe(exitCode)
  })

  it('ignores what a rule covers, and exits as clean when nothing is left', async () => {
    await using w = await world()
    await w.dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1
ignore:
  - {manifest: web, diffType: [added, modified, removed], reason: by hand}
  - {manifest: other, reason: old}
`,
    )
    const result = await w.run(['--format', 'json', '--fail-on', 'drift'])
    expect(result.exitCode).toBe(0)
    expect(reportOf(result)).toMatchObject({
      outcome: 'clean',
      summary: {entries: {ignored: 3}},
      warnings: [{code: 'IGNORE_RULE_UNUSED'}],
    })
  })

  it('tells a notifier only of what it matches', async () => {
    await using w = await world()
    await w.dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1
notifiers:
  - {type: slack, name: removed, webhookUrl: {env: SLACK_WEBHOOK_URL}, match: {diffType: removed}}
  - {type: slack, name: other, webhookUrl: {env: SLACK_WEBHOOK_URL}, match: {manifest: other-*}}
`,
    )
    const report = reportOf(await w.run(['--format', 'json']))
    expect(report.notifications.map(({name, delivery}) => [name, delivery])).toEqual([
      ['removed', 'delivered'],
      ['other', 'nothing-due'],
      ['pushgateway', 'delivered'],
    ])
    expect(w.webhook.calls).toHaveLength(1)
    expect(w.webhook.calls[0]!.body).not.toContain('nginx')
  })

  it.each([
    ['text, the default', [], /^test\n/],
    ['JSON', ['--format', 'json'], /^\{\n/],
    ['markdown', ['--format', 'markdown'], /^#/],
  ])('writes the report to a file, too, in the form of stdout: %s', async (_title, words, form) => {
    await using w = await world()
    const {stdout} = await w.run([...words, '--output', 'report.json'])
    expect(stdout).toMatch(form)
    expect(await readFile(join(w.dir.path, 'report.json'), 'utf8')).toBe(stdout)
  })

  it('delivers although the report cannot be written, and exits with 74', async () => {
    await using w = await world()
    const {exitCode, stderr} = await w.run(['--output', 'no/such/folder/report.txt'])
    expect(exitCode).toBe(74)
    expect(stderr).toMatch(/^error: writing the report to no\/such\/folder\/report\.txt: .+\nhint: .+\n$/)
    expect(w.webhook.calls).toHaveLength(1)
  })

  it('goes on without a notifier whose secret is missing, and exits with 78', async () => {
    await using w = await world()
    const file = `apiVersion: tazuna-watch/v1
notifiers:
  - {type: slack, name: lost, webhookUrl: {env: NO_SUCH_HOOK}}
  - {type: slack, name: ops, webhookUrl: {env: SLACK_WEBHOOK_URL}}
`
    await w.dir.write('tazuna-watch.yaml', file)
    const result = await w.run(['--format', 'json'])
    expect(result.exitCode).toBe(78)
    expect(reportOf(result).notifications.map(({name, delivery}) => [name, delivery])).toEqual([
      ['lost', 'failed'],
      ['ops', 'delivered'],
      ['pushgateway', 'delivered'],
    ])
    expect(result.stderr).toContain('(SECRET_MISSING)')
  })

  it('goes on without a notifier whose URL is none, exits with 78, and does not show it', async () => {
    await using w = await world()
    const result = await w.run(['--format', 'json'], {env: {SLACK_WEBHOOK_URL: 'canary-hello'}})
    expect(result.exitCode).toBe(78)
    expect(reportOf(result).notifications).toMatchObject([
      {
        name: 'slack',
        delivery: 'failed',
        detail:
          'notifier slack: reading a secret from variable SLACK_WEBHOOK_URL: it is not a URL that begins with http:// or https://',
      },
      {name: 'pushgateway', delivery: 'delivered'},
    ])
    expect(result.stderr).toContain('(SECRET_MISSING)')
    expect(result.stdout + result.stderr).not.toContain('canary-hello')
  })

  it('exits with 74 when a receiver refuses, and tells the others', async () => {
    await using w = await world()
    const result = await w.run(['--format', 'json'], {
      env: {SLACK_WEBHOOK_URL: `${w.webhook.url.replace(/\d+$/, '1')}/hook`, PUSHGATEWAY_URL: w.gateway.url},
    })
    expect(result.exitCode).toBe(74)
    expect(reportOf(result).notifications.map(({delivery}) => delivery)).toEqual(['failed', 'delivered'])
    expect(result.stderr).toContain('telling notifier slack: ')
  })

  it('gives the same report twice but for times, durations and ids', async () => {
    await using w = await world({alwaysSync: true})
    const [first, second] = [await w.run(['--format', 'json']), await w.run(['--format', 'json'])].map(({stdout}) =>
      stdout.replaceAll(/"(?:id|group|startedAt|finishedAt|lastCheckedAt)": "[^"]*"|"durationSeconds": [\d.]+/g, 'x'),
    )
    expect(second).toBe(first)
  })

  it('uses the run group of the environment', async () => {
    await using w = await world()
    const run = (env: Record<string, string>) => w.run(['--format', 'json', '--dry-run'], {env})
    expect(reportOf(await run({TAZUNA_WATCH_RUN_GROUP: 'job-1', GITHUB_RUN_ID: '7'})).run.group).toBe('job-1')
    expect(reportOf(await run({GITHUB_RUN_ID: '7'})).run.group).toBe('7')
    const own = reportOf(await run({})).run
    expect(own.group).toBe(own.id)
  })

  it('leaves no files behind', async () => {
    await using w = await world()
    const tmp = join(w.dir.path, 'tmp')
    await w.dir.write('tmp/here', '')
    await w.run([], {env: {TMPDIR: tmp}})
    expect((await readdir(tmp)).filter(name => name.startsWith('tazuna-watch'))).toEqual([])
  })

  it('gives tazuna a fresh cache, the source as its folder, and none of our secrets', async () => {
    await using w = await world({knobs: {callsEnv: ['XDG_CACHE_HOME', 'HOME']}})
    await w.run()
    const calls = await w.tazuna.calls()
    for (const call of calls) {
      expect(call.cwd).toBe(join(w.dir.path, 'source'))
      expect(JSON.stringify(call)).not.toContain('SLACK_WEBHOOK_URL')
      expect(JSON.stringify(call)).toContain('XDG_CACHE_HOME')
    }
    expect(calls).toHaveLength(3)
  })
})

describe('dry run', () => {
  it('shows what each notifier and sink would get, and writes nothing', async () => {
    await using w = await world()
    const result = await w.run(['--dry-run', '--format', 'json'])
    expect(result.exitCode).toBe(0)
    const [slack, pushgateway] = reportOf(result).notifications
    expect(slack).toMatchObject({
      delivery: 'dry-run',
      reasons: ['baseline'],
      payload: {blocks: expect.any(Array) as unknown},
    })
    expect(pushgateway).toMatchObject({
      delivery: 'dry-run',
      payload: expect.stringContaining('tazuna_watch_build_info') as string,
    })
    expect([...w.webhook.calls, ...w.gateway.calls]).toEqual([])
  })

  it('shows it as text', async () => {
    await using w = await world()
    const {stdout} = await w.run(['--dry-run'])
    expect(stdout).toContain('dry run: nothing was sent')
    expect(stdout).toContain('tazuna_watch_build_info')
    expect(stdout).not.toContain('canary')
  })

  it('exits as a run would', async () => {
    await using w = await world({knobs: {stopAt: '^'}})
    expect((await w.run(['--dry-run'])).exitCode).toBe(69)
  })

  it('is not marred by a secret that is there only at night', async () => {
    await using w = await world()
    await w.dir.write(
      'tazuna-watch.yaml',
      'apiVersion: tazuna-watch/v1\nnotifiers: [{type: slack, webhookUrl: {env: NO_SUCH_HOOK}}]\n',
    )
    const result = await w.run(['--dry-run', '--format', 'json'])
    expect(result.exitCode).toBe(78)
    expect(reportOf(result).notifications[0]).toMatchObject({delivery: 'failed'})
  })
})
