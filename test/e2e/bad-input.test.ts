import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {addArchive, addArtifact, addFileLayer} from '../artifact/artifact-builder.ts'
import {expectSaid, expectTold, type BadEnd} from '../support/bad-run.ts'
import type {CliOptions} from '../support/cli.ts'
import {startFakeRegistry, type FakeRegistry} from '../support/fake-registry.ts'
import {freePort} from '../support/ports.ts'
import type {StandInOptions} from '../support/stand-in.ts'
import {hash, printStateDiff} from '../support/state-diff-text.ts'
import {file, tar} from '../support/tar.ts'
import {deployment, onePasswordSecret, writeApplied, type Manifests} from '../support/tazuna-yaml.ts'
import {world, type World, type WorldOptions} from '../support/world.ts'

const json = ['--format', 'json']

/** A run that goes wrong, and how it must end; `says` is in the message. */
type Bad = BadEnd & {
  title: string
  options?: WorldOptions
  /** Changes the world before the run; its result goes to the process. */
  prepare?: (w: World) => Promise<CliOptions>
  says?: RegExp
}

async function expectBadEnd({options, prepare, says = /./, ...end}: Bad) {
  await using w = await world(options)
  const result = await w.run(json, await prepare?.(w))
  const report = expectSaid(result, end)
  expect(report.error?.message).toMatch(says)
  expectTold(w, end)
  return report
}

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
    ['a store that is not known in a variable', '', {TAZUNA_WATCH_MEMORY: 'redis'}, /^TAZUNA_WATCH_MEMORY: memory/m],
    ['a gateway that is no URL in a variable', '', {PUSHGATEWAY_URL: 'gateway'}, /^PUSHGATEWAY_URL: metrics/m],
    ['no file where a variable says', '', {TAZUNA_WATCH_CONFIG: 'no.yaml'}, /no\.yaml: .*no such file/],
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
  const notFound = {exitCode: 66, outcome: 'failed', code: 'SOURCE_NOT_FOUND'} as const
  const from = (source: string) => () => Promise.resolve({env: {TAZUNA_WATCH_SOURCE: source}})

  it.each<Bad>([
    {title: 'a folder that is not there', prepare: from('nowhere'), ...notFound, says: /nowhere: it is not there/},
    {title: 'a folder without the file', prepare: from('.'), ...notFound, says: /tazuna\.yaml in \.: it is not there/},
    {title: 'a file', prepare: from('source/tazuna.yaml'), ...notFound},
    {
      title: 'a folder in place of the file',
      prepare: w => configured(w, 'source: {file: web}'),
      ...notFound,
      says: /opening web in source: it is not a file/,
    },
    {
      title: 'a reference without a host',
      prepare: from('oci://config:prod'),
      exitCode: 66,
      outcome: 'failed',
      code: 'ARTIFACT_REF_INVALID',
    },
    {
      title: 'a digest that nobody can check',
      prepare: from('oci://ghcr.io/acme/config@md5:0123456789abcdef0123456789abcdef'),
      exitCode: 66,
      outcome: 'failed',
      code: 'ARTIFACT_UNSUPPORTED_DIGEST',
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

  const layers = (registry: FakeRegistry) => [
    addFileLayer(registry, 'tazuna.yaml', 'kind: Tazuna\nspec: {manifests: []}\n'),
  ]

  it.each<BadEnd & {title: string; config?: string; prepare?: (registry: FakeRegistry) => void}>([
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
    await expectBadEnd({
      title: '',
      prepare: w => Promise.resolve({env: {TMPDIR: join(w.dir.path, folder), NODE_DISABLE_COMPILE_CACHE: '1'}}),
      exitCode: 75,
      outcome: 'failed',
      code: 'ARTIFACT_STORE_IO',
    })
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

describe('a tazuna that cannot be used', () => {
  const failed = {exitCode: 69, outcome: 'failed'} as const
  const incomplete = {exitCode: 69, outcome: 'incomplete'} as const
  const unparsable = {exitCode: 70, outcome: 'failed', code: 'OUTPUT_UNPARSABLE'} as const
  const diff = (knobs: StandInOptions) => ({knobs: {faultyCommands: ['diff'], ...knobs}})
  const program = (path: string) => () => Promise.resolve({env: {TAZUNA_BIN: path}})

  it.each<Bad>([
    {
      title: 'is not there',
      prepare: program('./no/tazuna'),
      ...failed,
      code: 'TAZUNA_NOT_FOUND',
      says: /no\/tazuna: there is no such program/,
    },
    {title: 'is not on PATH', prepare: program('tazuna-nowhere'), ...failed, code: 'TAZUNA_NOT_FOUND'},
    {
      title: 'is not executable',
      prepare: w => withProgram(w, '#!/bin/sh\n', 0o644),
      ...failed,
      code: 'TAZUNA_NOT_FOUND',
      says: /it is not executable/,
    },
    {
      title: 'needs an interpreter that is not there',
      prepare: w => withProgram(w, '#!/no/such/interpreter\n', 0o755),
      ...failed,
      code: 'TAZUNA_NOT_FOUND',
    },
    {title: 'fails before it prints anything', options: diff({stopAt: '^'}), ...failed, code: 'TAZUNA_FAILED'},
    {
      title: 'fails half-way',
      options: diff({stopAt: 'api'}),
      ...incomplete,
      code: 'TAZUNA_FAILED',
      says: /exit code 1: failed to build manifest "api"/,
    },
    {title: 'fails after everything was printed', options: diff({stopAt: '$'}), ...incomplete, code: 'TAZUNA_FAILED'},
    {title: 'fails without a word', options: diff({exitCode: 3}), ...incomplete, code: 'TAZUNA_FAILED', says: /code 3/},
    {title: 'panics', options: diff({panicAt: '^'}), ...failed, code: 'TAZUNA_PANICKED', says: /exit code 2/},
    {title: 'panics half-way', options: diff({panicAt: 'api'}), ...incomplete, code: 'TAZUNA_PANICKED'},
    {
      title: 'is killed',
      options: diff({signalAt: 'api'}),
      ...incomplete,
      code: 'TAZUNA_FAILED',
      says: /killed by SIGKILL/,
    },
    {title: 'prints help and exits with 0', options: diff({help: true}), ...unparsable},
    {title: 'prints a line that nobody knows', options: diff({extraLine: 'Done.'}), ...unparsable, says: /"Done\."/},
    {title: 'is cut in the middle of a row', options: diff({truncate: 150}), ...unparsable, says: /it ends inside/},
    {title: 'prints what is not UTF-8', options: diff({rawStdout: 'c328'}), ...unparsable, says: /not UTF-8/},
    {title: 'prints nothing', options: diff({truncate: 0}), ...unparsable},
    {
      title: 'is cut in the middle of a row when it fails',
      options: diff({truncate: 150, exitCode: 1}),
      ...failed,
      code: 'TAZUNA_FAILED',
    },
    {
      title: 'cannot list what is expected',
      options: {knobs: {faultyCommands: ['list'], stopAt: '^'}},
      ...incomplete,
      code: 'COVERAGE_UNKNOWN',
    },
    {
      title: 'lists something unknown',
      options: {knobs: {faultyCommands: ['list'], help: true}},
      ...incomplete,
      code: 'COVERAGE_UNKNOWN',
    },
  ])('$title', async bad => {
    const report = await expectBadEnd(bad)
    expect(report.source).toMatchObject({kind: 'path', ref: 'source'})
  })

  it.concurrent('hangs past its time', async () => {
    const end = {...incomplete, code: 'TAZUNA_TIMED_OUT'} as const
    const prepare = (w: World) => configured(w, 'tazuna: {timeout: 2s}')
    const report = await expectBadEnd({title: '', options: diff({hangAt: 'api'}), prepare, ...end})
    expect(report.manifests.map(({name, outcome}) => [name, outcome])).toEqual([
      ['web', 'drift'],
      ['api', 'not-checked'],
    ])
  })

  it.concurrent('prints more than 256 MiB', async () => {
    const end = {...failed, code: 'OUTPUT_TOO_LARGE'} as const
    await expectBadEnd({title: '', options: diff({floodStdout: 257 * 1024 * 1024}), ...end})
  })

  it('panics at a GenesisSecret of 1Password, and the hint is about that', async () => {
    const source: Manifests = {web: [deployment('web', 'nginx')], secrets: onePasswordSecret('web', 'app')}
    const end = {...incomplete, code: 'TAZUNA_PANICKED'} as const
    const report = await expectBadEnd({title: '', options: {source}, ...end})
    expect(report.error?.hint).toContain('GenesisSecret')
  })

  it('says which Manifests a run that stopped did not check', async () => {
    const report = await expectBadEnd({
      title: '',
      options: diff({stopAt: 'api', stopError: 'failed to build manifest "api": no such chart'}),
      ...incomplete,
      code: 'TAZUNA_FAILED',
    })
    expect(report.manifests.map(({name, outcome, error}) => [name, outcome, error])).toEqual([
      ['web', 'drift', null],
      ['api', 'error', 'failed to build manifest "api": no such chart'],
    ])
    expect(report.summary).toMatchObject({coverage: {expected: 2, checked: 1}, manifests: {clean: 0}})
  })

  it('calls nothing clean while it is not known what was expected', async () => {
    const report = await expectBadEnd({
      title: '',
      options: {knobs: {faultyCommands: ['list'], stopAt: '$'}},
      ...incomplete,
      code: 'COVERAGE_UNKNOWN',
    })
    expect(report.summary?.coverage).toEqual({expected: null, checked: 1, unnamed: 0})
    expect(report.summary?.manifests).toMatchObject({drift: 1, clean: 0})
    expect(report.manifests.map(({name}) => name)).toEqual(['web'])
  })
})

describe('a tazuna.yaml with', () => {
  const web = [deployment('web', 'nginx')]

  it.each<Bad>([
    {
      title: 'no named Manifest',
      options: {source: [['', web]], applied: {}},
      exitCode: 69,
      outcome: 'failed',
      code: 'NOTHING_CHECKED',
      says: /1 without a name/,
    },
    {
      title: 'no Manifest',
      options: {source: {}, applied: {}},
      exitCode: 69,
      outcome: 'failed',
      code: 'NOTHING_CHECKED',
    },
    {
      title: 'two Manifests of one name',
      options: {
        source: [
          ['web', web],
          ['api', web],
          ['web', [deployment('web', 'other')]],
        ],
        applied: {},
      },
      exitCode: 69,
      outcome: 'incomplete',
      code: 'DUPLICATE_MANIFEST',
      says: /"web"/,
    },
    {
      title: 'a Manifest that tazuna skips',
      options: {knobs: {skip: ['api']}},
      exitCode: 69,
      outcome: 'incomplete',
      code: 'MANIFEST_SKIPPED',
      says: /"api"/,
    },
    {
      title: 'a Manifest that tazuna skips without its name',
      options: {knobs: {skip: ['api'], skipForm: 'unattributable'}},
      exitCode: 69,
      outcome: 'incomplete',
      code: 'MANIFEST_SKIPPED',
    },
    {
      title: 'no other Manifest than one that tazuna skips',
      options: {source: {web}, applied: {web}, knobs: {skip: ['web']}},
      exitCode: 69,
      outcome: 'failed',
      code: 'MANIFEST_SKIPPED',
    },
  ])('$title ends badly', async bad => {
    await expectBadEnd(bad)
  })

  it('a Manifest without a name beside others is warned of', async () => {
    await using w = await world({source: {web, '': web}, applied: {web}})
    const result = await w.run(json)
    expect({exitCode: result.exitCode, report: JSON.parse(result.stdout) as unknown}).toMatchObject({
      exitCode: 0,
      report: {outcome: 'clean', summary: {coverage: {expected: 1, checked: 1, unnamed: 1}}},
    })
    expect(result.stderr).toMatch(/^warning: 1 Manifest has no name .+ \(UNNAMED_MANIFEST\)\n$/)
  })
})

describe('State that moves', () => {
  it('while it is read, once, is read again and not worth a word', async () => {
    await using w = await world()
    const later = join(w.dir.path, 'later')
    await writeApplied(later, {web: [deployment('web', 'nginx', 3)], api: [deployment('api', 'api')]})
    const env = w.tazuna.envWith({swapAfter: 1, swapState: later})
    const result = await w.run(json, {env})
    expect({exitCode: result.exitCode, stderr: result.stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(JSON.parse(result.stdout)).toMatchObject({outcome: 'drift', summary: {entries: {added: 1, modified: 0}}})
    expect(w.webhook.calls).toHaveLength(1)
  })

  it('each time it is read is warned of, and no old hash is made up', async () => {
    await using w = await world()
    const printed = join(w.dir.path, 'diff.txt')
    const rows = [
      {diffType: 'modified' as const, resource: 'apps/v1/Deployment/web/nginx', hash: hash('new')},
      {diffType: 'added' as const, resource: 'apps/v1/Deployment/web/nginx-2', hash: hash('new')},
      {diffType: 'modified' as const, resource: 'apps/v1/Deployment/web/never-applied', hash: hash('new')},
    ]
    await writeFile(printed, printStateDiff([{manifest: 'web', rows}], 'code'))
    const result = await w.run(json, {env: w.tazuna.envWith({replayDiffStdout: printed})})
    expect(result.exitCode).toBe(0)
    expect(result.stderr).toMatch(/^warning: the State of "web" changed .+ \(STATE_MOVED\)\n$/)
    expect(JSON.parse(result.stdout)).toMatchObject({
      outcome: 'drift',
      warnings: [{code: 'STATE_MOVED'}],
      entries: [{oldHash: null}, {oldHash: null}, {oldHash: null}],
    })
    expect(w.webhook.calls).toHaveLength(1)
  })
})

/** Writes the config file. */
async function configured(w: World, text: string): Promise<CliOptions> {
  await w.dir.write('tazuna-watch.yaml', `apiVersion: tazuna-watch/v1\n${text}\n`)
  return {}
}

/** Another program in the place of tazuna. */
async function withProgram(w: World, text: string, mode: number): Promise<CliOptions> {
  return {env: {TAZUNA_BIN: await w.dir.write('bin/tazuna', text, mode)}}
}
