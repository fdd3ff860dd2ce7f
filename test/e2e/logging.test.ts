import {describe, expect, it} from 'vitest'

import {canary, singing} from '../support/canary.ts'
import {cli} from '../support/cli.ts'
import {startWebhookReceiver} from '../support/webhook-receiver.ts'
import {inSync, world} from '../support/world.ts'

type Line = {time: string; level: string; code: string; message: string; hint: string | null}

function linesOf(stderr: string): Line[] {
  return stderr
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as Line)
}

describe('--verbose', () => {
  it('tells of stages, calls of tazuna and requests, in their order', async () => {
    await using w = await world()
    const {stderr} = await w.run(['-v'])
    const lines = stderr.replaceAll(/[\d.]+ s$/gm, 'T s').split('\n')
    const {webhook, gateway} = w
    // this goes on beside the reading
    const beside = 'info: tazuna --version ended with 0 after T s'
    expect(lines).toContain(beside)
    expect(lines.filter(line => line !== beside)).toEqual([
      'info: tazuna state diff',
      'info: tazuna state list ended with 0 after T s',
      'info: tazuna state diff ended with 0 after T s',
      'info: telling the notifiers',
      `info: POST ${webhook.url} was answered 200 after T s`,
      'info: slack delivered after 1 attempt',
      'info: filling the sinks',
      `info: PUT ${gateway.url} was answered 200 after T s`,
      'info: pushgateway delivered after 1 attempt',
      '',
    ])
  })

  it('tells of retries, and shows no secret', async () => {
    const hook = canary('hook')
    const password = canary('password')
    await using w = await world()
    const slow = await startWebhookReceiver({status: 503, body: hook.word}, {body: 'ok'})
    const gateway = w.gateway.url.replace('://', `://u:${password.word}@`)
    const env = {SLACK_WEBHOOK_URL: `${slow.url}/services/T0/B0/${hook.word}`, PUSHGATEWAY_URL: gateway}
    const {exitCode, stdout, stderr} = await w.run(['--verbose', '--log-format', 'json'], {env})
    await slow.close()
    expect(exitCode).toBe(0)
    const told = linesOf(stderr).filter(({message}) => message.includes(slow.url))
    expect(told.map(({message}) => /answered (\d+)/.exec(message)?.[1])).toEqual(['503', '200'])
    expect(stderr).toContain('slack delivered after 2 attempts')
    expect(singing([hook, password], {stdout, stderr})).toEqual([])
  })

  it('says nothing without it', async () => {
    await using w = await world(inSync)
    expect((await w.run()).stderr).toBe('')
  })
})

describe('an error, outside a terminal', () => {
  it('is told once where the text report tells it', async () => {
    await using w = await world()
    const {exitCode, stdout, stderr} = await w.run([], {env: {TAZUNA_WATCH_SOURCE: 'nowhere'}})
    expect({exitCode, stderr}).toEqual({exitCode: 66, stderr: ''})
    expect(stdout.match(/SOURCE_NOT_FOUND/g)).toHaveLength(1)
    expect(stdout).toContain('→ check the path in TAZUNA_WATCH_SOURCE')
  })

  it.each(['json', 'markdown'])('is told on stderr beside a report as %s, which is for machines', async format => {
    await using w = await world()
    const {stderr} = await w.run(['--format', format], {env: {TAZUNA_WATCH_SOURCE: 'nowhere'}})
    expect(stderr).toMatch(/^error: .+ \(SOURCE_NOT_FOUND\)\nhint: .+\n$/)
  })
})

describe('--log-format json', () => {
  it('makes every line of a failed run an object', async () => {
    await using w = await world()
    const {exitCode, stderr} = await w.run(['--log-format', 'json'], {env: {TAZUNA_WATCH_SOURCE: 'nowhere'}})
    expect(exitCode).toBe(66)
    expect(linesOf(stderr)).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/) as string,
        level: 'error',
        code: 'SOURCE_NOT_FOUND',
        message: expect.stringContaining('nowhere') as string,
        hint: expect.stringContaining('TAZUNA_WATCH_SOURCE') as string,
      },
    ])
  })

  it.each<[string, string[], string, number]>([
    ['an unknown command', ['--log-format', 'json', 'runn'], 'USAGE', 64],
    ['an unknown option', ['run', '--log-format', 'json', '--dryrun'], 'USAGE', 64],
    ['an option before the format', ['--dryrun', '--log-format=json'], 'USAGE', 64],
    ['a config that is not there', ['config', 'check', '--config', 'no.yaml', '--log-format', 'json'], 'USAGE', 64],
    ['a wrong config', ['config', 'check', '--log-format', 'json'], 'CONFIG_INVALID', 78],
    ['a missing option', ['pull', 'oci://h:1/r', '--log-format', 'json'], 'USAGE', 64],
  ])('holds for %s, wherever the flag stands', async (_title, args, code, exitCode) => {
    const result = await cli(args)
    expect(result).toMatchObject({exitCode, stdout: ''})
    expect(linesOf(result.stderr)).toMatchObject([{level: 'error', code, hint: expect.any(String) as string}])
  })

  it('ends with 64 for another format', async () => {
    const {exitCode, stderr} = await cli(['--log-format', 'xml'])
    expect(exitCode).toBe(64)
    expect(stderr).toContain('Allowed choices are text, json')
  })
})
