import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {configured, expectBadEnd, type BadRun} from '../support/bad-run.ts'
import type {CliOptions} from '../support/cli.ts'
import type {StandInOptions} from '../support/stand-in.ts'
import {hash, printStateDiff} from '../support/state-diff-text.ts'
import {configMap, deployment, onePasswordSecret, writeApplied, type Manifests} from '../support/tazuna-yaml.ts'
import {world, type World} from '../support/world.ts'

const json = ['--format', 'json']
const failed = {exitCode: 69, outcome: 'failed'} as const
const incomplete = {exitCode: 69, outcome: 'incomplete'} as const
const unparsable = {exitCode: 70, outcome: 'failed', code: 'OUTPUT_UNPARSABLE'} as const

const shortTimeout = 'tazuna: {timeout: 2s}'

/** Only `state diff` misbehaves. */
const diff = (knobs: StandInOptions) => ({knobs: {faultyCommands: ['diff'], ...knobs}})

/** Two blocks of one row: 239 characters each. */
const twoBlocks = {source: {a: [configMap('a', 'a')], b: [configMap('b', 'b')]}, applied: {}}

/** Another program, named in the environment. */
const program = (path: string) => () => Promise.resolve({env: {TAZUNA_BIN: path}})

describe('a tazuna that cannot be used', () => {
  it.concurrent.each<BadRun>([
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
    {
      title: 'is cut in the middle of a row of another block',
      options: {...twoBlocks, ...diff({truncate: 239 + 150})},
      ...unparsable,
      says: /it ends inside the block of Manifest "b"/,
    },
    {
      title: 'is cut before the last empty line',
      options: {...twoBlocks, ...diff({truncate: 2 * 239 - 1})},
      ...unparsable,
      says: /it ends inside the block of Manifest "b"/,
    },
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
    const options = diff({hangAt: 'api'})
    const report = await expectBadEnd({title: '', options, prepare: w => configured(w, shortTimeout), ...end})
    expect(report.manifests.map(({name, outcome}) => [name, outcome])).toEqual([
      ['web', 'drift'],
      ['api', 'not-checked'],
    ])
  })

  it.concurrent('prints more than 256 MiB', async () => {
    const end = {...failed, code: 'OUTPUT_TOO_LARGE'} as const
    const report = await expectBadEnd({title: '', options: diff({floodStdout: 257 * 1024 * 1024}), ...end})
    expect(report.entries).toEqual([])
  })

  it('panics at a GenesisSecret of 1Password, and the hint is about that', async () => {
    const source: Manifests = {web: [deployment('web', 'nginx')], secrets: onePasswordSecret('web', 'app')}
    const end = {...incomplete, code: 'TAZUNA_PANICKED'} as const
    const report = await expectBadEnd({title: '', options: {source}, ...end})
    expect(report.error?.hint).toContain('GenesisSecret')
  })

  it.each([
    ['fails', {stopAt: 'api'}, 1],
    ['panics', {panicAt: 'api'}, 2],
    ['is killed', {signalAt: 'api'}, null],
  ])('reports the exit code of a tazuna that %s: %j → %s', async (_title, knobs, exitCode) => {
    await using w = await world(diff(knobs))
    expect(JSON.parse((await w.run(json)).stdout)).toMatchObject({tazuna: {version: '0.4.4', exitCode}})
  })

  it.each<[string, StandInOptions, number | null]>([
    ['a line that nobody knows', {extraLine: 'Done.'}, null],
    ['help', {help: true}, null],
    ['a text that ends too early', {truncate: 150}, 0],
    ['nothing', {truncate: 0}, 0],
    ['what is not UTF-8', {rawStdout: 'c328'}, null],
  ])('reports the version of a tazuna that prints %s: nothing is called checked', async (_title, knobs, exitCode) => {
    const report = await expectBadEnd({title: '', options: diff(knobs), ...unparsable})
    expect(report.tazuna).toEqual({version: '0.4.4', exitCode})
    expect(report).toMatchObject({summary: null, entries: [], warnings: []})
    expect(report.manifests.map(({name, outcome}) => [name, outcome])).toEqual([
      ['web', 'not-checked'],
      ['api', 'not-checked'],
    ])
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

  it.concurrent.each<BadRun>([
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
    expect(await expectBadEnd(bad)).toMatchObject({tazuna: {version: '0.4.4', exitCode: 0}})
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
    const web = [deployment('web', 'nginx', 3), deployment('web', 'applied-meanwhile')]
    await writeApplied(later, {web, api: [deployment('api', 'api')]})
    const env = w.tazuna.envWith({swapAfter: 1, swapState: later})
    const result = await w.run(json, {env})
    expect({exitCode: result.exitCode, stderr: result.stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(JSON.parse(result.stdout)).toMatchObject({
      outcome: 'drift',
      summary: {entries: {added: 1, modified: 0, removed: 1}},
    })
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

/** Another program in the place of tazuna. */
async function withProgram(w: World, text: string, mode: number): Promise<CliOptions> {
  return {env: {TAZUNA_BIN: await w.dir.write('bin/tazuna', text, mode)}}
}
