import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'

import {readCalls} from '../../../src/demo/stand-in/calls.ts'
import {contentHash} from '../../../src/demo/stand-in/content-hash.ts'
import {helpText} from '../../../src/demo/stand-in/help.ts'
import type {Knobs} from '../../../src/demo/stand-in/knobs.ts'
import {noiseLines} from '../../../src/demo/stand-in/noise.ts'
import {noChanges} from '../../../src/demo/stand-in/print.ts'
import {fixture} from '../../support/state-diff-text.ts'
import {configMap, writeApplied, writeSource} from '../../support/tazuna-yaml.ts'
import {tempDir, type TempDir} from '../../support/temp-dir.ts'
import {run, type Printed} from './run-in-process.ts'

const fixtures = new URL('../../fixtures/', import.meta.url).pathname
const titles = ({stdout}: Printed) => stdout.split('\n').filter(line => line.startsWith('Manifest: '))

describe('a stand-in that stops', () => {
  it('has the text asked for, after the blocks before it', async () => {
    await using dir = await source()
    const printed = await diff(dir, {stopAt: 'api', stopError: 'failed to build manifest "api": boom\nand more'})
    expect(printed.code).toBe(1)
    expect(titles(printed)).toEqual(['Manifest: web'])
    expect(printed.stdout.endsWith('\n\n')).toBe(true)
    expect(printed.stderr).toBe('error: failed to build manifest "api": boom\nand more\n')
  })

  it.each<[command: 'list' | 'diff', point: string, message: string]>([
    [
      'diff',
      'api',
      'failed to build manifest "api": failed to render release "api": failed to load chart charts/api: stat charts/api: no such file or directory',
    ],
    [
      'list',
      'api',
      'failed to get state for manifest "api": failed to get state ConfigMap tazuna-state-api: etcdserver: request timed out',
    ],
    ['diff', '^', 'unexpected EOF'],
  ])('state %s at %s says by itself: %s', async (command, point, message) => {
    await using dir = await source()
    expect((await call(dir, command, {stopAt: point})).stderr).toBe(`error: ${message}\n`)
  })

  it('at the end prints every block, and no end sentence', async () => {
    await using dir = await source()
    expect(titles(await diff(dir, {stopAt: '$'}))).toEqual(['Manifest: web', 'Manifest: api'])
    await writeApplied(join(dir.path, 'state'), {web: [configMap('n', 'web')], api: [configMap('n', 'api')]})
    expect((await diff(dir, {stopAt: '$'})).stdout).toBe('')
  })

  it('panics', async () => {
    await using dir = await source()
    const printed = await diff(dir, {panicAt: 'api'})
    expect(printed).toMatchObject({code: 2, stderr: expect.stringMatching(/^panic: runtime error: /) as string})
    expect(titles(printed)).toEqual(['Manifest: web'])
  })

  it.each([
    [{exitCode: 3}, 3],
    [{exitCode: 3, stopAt: 'web'}, 3],
    [{exitCode: 0, stopAt: 'web'}, 0],
  ])('exits as asked: %j', async (knobs, code) => {
    await using dir = await source()
    expect((await diff(dir, knobs)).code).toBe(code)
  })
})

