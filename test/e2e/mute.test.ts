import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {configMap, deployment, writeSource} from '../support/tazuna-yaml.ts'
import {inSync, world} from '../support/world.ts'

const prose = (text: string) => text.replaceAll(/\s+/g, ' ').trim()
const mute = (key: string, length = '7d', reason = 'ticket 4711') => ['mute', key, '--for', length, '--reason', reason]

describe.concurrent('mute', () => {
  it('keeps the notifiers silent, and nothing else, until it is ended', async () => {
    await using w = await world({...inSync, memory: true})
    await w.run()
    const muted = await w.run(mute('web'))
    expect(muted).toMatchObject({exitCode: 0, stderr: ''})
    expect(prose(muted.stdout)).toMatch(
      /^muted web until \d{4}-\d\d-\d\d \d\d:\d\d UTC: nothing of it is open now \(file \S+\) It is about the first drift/,
    )
    await writeSource(join(w.dir.path, 'source'), {
      web: [deployment('web', 'nginx', 3), configMap('web', 'old')],
      api: [deployment('api', 'api')],
    })
    const report = reportOf(await w.run(['--format', 'json']))
    expect(report).toMatchObject({outcome: 'drift', summary: {entries: {modified: 1}}})
    expect(report.entries.map(({mutedUntil}) => mutedUntil)).toEqual([expect.stringMatching(/Z$/)])
    expect(report.notifications[0]).toMatchObject({delivery: 'nothing-due'})
    expect(w.webhook.calls).toEqual([])

    const ended = await w.run(['unmute', 'web'])
    expect(ended).toMatchObject({exitCode: 0, stderr: ''})
    expect(prose(ended.stdout)).toMatch(/^unmuted web \(file .+\): the next run tells what of it is open/)
    expect((await w.run()).stdout).toContain('notifier slack  delivered (first-drift)')
    expect(w.webhook.calls.length).toBe(1)
  })

  it('is of one entry only, and ends when that changes', async () => {
    await using w = await world({memory: true})
    await w.run()
    const key = 'web/apps/v1/Deployment/web/nginx'
    expect(prose((await w.run(mute(key))).stdout)).toContain(`muted ${key} until`)
    const {stdout} = await w.run(['explain', 'web'])
    expect(stdout).toContain('told just now (baseline): 2 entries still open\n')
    expect(stdout).toMatch(/\n {4}muted until .+ UTC: ticket 4711 \(1 entry\)\n/)
    expect((await w.run()).stdout).toContain('notifier slack  nothing-due')
    await writeSource(join(w.dir.path, 'source'), {
      web: [deployment('web', 'nginx', 4), configMap('web', 'new')],
      api: [deployment('api', 'api')],
    })
    expect((await w.run()).stdout).toContain('delivered (new-entries)')
    expect((await w.run(['memory', 'show'])).stdout).not.toContain('Muted')
  }, 30_000)

  it.each<[string, string[], RegExp]>([
    ['too long', mute('web', '91d'), /of up to 90d/],
    ['no duration', mute('web', 'soon'), /of up to 90d/],
    ['without --for', ['mute', 'web', '--reason', 'r'], /required option '--for <duration>' not specified/],
    ['without --reason', ['mute', 'web', '--for', '1d'], /required option '--reason <text>' not specified/],
    ['with an empty reason', mute('web', '1d', ' '), /the reason is empty/],
    ['without a key', ['mute', '--for', '1d', '--reason', 'r'], /missing required argument 'key'/],
    ['of what is not muted', ['unmute', 'web'], /it is not muted .+\nhint: nothing is muted\n$/],
  ])('ends with 64: %s', async (_title, words, text) => {
    await using w = await world({memory: true})
    const result = await w.run(words)
    expect(result).toMatchObject({exitCode: 64, stdout: ''})
    expect(result.stderr).toMatch(text)
    expect(result.stderr).toMatch(/^error: .+ \(USAGE\)\nhint: .+\n$/)
  })

  it('warns of a key that no run has seen', async () => {
    await using w = await world({memory: true})
    await w.run()
    const {exitCode, stderr} = await w.run(mute('Deployment/web/nginx', '90d'))
    expect(exitCode).toBe(0)
    expect(stderr).toBe(
      'warning: no run has seen Deployment/web/nginx; did you mean web/apps/v1/Deployment/web/nginx? (UNKNOWN_KEY)\n',
    )
    const asJson = await w.run([...mute('batch'), '--log-format', 'json'])
    expect(JSON.parse(asJson.stderr)).toMatchObject({level: 'warning', code: 'UNKNOWN_KEY'})
  })
})
