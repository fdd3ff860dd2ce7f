import {readFile} from 'node:fs/promises'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {parse} from 'yaml'

import {loadConfig} from '../../src/config/load.ts'
import {canary, singing} from '../support/canary.ts'
import {cli, type CliOptions} from '../support/cli.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

let dir: TempDir
beforeEach(async () => {
  dir = await tempDir()
})
afterEach(() => dir[Symbol.asyncDispose]())

async function show(words: readonly string[] = [], options: CliOptions = {}): Promise<string> {
  const {exitCode, stdout, stderr} = await cli(['config', 'show', ...words], {cwd: dir.path, ...options})
  expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
  return stdout
}

const everything = `apiVersion: tazuna-watch/v1
cluster: prod
watch: apps
source:
  oci: oci://ghcr.io/acme/config:prod
  credentials: {username: puller, password: {env: PULL}}
tazuna: {environment: prod, passEnv: [A, B]}
ignore:
  - manifest:
      - web-*
      - "#odd: 'one'"
    reason: "two\\nlines"
notifiers:
  - type: slack
    name: ops
    webhookUrl: {file: hook}
    match: {diffType: [removed, modified]}
  - type: slack
    webhookUrl: {env: NO_HOOK}
metrics:
  pushgateway:
    url: http://pusher:geheim@gateway:9091/x
    basicAuth: {username: u, password: {file: no-such-file}}
`