describe('a stand-in that prints something else', () => {
  it('prints help', async () => {
    await using dir = await source()
    expect(await diff(dir, {help: true})).toEqual({code: 0, stdout: helpText('state', 'late'), stderr: ''})
  })

  it('prints the rows of the published sample in the documentation dialect', async () => {
    await using dir = await source()
    const state = join(dir.path, 'state')
    await writeApplied(state, {
      web: [configMap('n', 'web', {a: 'b'})],
      api: [configMap('n', 'gone'), configMap('n', 'api')],
    })
    const [short, was, gone] = [configMap('n', 'web'), configMap('n', 'web', {a: 'b'}), configMap('n', 'gone')].map(
      object => `${contentHash(object).slice(0, 6)}...`,
    )
    expect((await diff(dir, {dialect: 'documentation'})).stdout).toBe(`Manifest: web
  STATUS         RESOURCE                                                     HASH
  modified       web//v1/ConfigMap/n/web                                      ${was} -> ${short}

Manifest: api
  STATUS         RESOURCE                                                     HASH
  removed        api//v1/ConfigMap/n/gone                                     (was: ${gone})

`)
  })

  it('prints noise on stderr and is healthy', async () => {
    await using dir = await source()
    const calm = await diff(dir)
    expect(await diff(dir, {noise: true})).toEqual({...calm, stderr: `${noiseLines.join('\n')}\n`})
    expect(noiseLines.join()).not.toContain('skipping')
  })

  it('prints a line that no version prints', async () => {
    await using dir = await source()
    expect((await diff(dir, {extraLine: 'Done.'})).stdout).toMatch(/\n\nDone\.\n$/)
  })

  it('cuts stdout, also inside a line', async () => {
    await using dir = await source()
    const {stdout} = await diff(dir)
    for (const truncate of [0, 1, 5, stdout.length - 1]) {
      expect((await diff(dir, {truncate})).stdout).toBe(stdout.slice(0, truncate))
    }
  })

  it('begins with bytes that are no UTF-8', async () => {
    await using dir = await source()
    const printed = await diff(dir, {rawStdout: 'fffe41', rawStderr: '80'})
    expect(printed.stdout.startsWith('\uFFFD\uFFFDAManifest: web\n')).toBe(true)
    expect(printed.stderr).toBe('\uFFFD')
  })

  it.each([
    [
      'list',
      '  RESOURCE                                                     HASH',
      /^ {2}\/v1\/ConfigMap\/flood\/flood-\d+ {20,} [0-9]{64}$/,
    ],
    [
      'diff',
      '  STATUS         RESOURCE                                                     HASH',
      /^ {2}added {10}\/v1\/ConfigMap\/flood\/flood-\d+ {20,} [0-9]{64}$/,
    ],
  ] as const)('floods stdout of state %s with well-formed rows', async (command, columns, row) => {
    await using dir = await source()
    const calm = await call(dir, command)
    const {stdout} = await call(dir, command, {floodStdout: 200_000})
    const flood = stdout.slice(0, -calm.stdout.length)
    expect(stdout.endsWith(calm.stdout)).toBe(true)
    expect(flood.length).toBeGreaterThan(200_000)
    expect(flood.endsWith('\n\n')).toBe(true)
    const [title, header, ...lines] = flood.trimEnd().split('\n')
    expect([title, header]).toEqual(['Manifest: flood', columns])
    expect(lines.filter(line => !row.test(line))).toEqual([])
    expect(new Set(lines).size).toBe(lines.length)
  })

  it('floods stderr', async () => {
    await using dir = await source()
    const {stderr} = await diff(dir, {floodStderr: 100_000})
    expect(stderr.length).toBeGreaterThan(100_000)
    expect(new Set(stderr.trimEnd().split('\n'))).toEqual(new Set([noiseLines[1]]))
  })

  it('replays files for each of its two commands', async () => {
    await using dir = await tempDir()
    const knobs: Knobs = {
      replayListStdout: `${fixtures}state-list/five.txt`,
      replayDiffStdout: `${fixtures}state-diff/partial.stdout.txt`,
      replayDiffStderr: `${fixtures}state-diff/partial.stderr.txt`,
      replayDiffExit: 1,
    }
    expect(await call(dir, 'list', knobs)).toEqual({code: 0, stdout: fixture('state-list/five.txt'), stderr: ''})
    expect(await diff(dir, knobs)).toEqual({
      code: 1,
      stdout: fixture('state-diff/partial.stdout.txt'),
      stderr: fixture('state-diff/partial.stderr.txt'),
    })
  })

  it('replays and then stops or waits at the end', async () => {
    await using dir = await tempDir()
    const replay = {replayDiffStdout: `${fixtures}state-diff/clean.txt`}
    expect(await diff(dir, {...replay, stopAt: '$'})).toEqual({
      code: 1,
      stdout: noChanges,
      stderr: 'error: unexpected EOF\n',
    })
    expect(await diff(dir, {...replay, stopAt: '^'})).toEqual({code: 1, stdout: '', stderr: 'error: unexpected EOF\n'})
  })

  it('replays nothing at all, with an exit code', async () => {
    await using dir = await tempDir()
    expect(await diff(dir, {replayDiffExit: 1})).toEqual({code: 1, stdout: '', stderr: ''})
  })
})

