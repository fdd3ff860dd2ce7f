import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {runnerReads} from '../sink/github-actions/runner.ts'
import {reportOf} from '../support/cli.ts'
import {startWebhookReceiver} from '../support/webhook-receiver.ts'
import {inSync, world, type World} from '../support/world.ts'

/** The variables of a step, with its files in the world's folder. */
function stepEnv(w: World): Record<string, string> {
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: join(w.dir.path, 'summary'),
    GITHUB_OUTPUT: join(w.dir.path, 'output'),
  }
}

const read = (w: World, name: string) => readFile(join(w.dir.path, name), 'utf8')

/** The values of the outputs by name; each stands between its delimiter, which is another in each run. */
async function outputsOf(w: World): Promise<Record<string, string | undefined>> {
  const text = await read(w, 'output')
  return Object.fromEntries(
    [...text.matchAll(/^([\w-]+)<<(\S+)\n(.*?)\n?^\2$/gms)].map(([, name, , value]) => [name, value]),
  )
}

describe('run in a workflow of GitHub Actions', () => {
  it('writes the page, the outputs and the annotations by itself, and stdout stays the report', async () => {
    await using w = await world()
    await mkdir(join(w.dir.path, 'out'))
    const result = await w.run(['--format', 'json', '--output', 'out/report.json'], {env: stepEnv(w)})
    expect(result.exitCode).toBe(0)
    expect(reportOf(result).notifications.map(({name}) => name)).toEqual(['slack', 'pushgateway'])
    expect(await read(w, 'out/report.json')).toBe(result.stdout)
    expect(await read(w, 'summary')).toMatch(/^## 🔴 `test`: drift\n\n\*\*2 of 2 Manifests checked\*\*/)
    expect(await read(w, 'summary')).toContain('* sink `pushgateway`: delivered\n')
    expect(await outputsOf(w)).toEqual({
      outcome: 'drift',
      'drift-count': '3',
      'report-path': join(w.dir.path, 'out/report.json'),
    })
    const {commands} = runnerReads(result.stderr)
    expect(commands.map(({name, properties}) => [name, properties['title']])).toEqual([
      ['warning', 'tazuna-watch: web has drifted'],
      ['notice', 'tazuna-watch: test'],
    ])
  })

  it('says little of a clean run', async () => {
    await using w = await world(inSync)
    const {exitCode, stderr} = await w.run([], {env: stepEnv(w)})
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(await read(w, 'summary')).toMatch(/^## ✅ `test`: clean\n/)
    expect(await outputsOf(w)).toEqual({outcome: 'clean', 'drift-count': '0', 'report-path': ''})
  })

  it('knows no count of a failed run', async () => {
    await using w = await world({knobs: {stopAt: '^'}})
    const {exitCode, stderr} = await w.run([], {env: stepEnv(w)})
    expect(exitCode).toBe(69)
    expect(await outputsOf(w)).toEqual({outcome: 'failed', 'drift-count': '', 'report-path': ''})
    expect(runnerReads(stderr).commands[0]).toMatchObject({
      name: 'error',
      properties: {title: 'tazuna-watch: TAZUNA_FAILED'},
    })
    expect(await read(w, 'summary')).toContain('### Failed: `TAZUNA_FAILED`')
  })

  it('tells also of a config that is wrong', async () => {
    await using w = await world()
    await w.dir.write('tazuna-watch.yaml', 'apiVersion: tazuna-watch/v1\nsorce: {}\n"::error::x": 1\n')
    const {exitCode, stdout, stderr} = await w.run([], {env: stepEnv(w)})
    expect(exitCode).toBe(78)
    expect(await outputsOf(w)).toMatchObject({outcome: 'failed'})
    expect(runnerReads(stdout).commands).toEqual([])
    expect(runnerReads(stderr).commands.map(({name}) => name)).toEqual(['error', 'notice'])
  })

  it.each(['text', 'json', 'markdown'])('lets tazuna issue no command, with a report as %s', async format => {
    const hostile = ['::error::pwned', '##[add-mask]x', '##[stop-commands]t', '\n::set-output name=outcome::clean']
    const stopError = `failed to build manifest "api": ${hostile.join(' ')}`
    await using w = await world({knobs: {stopAt: 'api', faultyCommands: ['diff'], stopError}})
    const {exitCode, stdout, stderr} = await w.run(['--format', format], {env: stepEnv(w)})
    expect(exitCode).toBe(69)
    expect(stdout).toContain('pwned')
    expect(runnerReads(stdout).commands).toEqual([])
    const {commands, isStopped} = runnerReads(stderr)
    expect(isStopped).toBe(false)
    expect(commands.map(({name, properties}) => [name, properties['title']])).toEqual([
      ['error', 'tazuna-watch: TAZUNA_FAILED'],
      ['error', 'tazuna-watch: api was not checked'],
      ['warning', 'tazuna-watch: web has drifted'],
      ['notice', 'tazuna-watch: test'],
    ])
    // the text report tells the error itself
    expect(stderr).toMatch(format === 'text' ? /^::error / : /^::stop-commands::[0-9a-f-]{36}\nerror: /)
  })

  it('delivers although the page cannot be written, and exits with 74', async () => {
    await using w = await world()
    await mkdir(join(w.dir.path, 'summary'))
    const {exitCode, stderr} = await w.run([], {env: stepEnv(w)})
    expect(exitCode).toBe(74)
    expect(stderr).toMatch(/^error: writing GITHUB_STEP_SUMMARY to .+ \(DELIVERY_FAILED\)$/m)
    expect(w.webhook.calls).toHaveLength(1)
    expect(await outputsOf(w)).toMatchObject({outcome: 'drift'})
  })

  it('names no report that it could not write', async () => {
    await using w = await world()
    const {exitCode} = await w.run(['--output', 'no/such/folder/report'], {env: stepEnv(w)})
    expect(exitCode).toBe(74)
    expect(await outputsOf(w)).toMatchObject({'report-path': ''})
  })

  it('shows no secret that a receiver repeats', async () => {
    await using w = await world()
    const path = '/services/T000/B000/canary-slack-hook'
    const refusing = await startWebhookReceiver({status: 404, body: `no such hook: ${path} canary-slack-hook`})
    const {exitCode, stdout, stderr} = await w.run([], {
      env: {...stepEnv(w), SLACK_WEBHOOK_URL: refusing.url + path},
    })
    await refusing.close()
    const shown = [stdout, stderr, await read(w, 'summary'), await read(w, 'output')]
    expect(exitCode).toBe(74)
    expect(shown.slice(0, 3).map(text => text.includes('Slack answered 404 no such hook: [redacted]'))).toEqual([
      true,
      true,
      true,
    ])
    expect(shown.join('')).not.toContain('canary')
  })

  it('tells nobody in a dry run', async () => {
    await using w = await world()
    await writeFile(join(w.dir.path, 'summary'), 'before')
    const {stderr} = await w.run(['--dry-run'], {env: stepEnv(w)})
    expect(stderr).toBe('')
    expect(await read(w, 'summary')).toBe('before')
    await expect(read(w, 'output')).rejects.toThrow('ENOENT')
  })

  it('tells nobody elsewhere', async () => {
    await using w = await world()
    const {stderr} = await w.run([], {env: {...stepEnv(w), GITHUB_ACTIONS: ''}})
    expect(stderr).toBe('')
    await expect(read(w, 'summary')).rejects.toThrow('ENOENT')
  })
})

describe('--format markdown', () => {
  it('is the same on stdout and in the file', async () => {
    await using w = await world()
    const {exitCode, stdout, stderr} = await w.run(['--format', 'markdown', '--output', 'report.md'])
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(stdout).toMatch(/^## 🔴 `test`: drift\n/)
    expect(stdout).toContain('| **removed** | `')
    expect(await read(w, 'report.md')).toBe(stdout)
  })

  it('shows what a dry run would send', async () => {
    await using w = await world()
    const {stdout} = await w.run(['--format', 'markdown', '--dry-run'])
    expect(stdout).toContain('(dry run: nothing was sent)')
    expect(stdout).toContain('* sink `pushgateway`: dry-run\n\n  ```text\n  # PUT /metrics/')
    expect(stdout).not.toContain('canary')
  })
})
