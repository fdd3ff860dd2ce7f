import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {addArchive, addArtifact, addFileLayer} from '../artifact/artifact-builder.ts'
import {configured, expectBadEnd, expectSaid, type BadEnd, type BadRun} from '../support/bad-run.ts'
import {startFakeRegistry, type FakeRegistry} from '../support/fake-registry.ts'
import {freePort} from '../support/ports.ts'
import {file, tar} from '../support/tar.ts'
import {world} from '../support/world.ts'

const json = ['--format', 'json']
const notFound = {exitCode: 66, outcome: 'failed', code: 'SOURCE_NOT_FOUND'} as const

/** Another source. */
const from = (source: string) => () => Promise.resolve({env: {TAZUNA_WATCH_SOURCE: source}})

/** The layers of the artifact that the registry has; stored again with each call, which changes nothing. */
const layers = (registry: FakeRegistry) => [
  addFileLayer(registry, 'tazuna.yaml', 'kind: Tazuna\nspec: {manifests: []}\n'),
]

describe('a config that cannot be used', () => {
  const end = {exitCode: 78, outcome: 'failed', code: 'CONFIG_INVALID'} as const

  it.each<[string, string, Record<string, string>, RegExp]>([
    ['no YAML', 'cluster: "prod', {}, /^tazuna-watch\.yaml:1:\d+ .+$/m],
    ['a list', '- cluster\n', {}, /not a mapping/],
    ['a key that is not known', 'clustre: x\n', {}, /^tazuna-watch\.yaml:2:1 clustre: .*did you mean cluster\?$/m],
    ['a wrong type', 'deadline: 5\n', {}, /^tazuna-watch\.yaml:2:11 deadline: /m],
    ['a deadline without time to read', 'deadline: 90s\n', {}, /^tazuna-watch\.yaml:2:11 deadline: too short/m],
    ['a secret in it', 'notifiers: [{type: slack, webhookUrl: x}]\n', {}, /secret never stands in the config/],
    ['an ignore rule for everything', 'ignore: [{manifest: "*", reason: x}]\n', {}, /matches everything/],
    ['no cluster', '', {TAZUNA_WATCH_CLUSTER: ''}, /cluster: missing/],
    ['no source', '', {TAZUNA_WATCH_SOURCE: ''}, /source: missing/],
    [
      'a reference without a host',
      '',
      {TAZUNA_WATCH_SOURCE: 'oci://config:prod'},
      /^TAZUNA_WATCH_SOURCE: source\.oci: .+ names no repository/m,
    ],
    [
      'a digest that nobody can check, beside another problem',
      `source: {oci: "oci://ghcr.io/acme/config@md5:${'0'.repeat(32)}"}\ndeadline: soon\n`,
      {TAZUNA_WATCH_SOURCE: ''},
      /^tazuna-watch\.yaml:2:15 source\.oci: .+ only sha256 .+\ntazuna-watch\.yaml:3:11 deadline: /m,
    ],
    [
      'a gateway with /metrics',
      'metrics: {pushgateway: {url: "http://gateway:9091/metrics"}}\n',
      {},
      /^tazuna-watch\.yaml:2:30 metrics\.pushgateway\.url: ends in \/metrics/m,
    ],
    ['a store that is not known in a variable', '', {TAZUNA_WATCH_MEMORY: 'redis'}, /^TAZUNA_WATCH_MEMORY: memory/m],
    ['a gateway that is no URL in a variable', '', {PUSHGATEWAY_URL: 'gateway'}, /^PUSHGATEWAY_URL: metrics/m],
    [
      'no file where a variable says',
      '',
      {TAZUNA_WATCH_CONFIG: 'no.yaml'},
      /no\.yaml, named by TAZUNA_WATCH_CONFIG: .*no such file/,
    ],
    ['a folder where a variable says', '', {TAZUNA_WATCH_CONFIG: 'source'}, /source, named by .*: it is a folder/],
  ])('is %s', async (_title, text, env, says) => {
    await using w = await world()
    const header = /^(?:-|cluster: ")/.test(text) ? '' : 'apiVersion: tazuna-watch/v1\n'
    await w.dir.write('tazuna-watch.yaml', header + text)
    const report = expectSaid(await w.run(json, {env}), end)
    expect(report).toMatchObject({cluster: null, source: null, summary: null, notifications: []})
    expect(report.error?.message).toMatch(says)
    expect([...w.webhook.calls, ...w.gateway.calls, ...(await w.tazuna.calls())]).toEqual([])
  })
})

describe('a source that cannot be used', () => {
  it.concurrent.each<BadRun>([
    {
      title: 'a folder that is not there',
      prepare: from('nowhere'),
      ...notFound,
      says: /folder nowhere: there is no such folder/,
    },
    {
      title: 'a folder without the file',
      prepare: from('.'),
      ...notFound,
      says: /opening tazuna\.yaml in \.: there is no such file/,
    },
    {title: 'a file', prepare: from('source/tazuna.yaml'), ...notFound, says: /it is a file/},
    {
      title: 'a reference without oci://',
      prepare: from('ghcr.io/acme/config:prod'),
      ...notFound,
      says: /no such folder; did you mean oci:\/\/ghcr\.io\/acme\/config:prod\?/,
    },
    {
      title: 'a folder in place of the file',
      prepare: w => configured(w, 'source: {file: web}'),
      ...notFound,
      says: /opening web in source: it is not a file/,
    },
    {
      title: 'a registry that is down',
      prepare: async () => ({env: {TAZUNA_WATCH_SOURCE: `oci://127.0.0.1:${await freePort()}/acme/config:prod`}}),
      exitCode: 75,
      outcome: 'failed',
      code: 'ARTIFACT_NETWORK',
    },
  ])('is $title', async bad => {
    expect(await expectBadEnd(bad)).toMatchObject({source: null, tazuna: {version: null, exitCode: null}})
  })

  it.concurrent.each<BadEnd & {title: string; config?: string; prepare?: (registry: FakeRegistry) => void}>([
    {
      title: 'has no such tag',
      prepare: registry => registry.answer('manifests/prod', {status: 404}),
      exitCode: 66,
      outcome: 'failed',
      code: 'ARTIFACT_NOT_FOUND',
    },
    {
      title: 'asks for a login',
      prepare: registry => registry.requireLogin('me', 'password'),
      exitCode: 66,
      outcome: 'failed',
      code: 'ARTIFACT_AUTH_REQUIRED',
    },
    {
      title: 'denies access',
      prepare: registry => registry.answer('manifests/prod', {status: 403}),
      exitCode: 66,
      outcome: 'failed',
      code: 'ARTIFACT_DENIED',
    },
    {
      title: 'has trouble of its own',
      prepare: registry => registry.answer('manifests/prod', {status: 503}),
      exitCode: 75,
      outcome: 'failed',
      code: 'ARTIFACT_SERVER_ERROR',
    },
    {
      title: 'sends other bytes than the digest says',
      prepare: registry => registry.answer(`blobs/${layers(registry)[0]!.digest}`, 'altered'),
      exitCode: 66,
      outcome: 'failed',
      code: 'ARTIFACT_DIGEST_MISMATCH',
    },
    {
      title: 'breaks off in the middle of a blob',
      prepare: registry => registry.answer(`blobs/${layers(registry)[0]!.digest}`, {cutAfter: 10}),
      exitCode: 75,
      outcome: 'failed',
      code: 'ARTIFACT_NETWORK',
    },
    {
      title: 'has an archive that leads out of its folder',
      prepare: registry => void addArchive(registry, tar([file('tazuna.yaml'), file('../../escaped.txt')])),
      exitCode: 66,
      outcome: 'failed',
      code: 'ARTIFACT_UNSAFE_ENTRY',
    },
    {
      title: 'has an archive with a link to the outside',
      prepare: registry =>
        void addArchive(registry, tar([file('tazuna.yaml'), {name: 'web', type: '2', linkname: '/etc'}])),
      exitCode: 66,
      outcome: 'failed',
      code: 'ARTIFACT_UNSAFE_ENTRY',
    },
    {title: 'has an artifact without the file', config: 'source: {file: other.yaml}', ...notFound},
    {title: 'has an artifact without the subpath', config: 'source: {subpath: clusters/prod}', ...notFound},
    {title: 'has an artifact that the subpath leaves', config: 'source: {subpath: ../..}', ...notFound},
    {title: 'has an artifact that the file leaves', config: 'source: {file: ../../../../etc/passwd}', ...notFound},
  ])('is a registry that $title', async ({title, config = '', prepare, ...end}) => {
    await using registry = await startFakeRegistry()
    addArtifact(registry, layers(registry))
    prepare?.(registry)
    const report = await expectBadEnd({
      title,
      prepare: async w => {
        await configured(w, config)
        return {env: {TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`}}
      },
      ...end,
    })
    expect(report).toMatchObject({source: null, tazuna: {version: null, exitCode: null}})
  })
})

describe('a temporary folder that cannot be used', () => {
  it.each([
    ['is not there', 'nowhere'],
    ['is a file', 'source/tazuna.yaml'],
  ])('%s', async (_title, folder) => {
    const report = await expectBadEnd({
      title: '',
      prepare: w => Promise.resolve({env: {TMPDIR: join(w.dir.path, folder), NODE_DISABLE_COMPILE_CACHE: '1'}}),
      exitCode: 75,
      outcome: 'failed',
      code: 'ARTIFACT_STORE_IO',
    })
    expect(report.source).toBeNull()
  })
})

describe('authorities that cannot be read', () => {
  it('fail what needs them, and nothing is called clean or lost', async () => {
    await using w = await world()
    await configured(w, 'http: {caFile: no.pem}')
    const result = await w.run(json)
    expect(result.exitCode).toBe(74)
    expect(JSON.parse(result.stdout)).toMatchObject({
      outcome: 'drift',
      notifications: [
        {name: 'slack', delivery: 'failed', detail: expect.stringContaining('no.pem') as string},
        {name: 'pushgateway', delivery: 'failed'},
      ],
    })
  })
})