describe('a stand-in that skips a Manifest', () => {
  it.each([
    ['named', 'msg="parallel manifest is not supported for state diff, skipping" name=web'],
    ['unnamed', 'msg="manifest has no name, skipping state diff" index=0 type=kustomize'],
    ['unattributable', 'msg="manifest is not supported for state diff, skipping" type=kustomize'],
  ])('warns in the form %s', async (skipForm, message) => {
    await using dir = await source()
    const printed = await diff(dir, {skip: ['web'], skipForm})
    expect(printed.stderr).toBe(`time=2026-11-20T09:00:00.000Z level=WARN ${message}\n`)
    expect(titles(printed)).toEqual(['Manifest: api'])
  })

  it.each([
    ['named', ['Manifest: web', 'Manifest: api']],
    ['unnamed', ['Manifest: api']],
    ['unattributable', ['Manifest: web', 'Manifest: api']],
  ])('in the form %s lists %j', async (skipForm, listed) => {
    await using dir = await source()
    expect(titles(await call(dir, 'list', {skip: ['web'], skipForm}))).toEqual(listed)
  })
})

describe('a stand-in that misbehaves in some calls', () => {
  it('does so in the commands and calls that are chosen', async () => {
    await using dir = await source()
    const knobs: Knobs = {exitCode: 9, faultyCommands: ['diff'], faultyCalls: ['2'], calls: join(dir.path, 'calls')}
    const codes = []
    for (const command of ['list', 'diff', 'list', 'diff', 'diff'] as const) {
      codes.push((await call(dir, command, knobs)).code)
    }
    expect(codes).toEqual([0, 0, 0, 9, 0])
  })

  it('does so in state list and state diff alone unless told otherwise', async () => {
    expect((await run(['--version'], {exitCode: 9})).code).toBe(0)
    expect((await run(['--version'], {exitCode: 9, faultyCommands: ['version']})).code).toBe(9)
  })

  it('has another State after some calls', async () => {
    await using dir = await source()
    const later = join(dir.path, 'later')
    await writeApplied(later, {web: [configMap('n', 'web')], api: [configMap('n', 'api')]})
    const knobs: Knobs = {swapAfter: 1, swapState: later, calls: join(dir.path, 'calls')}
    expect((await call(dir, 'list', knobs)).stdout).toContain('No state found')
    expect((await diff(dir, knobs)).stdout).toBe(noChanges)
  })

  it('records every call', async () => {
    await using dir = await source()
    const calls = await dir.write('calls', '')
    const env = {SECRET: 's', PATH: '/bin', EMPTY: ''}
    await run(['--version'], {calls, callsEnv: ['PATH', 'EMPTY', 'NOT_SET']}, env)
    await run(['state', 'nonsense'], {calls}, env)
    const [first, second] = readCalls(calls)
    expect(first).toEqual({
      command: 'version',
      argv: ['--version'],
      cwd: '/some/folder',
      pid: 4711,
      grandchildPid: null,
      env: {PATH: '/bin', EMPTY: ''},
      envNames: ['EMPTY', 'PATH', 'SECRET', 'TAZUNA_STAND_IN_CALLS', 'TAZUNA_STAND_IN_CALLS_ENV'],
    })
    expect(second).toMatchObject({command: 'state help', argv: ['state', 'nonsense'], env: {}})
  })
})

/** Two Manifests, each with one object that is not recorded. */
async function source(): Promise<TempDir> {
  const dir = await tempDir()
  await writeSource(dir.path, {web: [configMap('n', 'web')], api: [configMap('n', 'api')]})
  await mkdir(join(dir.path, 'state'))
  return dir
}

function call(dir: TempDir, command: 'list' | 'diff', knobs: Knobs = {}): Promise<Printed> {
  return run(['state', command, '-f', join(dir.path, 'tazuna.yaml')], {state: join(dir.path, 'state'), ...knobs})
}

function diff(dir: TempDir, knobs: Knobs = {}): Promise<Printed> {
  return call(dir, 'diff', knobs)
}