describe('config show', () => {
  it('gives the origin of every value', async () => {
    await dir.write('hook', 'https://hooks.example/secret')
    await dir.write('my.yaml', everything)
    const env = {TAZUNA_WATCH_CLUSTER: 'from-env', TAZUNA_BIN: 'bin/tazuna', PULL: 'geheimes-wort'}
    const text = await show(['--config', 'my.yaml', '--source', 'oci://ghcr.io/acme/config:dev'], {env})
    expect(text.split('\n')).toEqual([
      '# config file: my.yaml',
      'apiVersion: tazuna-watch/v1  # my.yaml:1',
      'cluster: from-env  # TAZUNA_WATCH_CLUSTER',
      'watch: apps  # my.yaml:3',
      'deadline: 12m  # default',
      'source:',
      '  oci: oci://ghcr.io/acme/config:dev  # --source',
      '  subpath: .  # default',
      '  file: tazuna.yaml  # default',
      '  plainHttp: false  # default',
      '  timeout: 5m  # default',
      '  credentials:',
      '    username: puller  # my.yaml:6',
      '    password: {env: PULL}  # set, my.yaml:6',
      'tazuna:',
      '  command: bin/tazuna  # TAZUNA_BIN',
      '  environment: prod  # my.yaml:7',
      '  timeout: 8m  # default',
      '  passEnv: [A, B]  # my.yaml:7',
      'ignore:',
      `  - manifest: [web-*, "#odd: 'one'"]  # my.yaml:9`,
      String.raw`    reason: "two\nlines"  # my.yaml:12`,
      'notifiers:',
      '  - type: slack  # my.yaml:14',
      '    webhookUrl: {file: hook}  # readable, my.yaml:16',
      '    name: ops  # my.yaml:15',
      '    match:',
      '      diffType: [removed, modified]  # my.yaml:17',
      '    remindAfter: 24h  # default',
      '    changeInterval: 6h  # default',
      '    failuresBeforeNotice: 2  # default',
      '    resolved: false  # default',
      '  - type: slack  # my.yaml:18',
      '    webhookUrl: {env: NO_HOOK}  # unset, my.yaml:19',
      '    remindAfter: 24h  # default',
      '    changeInterval: 6h  # default',
      '    failuresBeforeNotice: 2  # default',
      '    resolved: false  # default',
      'metrics:',
      '  families: [tazuna_watch]  # default',
      '  pushgateway:',
      '    url: http://[redacted]@gateway:9091/x  # my.yaml:22',
      '    job: tazuna-watch  # default',
      '    basicAuth:',
      '      username: u  # my.yaml:23',
      '      password: {file: no-such-file}  # not readable, my.yaml:23',
      '  when: always  # default',
      'status: []  # default',
      'minSightings: 1  # default',
      'memory:',
      '  store: auto  # default',
      'http: {}  # default',
      '',
    ])
  })

  it('shows what comes from flags and variables alone', async () => {
    const env = {
      TAZUNA_WATCH_SOURCE: './cluster',
      SLACK_WEBHOOK_URL: 'https://hooks.example/x',
      PUSHGATEWAY_URL: 'http://g:9091',
    }
    const text = await show(['--cluster', 'prod', '--watch', 'w', '--memory', 'none'], {env})
    expect(text).toMatch(/^# no config file\napiVersion: tazuna-watch\/v1 {2}# default\n/)
    for (const line of [
      'cluster: prod  # --cluster',
      'watch: w  # --watch',
      '  path: ./cluster  # TAZUNA_WATCH_SOURCE',
      '    webhookUrl: {env: SLACK_WEBHOOK_URL}  # set, SLACK_WEBHOOK_URL',
      '    url: http://g:9091  # PUSHGATEWAY_URL',
      '  store: none  # --memory',
    ]) {
      expect(text).toContain(`\n${line}\n`)
    }
  })

  it.each(['minimal.yaml', 'cronjob.yaml', 'ci.yaml'])('prints %s as a config that means the same', async name => {
    await dir.write('a.yaml', await readFile(new URL(`../../examples/${name}`, import.meta.url), 'utf8'))
    await dir.write('b.yaml', await show(['--config', 'a.yaml']))
    const load = (config: string) => loadConfig({flags: {config}, env: {}, cwd: dir.path})
    expect(await load('b.yaml')).toEqual(await load('a.yaml'))
  })

  it('is YAML of one line a value', async () => {
    await dir.write('hook', 'x')
    await dir.write('tazuna-watch.yaml', everything)
    const text = await show()
    expect(parse(text)).toMatchObject({ignore: [{manifest: ['web-*', "#odd: 'one'"], reason: 'two\nlines'}]})
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^#|:$| {2}# (?:default|[\w, -]*(?:tazuna-watch\.yaml:\d+))$/)
  })

  it('shows no secret, wherever it stands', async () => {
    const [hook, pull, url, ofFile] = [canary('hook'), canary('pull'), canary('url'), canary('file')]
    await dir.write('hook', `https://hooks.slack.com/services/T0/B0/${ofFile.word}\n`)
    await dir.write(
      'tazuna-watch.yaml',
      everything.replace('geheim', url.word).replace('reason: "two\\nlines"', `reason: not ${hook.word}`),
    )
    const env = {PULL: pull.word, NO_HOOK: `https://hooks.slack.com/services/T0/B0/${hook.word}`}
    for (const format of ['text', 'json']) {
      const result = await cli(['config', 'show', '-v', '--log-format', format], {cwd: dir.path, env})
      expect(result.exitCode).toBe(0)
      expect(singing([hook, pull, url, ofFile], {stdout: result.stdout, stderr: result.stderr})).toEqual([])
    }
  })

  it.each([
    ['a user with @ in the password', 'http://u:p@ss@g:9091', 'http://[redacted]@g:9091'],
    ['a token instead of a user', 'http://token@g:9091', 'http://[redacted]@g:9091'],
    ['an encoded password', 'http://u:%70w@g:9091/a@b', 'http://[redacted]@g:9091/a@b'],
    ['no user', 'http://g:9091/a@b', 'http://g:9091/a@b'],
  ])('hides user and password of a URL: %s', async (_title, url, shown) => {
    expect(await show(['--cluster', 'c', '--source', '.'], {env: {PUSHGATEWAY_URL: url}})).toContain(`url: ${shown}  #`)
  })

  it('ends like a run where the config is wrong', async () => {
    await dir.write('tazuna-watch.yaml', 'apiVersion: tazuna-watch/v1\n')
    const {exitCode, stdout, stderr} = await cli(['config', 'show'], {cwd: dir.path})
    expect({exitCode, stdout}).toEqual({exitCode: 78, stdout: ''})
    expect(stderr).toContain('cluster: missing')
    expect(stderr).toContain('source: missing')
  })
})

describe('config schema', () => {
  it('prints the schema of the package', async () => {
    const {exitCode, stdout, stderr} = await cli(['config', 'schema'], {cwd: dir.path})
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(stdout).toBe(await readFile(new URL('../../schema/config.v1.json', import.meta.url), 'utf8'))
  })
})
