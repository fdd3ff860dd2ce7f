import {describe, expect, it} from 'vitest'

import {loadConfig, type ConfigFlags} from '../../src/config/load.ts'
import {errorText} from '../../src/errors.ts'
import {tempDir} from '../support/temp-dir.ts'

type Given = {file?: string; flags?: ConfigFlags; env?: Record<string, string>; at?: string}

async function load({file, flags = {}, env = {}, at = 'tazuna-watch.yaml'}: Given) {
  await using dir = await tempDir()
  if (file !== undefined) await dir.write(at, file)
  const config = await loadConfig({flags, env, cwd: dir.path})
  return JSON.parse(JSON.stringify(config).replaceAll(dir.path, '.')) as typeof config
}

/** The problems, one line each, without the first line. */
async function problems(given: Given): Promise<string[]> {
  const error: unknown = await load(given).then(
    () => 'no problem',
    (error: unknown) => error,
  )
  expect(error).toMatchObject({code: 'CONFIG_INVALID'})
  return (error as Error).message.split('\n').slice(1)
}

const minimal = `apiVersion: tazuna-watch/v1\ncluster: prod\nsource: {path: ./cluster}\n`

describe('loadConfig', () => {
  it('needs no file: cluster and source may come from flags', async () => {
    const config = await load({flags: {cluster: 'prod', source: 'oci://localhost:5000/cfg:prod'}})
    expect(config).toMatchObject({
      cluster: 'prod',
      watch: 'default',
      interval: null,
      deadline: 720_000,
      source: {kind: 'oci', ref: 'oci://localhost:5000/cfg:prod', plainHttp: false, subpath: '.', file: 'tazuna.yaml'},
      tazuna: {command: 'tazuna', environment: null, timeout: 480_000, passEnv: []},
      ignore: [],
      notifiers: [],
      pushgateway: null,
    })
  })

  it('reads every key', async () => {
    const config = await load({
      file: `
apiVersion: tazuna-watch/v1
cluster: arn:aws:eks:eu-west-1:1:cluster/prod
watch: apps
interval: 1h
deadline: 20m
source: {oci: "oci://ghcr.io/acme/cfg:prod", subpath: prod, file: my.yaml, plainHttp: true}
tazuna: {command: ./bin/tazuna, environment: prod, timeout: 1h30m, passEnv: [SLACK_WEBHOOK_URL]}
ignore:
  - {manifest: web-*, resource: ["a/**", "b/**"], diffType: removed, reason: by hand, until: 2027-01-31}
notifiers:
  - type: slack
    name: ops
    webhookUrl: {env: SLACK_WEBHOOK_URL}
    match: {diffType: [removed, modified], manifest: web}
metrics:
  pushgateway: {url: "http://gateway:9091", job: mine, basicAuth: {username: u, password: {file: pw}}}
memory: {store: none}
runbookUrl: https://example.com/runbook
reportUrl: https://example.com/report
http: {caFile: ca.pem}
`,
    })
    expect(config).toMatchObject({
      cluster: 'arn:aws:eks:eu-west-1:1:cluster/prod',
      watch: 'apps',
      interval: 3_600_000,
      deadline: 1_200_000,
      source: {kind: 'oci', subpath: 'prod', file: 'my.yaml', plainHttp: true},
      tazuna: {command: './bin/tazuna', environment: 'prod', timeout: 5_400_000},
      ignore: [
        {
          manifest: ['web-*'],
          resource: ['a/**', 'b/**'],
          diffType: ['removed'],
          reason: 'by hand',
          until: '2027-01-31',
        },
      ],
      notifiers: [
        {
          type: 'slack',
          name: 'ops',
          webhookUrl: {env: 'SLACK_WEBHOOK_URL'},
          match: {diffType: ['removed', 'modified'], manifest: ['web']},
        },
      ],
      pushgateway: {url: 'http://gateway:9091', job: 'mine', basicAuth: {username: 'u', password: {file: 'pw'}}},
      runbookUrl: 'https://example.com/runbook',
      reportUrl: 'https://example.com/report',
      caFile: './ca.pem',
    })
  })

  it.each<[string, Given, string]>([
    [
      'a flag before the environment and the file',
      {file: minimal, env: {TAZUNA_WATCH_CLUSTER: 'env'}, flags: {cluster: 'flag'}},
      'flag',
    ],
    ['the environment before the file', {file: minimal, env: {TAZUNA_WATCH_CLUSTER: 'env'}}, 'env'],
    ['the file before nothing', {file: minimal}, 'prod'],
    ['the file when the variable is empty', {file: minimal, env: {TAZUNA_WATCH_CLUSTER: ''}}, 'prod'],
  ])('takes %s', async (_title, given, cluster) => {
    expect((await load(given)).cluster).toBe(cluster)
  })

  it.each<[string, Given, object]>([
    [
      'the file',
      {file: minimal, at: 'sub/c.yaml', flags: {config: 'sub/c.yaml'}},
      {kind: 'path', path: './sub/cluster', ref: './cluster', origin: 'source.path'},
    ],
    [
      '--source',
      {file: minimal, flags: {source: 'here'}},
      {kind: 'path', path: './here', ref: 'here', origin: '--source'},
    ],
    [
      'TAZUNA_WATCH_SOURCE that is a folder',
      {file: minimal, env: {TAZUNA_WATCH_SOURCE: 'here'}},
      {kind: 'path', path: './here', ref: 'here', origin: 'TAZUNA_WATCH_SOURCE'},
    ],
    [
      'TAZUNA_WATCH_SOURCE',
      {file: minimal, env: {TAZUNA_WATCH_SOURCE: 'oci://h:1/r'}},
      {kind: 'oci', ref: 'oci://h:1/r'},
    ],
  ])('resolves the source of %s', async (_title, given, source) => {
    expect((await load(given)).source).toMatchObject(source)
  })

  it('keeps what the file says of the artifact when another one is asked for', async () => {
    const file = `apiVersion: tazuna-watch/v1\ncluster: p\nsource: {path: ./c, file: my.yaml, subpath: prod}\n`
    expect((await load({file, flags: {source: 'oci://h:1/r'}})).source).toEqual({
      kind: 'oci',
      ref: 'oci://h:1/r',
      plainHttp: false,
      timeout: 300_000,
      artifactType: null,
      layer: null,
      cache: null,
      credentials: null,
      verify: null,
      subpath: 'prod',
      file: 'my.yaml',
    })
  })

  it.each([
    [
      'keeps a login for another artifact of its registry',
      'oci://ghcr.io/other/cfg:1',
      {username: 'u', password: {file: './pw'}},
    ],
    ['does not give a login to another registry', 'oci://ghcr.io.example.com/acme/cfg:1', null],
  ])('%s', async (_title, source, credentials) => {
    const login = '{username: u, password: {file: pw}}'
    const file = `apiVersion: tazuna-watch/v1\ncluster: p\nsource: {oci: "oci://ghcr.io/acme/cfg", credentials: ${login}}\n`
    expect((await load({file, flags: {source}})).source).toMatchObject({credentials})
    expect((await load({file, env: {TAZUNA_WATCH_SOURCE: source}})).source).toMatchObject({credentials})
  })

  it('finds the file by TAZUNA_WATCH_CONFIG', async () => {
    expect((await load({file: minimal, at: 'a/b.yaml', env: {TAZUNA_WATCH_CONFIG: 'a/b.yaml'}})).cluster).toBe('prod')
  })

  it('makes a notifier and a Pushgateway from the environment where the file says nothing of them', async () => {
    const env = {SLACK_WEBHOOK_URL: 'https://hooks.example/x', PUSHGATEWAY_URL: 'http://g:9091'}
    expect(await load({file: minimal, env})).toMatchObject({
      notifiers: [{type: 'slack', webhookUrl: {env: 'SLACK_WEBHOOK_URL'}}],
      pushgateway: {url: 'http://g:9091', job: 'tazuna-watch', basicAuth: null},
    })
    const file = `${minimal}notifiers: []\nmetrics: {pushgateway: {url: "http://mine:1"}}\n`
    expect(await load({file, env})).toMatchObject({notifiers: [], pushgateway: {url: 'http://mine:1'}})
  })

  it('takes TAZUNA_BIN for the command', async () => {
    expect((await load({file: minimal, env: {TAZUNA_BIN: '/opt/tazuna'}})).tazuna.command).toBe('/opt/tazuna')
  })

  it('throws UsageError for a --config that is not there', async () => {
    await expect(load({flags: {config: 'none.yaml'}})).rejects.toMatchObject({name: 'UsageError'})
  })

  it.each<[string, Given, string, string]>([
    [
      'a file of the environment that is not there',
      {env: {TAZUNA_WATCH_CONFIG: 'none.yaml'}},
      'reading the config none.yaml, named by TAZUNA_WATCH_CONFIG: there is no such file',
      'check the path in TAZUNA_WATCH_CONFIG, or unset it',
    ],
    [
      'a folder of the environment',
      {file: minimal, at: 'sub/c.yaml', env: {TAZUNA_WATCH_CONFIG: 'sub'}},
      'reading the config sub, named by TAZUNA_WATCH_CONFIG: it is a folder, not a file',
      'check the path in TAZUNA_WATCH_CONFIG, or unset it',
    ],
    [
      'a folder after --config',
      {file: minimal, at: 'sub/c.yaml', flags: {config: 'sub'}},
      'reading the config sub, named by --config: it is a folder, not a file',
      'check the path after --config',
    ],
    [
      'a folder of the name of the file',
      {file: minimal, at: 'tazuna-watch.yaml/c.yaml'},
      'reading the config tazuna-watch.yaml: it is a folder, not a file',
      'check that file and its rights',
    ],
  ])('says in plain words what is wrong with %s', async (_title, given, message, hint) => {
    await expect(load(given)).rejects.toMatchObject({code: 'CONFIG_INVALID', message, hint})
  })

  it.each<[string, Given, string]>([
    ['nothing at all', {}, 'add `--cluster NAME --source FOLDER_OR_REFERENCE`, or write a tazuna-watch.yaml'],
    ['a source', {flags: {source: '.'}}, 'add `--cluster NAME`, or write a tazuna-watch.yaml'],
    [
      'a cluster',
      {env: {TAZUNA_WATCH_CLUSTER: 'a'}},
      'add `--source FOLDER_OR_REFERENCE`, or write a tazuna-watch.yaml',
    ],
  ])('says that there is no file here, and the shortest way on, given %s', async (_title, given, hint) => {
    await expect(load(given)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /^reading the config: there is no tazuna-watch\.yaml here; [12] problems?\n/,
      ) as string,
      hint: expect.stringContaining(hint) as string,
    })
  })

  it.each<[string, Given]>([
    ['a wrong value', {file: `${minimal}deadline: x\n`}],
    ['no cluster in the file', {file: 'apiVersion: tazuna-watch/v1\n'}],
    ['bad YAML', {file: 'cluster: [a\n'}],
    ['a list', {file: '- a\n'}],
    ['a wrong flag', {flags: {cluster: 'a\nb', source: '.'}}],
    ['no file', {}],
  ])('never sends anybody to config check, which lists the same problems: %s', async (_title, given) => {
    const error: unknown = await load(given).catch((error: unknown) => error)
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.not.stringContaining('config check') as string,
    })
  })

  it('reports all problems at once, each with its place, in the order of the file', async () => {
    const file = `apiVersion: tazuna-watch/v2
cluster: 7
watcher: x
deadline: 1 hour
source:
  oci: oci://h:1/r
  path: ./c
  subPath: prod
tazuna: {timeout: soon}
ignore:
  - {manifest: "*", reason: all}
  - {resource: a/**, until: 2027-02-30}
notifiers:
  - {type: slack, webhookUrl: https://hooks.slack.com/x}
  - {type: slack, webhookUrl: {env: A}}
  - {type: smoke}
metrics: {pushgateway: {url: "gateway:9091"}}
runbookUrl: ftp://example.com
`
    expect(await problems({file})).toEqual([
      'tazuna-watch.yaml:1:13 apiVersion: write tazuna-watch/v1',
      'tazuna-watch.yaml:2:10 cluster: write text, not a number: put it in quotes',
      'tazuna-watch.yaml:3:1 watcher: not a key; did you mean watch?',
      'tazuna-watch.yaml:4:11 deadline: write a duration such as 90s, 1h30m, 7d or 2w',
      'tazuna-watch.yaml:7:9 source.path: stands beside source.oci; keep exactly one',
      'tazuna-watch.yaml:8:3 source.subPath: not a key; did you mean subpath?',
      'tazuna-watch.yaml:9:19 tazuna.timeout: write a duration such as 90s, 1h30m, 7d or 2w',
      'tazuna-watch.yaml:11:5 ignore[0]: matches everything; give it a manifest or resource that is not made of *, ? and / alone',
      'tazuna-watch.yaml:12:5 ignore[1].reason: missing',
      'tazuna-watch.yaml:12:29 ignore[1].until: write a date such as 2027-01-31',
      'tazuna-watch.yaml:14:31 notifiers[0].webhookUrl: write {env: NAME} or {file: PATH}: a secret never stands in the config',
      'tazuna-watch.yaml:15:5 notifiers[1]: called "slack" like another one; give it a name',
      expect.stringMatching(/^tazuna-watch\.yaml:16:12 notifiers\[2\]\.type: the type of a notifier is .*slack/),
      'tazuna-watch.yaml:17:30 metrics.pushgateway.url: write a URL that begins with http:// or https://',
      'tazuna-watch.yaml:18:13 runbookUrl: write a URL that begins with http:// or https://',
    ])
  })

  it('never shows a secret that stands in the config by mistake', async () => {
    const file = `${minimal}notifiers:\n  - {type: slack, webhookUrl: https://hooks.slack.com/services/T0/B0/canary}\n`
    expect((await problems({file})).join('\n')).not.toContain('canary')
  })

  it.each<[string, Given, string[]]>([
    [
      'no cluster and no source',
      {},
      [
        'cluster: missing; set cluster, --cluster or TAZUNA_WATCH_CLUSTER',
        'source: missing; set source.oci or source.path, --source or TAZUNA_WATCH_SOURCE',
      ],
    ],
    ['a wrong flag', {flags: {cluster: 'a\nb', source: '.'}}, ['--cluster: cluster: use printable characters only']],
    [
      'a wrong variable',
      {file: minimal, env: {TAZUNA_WATCH_MEMORY: 'redis'}},
      [
        'TAZUNA_WATCH_MEMORY: memory.store: write auto, configmap, file or none (in TAZUNA_WATCH_MEMORY: none, file:PATH or configmap:NAMESPACE/NAME)',
      ],
    ],
    [
      'a deadline without time to read',
      {file: `${minimal}deadline: 90s\n`},
      ['tazuna-watch.yaml:4:11 deadline: too short; its last 90 s are for delivering, so make it longer than 90s'],
    ],
    [
      'a Pushgateway of the environment that is no URL',
      {file: minimal, env: {PUSHGATEWAY_URL: 'gateway'}},
      ['PUSHGATEWAY_URL: metrics.pushgateway.url: write a URL that begins with http:// or https://'],
    ],
    ...['/metrics', '/metrics/', '/behind/metrics?x=1'].map((end): [string, Given, string[]] => [
      `a Pushgateway with ${end}`,
      {file: `${minimal}metrics: {pushgateway: {url: "http://me:geheim@gateway:9091${end}"}}\n`},
      [
        'tazuna-watch.yaml:4:30 metrics.pushgateway.url: ends in /metrics; write it without: what a group needs is put behind it',
      ],
    ]),
    [
      'a reference without a host',
      {env: {TAZUNA_WATCH_SOURCE: 'oci://config'}, flags: {cluster: 'c'}},
      [
        'TAZUNA_WATCH_SOURCE: source.oci: reading the reference "oci://config": it names no repository; write it as oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]',
      ],
    ],
    [
      'an empty list of patterns',
      {file: `${minimal}ignore: [{manifest: [], reason: r}]\n`},
      [
        'tazuna-watch.yaml:4:10 ignore[0]: matches everything; give it a manifest or resource that is not made of *, ? and / alone',
        'tazuna-watch.yaml:4:21 ignore[0].manifest: the list is empty',
      ],
    ],
  ])('names %s', async (_title, given, expected) => {
    expect(await problems(given)).toEqual(expected)
  })

  it.each([
    ['bad YAML', 'cluster: [a\n', /^tazuna-watch.yaml:\d+:\d+ /],
    ['a key twice', 'cluster: a\ncluster: b\n', /^tazuna-watch.yaml:2:1 Map keys must be unique/],
  ])('gives the place of %s', async (_title, file, line) => {
    expect((await problems({file}))[0]).toMatch(line)
  })

  it('says what to do about a pattern that YAML takes for an alias', async () => {
    const file = `${minimal}ignore: [{manifest: *-web, reason: r}]\n`
    await expect(load({file})).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('quote') as string,
    })
  })

  it.each(['timeout: 30d', 'timeout: 8w'])('takes no duration that a timer cannot: %s', async text => {
    expect(await problems({file: `${minimal}tazuna: {${text}}\n`})).toEqual([
      'tazuna-watch.yaml:4:19 tazuna.timeout: write at most 24d',
    ])
  })

  it.each(['https://hooks.slack.com/services/canary', '$SLACK_WEBHOOK_URL', ''])(
    'takes no variable called %j for a secret, and does not show it',
    async name => {
      const file = `${minimal}notifiers: [{type: slack, webhookUrl: {env: ${JSON.stringify(name)}}}]\n`
      const [problem] = await problems({file})
      expect(problem).toContain('write the name of a variable')
      expect(problem).not.toContain('canary')
    },
  )

  it('refuses a file that is no mapping', async () => {
    await expect(
      load({file: '- a\n'}).catch((error: unknown) => Promise.reject(new Error(errorText(error)))),
    ).rejects.toThrow('not a mapping')
  })
})
