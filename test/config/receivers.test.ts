import {describe, expect, it} from 'vitest'

import {secretRefsOf, secretsOf} from '../../src/config/config.ts'
import {loadConfig} from '../../src/config/load.ts'
import {tempDir} from '../support/temp-dir.ts'

const head = 'apiVersion: tazuna-watch/v1\ncluster: prod\ninterval: 1h\nsource: {path: .}\n'

async function load(lines: string) {
  await using dir = await tempDir()
  await dir.write('tazuna-watch.yaml', head + lines)
  return await loadConfig({flags: {}, env: {}, cwd: dir.path})
}

/** The problems, one line each, without their places in the file. */
async function problems(lines: string): Promise<string[]> {
  const error: unknown = await load(lines).catch((error: unknown) => error)
  expect(error).toMatchObject({code: 'CONFIG_INVALID'})
  const [, ...rest] = (error as Error).message.split('\n')
  return rest.map(line => line.replace(/^tazuna-watch\.yaml:\d+:\d+ /, ''))
}

const alertmanager = (more: string, urls = '["http://a.test:9093"]') => `alertmanager: {urls: ${urls}, ${more}}\n`

describe('the labels of alerts', () => {
  it.each(['alertname', 'cluster', 'watch', 'manifest'])('cannot be %s, which every alert has', async name => {
    expect(await problems(alertmanager(`labels: {severity: warning, ${name}: x}`))).toEqual([
      `alertmanager.labels.${name}: every alert has this label already; take another name`,
    ])
  })

  it.each([
    [
      'other ones',
      '{severity: warning, Cluster: x, _manifest: y}',
      {severity: 'warning', Cluster: 'x', _manifest: 'y'},
    ],
    ['one that looks like a secret of a variable', '{env: prod}', {env: 'prod'}],
    ['one that looks like a secret of a file', '{file: x}', {file: 'x'}],
  ])('can be %s, and are no secrets', async (_title, labels, expected) => {
    const config = await load(alertmanager(`labels: ${labels}`))
    expect(config.alertmanager?.labels).toEqual(expected)
    expect(secretRefsOf(config)).toEqual([])
  })
})

describe('the secrets of receivers', () => {
  it('are all found, each with what it must be', async () => {
    const config = await load(`notifiers:
  - {type: slack, token: {env: BOT}, channel: C0123ABC}
  - {type: webhook, url: {file: url}, signingSecret: [{env: NEW}, {file: old}], bearerToken: {env: BEARER}}
metrics: {pushgateway: {url: "http://p.test", basicAuth: {username: u, password: {env: PUSH}}}}
${alertmanager('labels: {env: prod}, basicAuth: {username: u, password: {env: ALERTS}}')}heartbeat: {url: {env: BEAT}}
`)
    expect(secretsOf(config).map(({path, ref, kind}) => [path.join('.'), ref, kind])).toEqual([
      ['notifiers.0.token', {env: 'BOT'}, 'token'],
      ['notifiers.1.url', {file: 'url'}, 'url'],
      ['notifiers.1.signingSecret.0', {env: 'NEW'}, 'text'],
      ['notifiers.1.signingSecret.1', {file: 'old'}, 'text'],
      ['notifiers.1.bearerToken', {env: 'BEARER'}, 'token'],
      ['metrics.pushgateway.basicAuth.password', {env: 'PUSH'}, 'text'],
      ['alertmanager.basicAuth.password', {env: 'ALERTS'}, 'text'],
      ['heartbeat.url', {env: 'BEAT'}, 'url'],
    ])
  })
})

describe('the Alertmanagers', () => {
  it.each([
    ['the same', '["http://a.test:9093", "http://b.test:9093", "http://a.test:9093"]', 'alertmanager.urls[2]'],
    ['the same but for a slash', '["http://a.test:9093/", "http://a.test:9093"]', 'alertmanager.urls[1]'],
  ])('are different ones: not %s', async (_title, urls, key) => {
    expect(await problems(alertmanager('', urls))).toEqual([`${key}: stands there twice; keep one`])
  })

  it('may differ in port or path', async () => {
    const urls = ['http://a.test:9093', 'http://a.test:9094', 'http://a.test:9093/eu']
    expect((await load(alertmanager('', JSON.stringify(urls)))).alertmanager?.urls).toEqual(urls)
  })

  it.each(['/api/v2/alerts', '/api/v2', '/eu/api/v1/alerts/', '/api/v2/alerts?x=1'])(
    'are named without the path of their API: not with %s',
    async end => {
      expect(await problems(alertmanager('', `["http://a.test:9093${end}"]`))).toEqual([
        'alertmanager.urls[0]: ends in the path of its API; write it without: /api/v2/alerts is put behind it',
      ])
    },
  )

  it('need to know how often runs come', async () => {
    await using dir = await tempDir()
    await dir.write('tazuna-watch.yaml', head.replace('interval: 1h\n', '') + alertmanager(''))
    await expect(loadConfig({flags: {}, env: {}, cwd: dir.path})).rejects.toMatchObject({
      message: expect.stringContaining('alertmanager: needs interval, which says how often this runs') as string,
    })
  })
})

const status = (url: string) =>
  `status:\n  - {type: gitops-status, url: "http://s.test"}\n  - {type: gitops-status, url: "${url}"}\n`

describe('a status server', () => {
  it.each(['/api/status', '/api/status/', '/behind/api/status?x=1'])(
    'is named without the path of its API: not with %s',
    async end => {
      expect(await problems(status(`http://me:geheim@s.test${end}`))).toEqual([
        'status[1].url: ends in /api/status; write it without: that is put behind it',
      ])
    },
  )

  it.each(['http://s.test/', 'http://s.test/api', 'http://s.test/api/status/prod'])('may be %s', async url => {
    expect((await load(status(url))).status[1]).toEqual({type: 'gitops-status', url, repo: null, server: null})
  })
})
