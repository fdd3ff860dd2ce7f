import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {canary} from '../support/canary.ts'
import {cli} from '../support/cli.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

const valid = 'apiVersion: tazuna-watch/v1\ncluster: prod\nsource: {path: .}\n'

let dir: TempDir
beforeEach(async () => {
  dir = await tempDir()
})
afterEach(() => dir[Symbol.asyncDispose]())

/** The exit code, and stderr line by line, of `config check` with these lines behind a valid config. */
async function check(lines: string, env: Record<string, string> = {}, words: readonly string[] = []) {
  await dir.write('tazuna-watch.yaml', valid + lines)
  const {exitCode, stdout, stderr} = await cli(['config', 'check', ...words], {cwd: dir.path, env})
  return {exitCode, isValid: stdout.startsWith('The config is valid: '), stderr, lines: stderr.split('\n').slice(0, -1)}
}

const inPod = {KUBERNETES_SERVICE_HOST: '10.0.0.1'}
const configMap = 'memory: {configMap: {namespace: ops, name: memory}}\n'

describe('the warnings of config check', () => {
  it.each([
    [
      'a textfile that nobody reads',
      'metrics: {textfile: /var/lib/drift.txt}',
      '4:21 metrics.textfile: ',
      'TEXTFILE_NAME',
    ],
    [
      'an ignore rule that has ended',
      'ignore: [{manifest: web, reason: x, until: 2020-01-31}]',
      '4:44 ignore[0].until: ',
      'IGNORE_RULE_EXPIRED',
    ],
    [
      'reminders nearer than twice their tolerance',
      'notifiers: [{type: slack, webhookUrl: {env: HOOK}, remindAfter: 9m}]',
      '4:65 notifiers[0].remindAfter: ',
      'REMIND_AFTER_SHORT',
    ],
    [
      'drift that no notifier is told of',
      'notifiers: [{type: slack, webhookUrl: {env: HOOK}, match: {diffType: [removed, modified]}}]',
      '4:12 notifiers: no notifier is told of `added` drift; ',
      'DRIFT_UNROUTED',
    ],
  ])('name %s, with its place, and leave the config valid', async (_title, line, place, code) => {
    const {exitCode, isValid, lines} = await check(`${line}\n`, {HOOK: 'https://hooks.example/x'})
    expect({exitCode, isValid, count: lines.length}).toEqual({exitCode: 0, isValid: true, count: 1})
    expect(lines[0]!.startsWith(`warning: tazuna-watch.yaml:${place}`)).toBe(true)
    expect(lines[0]!.endsWith(` (${code})`)).toBe(true)
  })

  it.each([
    ['a textfile that ends in .prom', 'metrics: {textfile: /var/lib/drift.prom}'],
    [
      'drift that nobody is meant to be told of',
      'notifiers: [{type: slack, webhookUrl: {env: HOOK}, match: {diffType: [removed, modified], rest: nobody}}]',
    ],
    [
      'routes that take all drift together',
      'notifiers: [{type: slack, name: a, webhookUrl: {env: HOOK}, match: {diffType: added}}, ' +
        '{type: slack, name: b, webhookUrl: {env: HOOK}, match: {diffType: [removed, modified]}}]',
    ],
    ['a rule that ends one day', 'ignore: [{manifest: web, reason: x, until: 2999-01-31}]'],
    ['a rule without an end', 'ignore: [{manifest: web, reason: x}]'],
    ['a reminder after 10 minutes', 'notifiers: [{type: slack, webhookUrl: {env: HOOK}, remindAfter: 10m}]'],
  ])('are none for %s', async (_title, line) => {
    const {exitCode, stderr} = await check(`${line}\n`, {HOOK: 'https://hooks.example/x'})
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
  })

  it.each<[string, Record<string, string>, string]>([
    ['in a pod', inPod, 'with the pod'],
    ['in GitHub Actions', {GITHUB_ACTIONS: 'true'}, 'with the runner'],
    ['in another CI', {CI: 'true'}, 'with the runner'],
  ])('say that a memory in the default file is forgotten %s', async (_title, env, says) => {
    for (const memory of ['', 'memory: {store: file}\n']) {
      const {exitCode, isValid, stderr} = await check(memory, env)
      expect({exitCode, isValid}).toEqual({exitCode: 0, isValid: true})
      expect(stderr).toMatch(/warning: tazuna-watch\.yaml:\d+:\d+ memory: .+ \(MEMORY_FORGOTTEN\)\n/)
      expect(stderr).toContain(says)
    }
  })

  it.each<[string, string, Record<string, string>, string[]]>([
    ['a ConfigMap', configMap, inPod, []],
    ['a file that is named', 'memory: {file: /var/memory.json}\n', inPod, []],
    ['a file that a variable names', '', {...inPod, TAZUNA_WATCH_MEMORY: 'file:/var/memory.json'}, []],
    ['none', 'memory: {store: none}\n', inPod, []],
    ['none by a flag', '', inPod, ['--memory', 'none']],
    ['the default file on a laptop', '', {}, []],
    ['the default file where CI says no', '', {CI: 'false'}, []],
  ])('say nothing of %s', async (_title, memory, env, words) => {
    expect(await check(memory, env, words)).toMatchObject({exitCode: 0, stderr: ''})
  })
})

describe('a URL that is a secret', () => {
  const hook = canary('hook')
  const slack = 'notifiers:\n  - {type: slack, webhookUrl: {env: HOOK}}\n'
  const beat = 'heartbeat:\n  url: {env: HOOK}\n'

  it.each([
    ['of a notifier', slack, '5:31 notifiers[0].webhookUrl: '],
    ['of the heartbeat', beat, '5:8 heartbeat.url: '],
  ])('%s is told with its place when it is not there', async (_title, lines, place) => {
    const {exitCode, lines: said} = await check(lines)
    expect(exitCode).toBe(78)
    expect(said[0]).toBe(
      `error: tazuna-watch.yaml:${place}reading a secret from variable HOOK: it is not set or empty (SECRET_MISSING)`,
    )
  })

  it.each([
    ['of a notifier', slack, '5:31 notifiers[0].webhookUrl: '],
    ['of the heartbeat', beat, '5:8 heartbeat.url: '],
  ])('%s is told when it is no URL, and never shown', async (_title, lines, place) => {
    for (const value of [hook.word, `ftp://${hook.word}`, `hooks.slack.com/${hook.word}`]) {
      const {exitCode, isValid, stderr, lines: said} = await check(lines, {HOOK: value})
      expect({exitCode, isValid}).toEqual({exitCode: 78, isValid: false})
      expect(said[0]).toBe(
        `error: tazuna-watch.yaml:${place}reading a secret from variable HOOK: ` +
          'it is not a URL that begins with http:// or https:// (SECRET_MISSING)',
      )
      expect(stderr).not.toContain(hook.word)
    }
  })

  it('names the variable that made the notifier', async () => {
    const {exitCode, lines} = await check('', {SLACK_WEBHOOK_URL: hook.word})
    expect(exitCode).toBe(78)
    expect(lines[0]).toMatch(/^error: SLACK_WEBHOOK_URL: notifiers\[0\]\.webhookUrl: reading a secret .+ is not a URL/)
  })
})
