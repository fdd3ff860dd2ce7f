import {writeFile} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'

import {describe, expect, it} from 'vitest'

import {readTazuna, type TazunaOptions} from '../../src/tazuna/read.ts'
import {hash, printStateDiff} from '../support/state-diff-text.ts'
import {configMap, deployment, writeApplied, writeSource} from '../support/tazuna-yaml.ts'
import {standIn, type StandIn, type StandInOptions} from '../support/stand-in.ts'
import {tempDir} from '../support/temp-dir.ts'

const applied = {web: [deployment('web', 'nginx'), configMap('web', 'old')], api: [deployment('api', 'api')]}
const rendered = {web: [deployment('web', 'nginx', 3), configMap('web', 'new')], api: [deployment('api', 'api')]}

type Options = {
  knobs?: StandInOptions
  change?: Partial<TazunaOptions>
  with?: (tazuna: StandIn, folder: string) => Promise<unknown>
}

/** Reads a source of two Manifests, of which `web` has one row of each diff type. */
async function read({knobs = {}, change = {}, with: prepare}: Options = {}) {
  await using dir = await tempDir()
  await using tazuna = await standIn(knobs)
  await writeSource(dir.path, rendered)
  await writeApplied(tazuna.stateDir, applied)
  await prepare?.(tazuna, dir.path)
  const options: TazunaOptions = {
    command: tazuna.command,
    environment: null,
    file: 'tazuna.yaml',
    folder: dir.path,
    env: {PATH: process.env['PATH'] ?? '', ...tazuna.env},
    timeout: 20_000,
    signal: AbortSignal.timeout(25_000),
    redact: text => text,
    ...change,
  }
  const startedAt = performance.now()
  const result = await readTazuna(options).then(
    reading => ({reading, error: null}),
    (error: unknown) => ({reading: null, error: error as {code: string; message: string}}),
  )
  return {...result, calls: await tazuna.calls(), folder: dir.path, took: performance.now() - startedAt}
}

function words(calls: Awaited<ReturnType<typeof read>>['calls']): string[] {
  return calls.map(({argv}) => argv.join(' ')).filter(words => words !== '--version')
}

describe('readTazuna', () => {
  it('reads what is expected, then what differs, and the version', async () => {
    const {reading, calls, folder} = await read()
    expect(reading?.version).toBe('0.4.4')
    expect(reading?.list?.map(({name}) => name)).toEqual(['web', 'api'])
    expect(
      reading?.outputs[0]?.blocks.map(({manifest, entries}) => [manifest, entries.map(({diffType}) => diffType)]),
    ).toEqual([['web', ['added', 'modified', 'removed']]])
    expect(reading).toMatchObject({moved: new Set(), outputs: [{exitCode: 0, failure: null}]})
    expect(words(calls)).toEqual(['state list -f tazuna.yaml', 'state diff -f tazuna.yaml'])
    expect(new Set(calls.map(({cwd}) => cwd))).toEqual(new Set([folder]))
  })

  it('passes the environment to both reads', async () => {
    const {calls} = await read({change: {environment: 'prod'}})
    expect(words(calls)).toEqual(['state list -f tazuna.yaml -e prod', 'state diff -f tazuna.yaml -e prod'])
  })

  it('reads both once more, list first, when an apply fell between them', async () => {
    const {reading, calls} = await read({
      with: async (tazuna, folder) => {
        await writeApplied(`${folder}/other`, {web: [deployment('web', 'other')], api: [deployment('api', 'api')]})
        Object.assign(tazuna.env, tazuna.envWith({swapAfter: 1, swapState: `${folder}/other`}))
      },
    })
    expect(reading?.moved).toEqual(new Set())
    expect(reading?.list?.[0]?.stored?.has('web/apps/v1/Deployment/web/other')).toBe(true)
    expect(words(calls)).toEqual([
      'state list -f tazuna.yaml',
      'state diff -f tazuna.yaml',
      'state list -f tazuna.yaml',
      'state diff -f tazuna.yaml',
    ])
  })

  it('reads twice at most, and tells which Manifests moved', async () => {
    const rows = [{diffType: 'added' as const, resource: 'apps/v1/Deployment/web/nginx', hash: hash(1)}]
    const {reading, calls} = await read({
      with: async (tazuna, folder) => {
        const file = `${folder}/diff.txt`
        await writeFile(file, printStateDiff([{manifest: 'web', rows}], 'code'))
        Object.assign(tazuna.env, tazuna.envWith({replayDiffStdout: file}))
      },
    })
    expect(reading?.moved).toEqual(new Set(['web']))
    expect(words(calls)).toHaveLength(4)
  })

  it('keeps complete blocks when tazuna stops half-way, and names what it named', async () => {
    const {reading} = await read({knobs: {stopAt: 'api', faultyCommands: ['diff']}})
    expect(reading?.outputs[0]).toMatchObject({
      exitCode: 1,
      failure: {code: 'TAZUNA_FAILED', manifest: 'api'},
      blocks: [{manifest: 'web'}],
    })
  })

  it('reads the error of an old tazuna with its stack trace', async () => {
    const {reading} = await read({knobs: {stopAt: 'api', faultyCommands: ['diff'], era: 'early'}})
    expect(reading?.outputs[0]?.failure).toMatchObject({code: 'TAZUNA_FAILED', manifest: 'api'})
    expect(reading?.outputs[0]?.failure?.line).not.toContain('\n')
  })

  it('tries the list once more, then goes on without it', async () => {
    const {reading, calls} = await read({knobs: {stopAt: '^', faultyCommands: ['list']}})
    expect(reading?.list).toBeNull()
    expect(reading?.listFailure?.message).toMatch(/^running tazuna state list: exit code 1: /)
    expect(reading?.outputs[0]?.blocks).toHaveLength(1)
    expect(words(calls).map(text => text.slice(0, 10))).toEqual(['state list', 'state list', 'state diff'])
  })

  it.each([
    ['fails once', {stopAt: '^'}],
    ['prints help once', {help: true}],
    ['is cut once', {truncate: 30}],
  ])('uses the second list when the first %s', async (_title, fault) => {
    const {reading} = await read({knobs: {...fault, faultyCommands: ['list'], faultyCalls: ['1']}})
    expect(reading?.list).toHaveLength(2)
  })

  it.each<[string, StandInOptions, string]>([
    ['help text with exit code 0', {help: true}, 'where "Manifest: NAME" was expected'],
    ['nothing with exit code 0', {truncate: 0}, 'neither a block nor'],
    ['a text cut in the middle of a row', {truncate: 200}, 'inside the block of Manifest "web"'],
    ['a line that no version prints', {extraLine: 'Summary: 3 changes'}, '"Summary: 3 changes"'],
    ['bytes that are not UTF-8', {rawStdout: 'fffe'}, 'not UTF-8'],
    ['bytes that are not UTF-8, and stops', {rawStdout: 'fffe', stopAt: '$'}, 'not UTF-8'],
  ])('understands nothing of %s', async (_title, knobs, message) => {
    const {reading} = await read({knobs: {...knobs, faultyCommands: ['diff']}})
    expect(reading).toMatchObject({
      version: '0.4.4',
      list: [{name: 'web'}, {name: 'api'}],
      moved: new Set(),
      outputs: [{blocks: [], failure: {code: 'OUTPUT_UNPARSABLE', manifest: null}}],
    })
    expect(reading?.outputs[0]?.failure?.message).toContain(message)
  })

  it('takes a cut row for not checked when tazuna failed', async () => {
    const {reading} = await read({knobs: {truncate: 200, stopAt: '$', faultyCommands: ['diff']}})
    expect(reading?.outputs[0]).toMatchObject({blocks: [], failure: {code: 'TAZUNA_FAILED'}})
  })

  it('recognises a panic, and says what to do about 1Password', async () => {
    const {reading} = await read({knobs: {panicAt: 'api', faultyCommands: ['diff']}})
    expect(reading?.outputs[0]).toMatchObject({
      exitCode: 2,
      failure: {code: 'TAZUNA_PANICKED', hint: expect.stringContaining('1Password') as string},
      blocks: [{manifest: 'web'}],
    })
  })

  it('tells by which signal tazuna was killed', async () => {
    const {reading} = await read({knobs: {signalAt: 'api', faultyCommands: ['diff']}})
    expect(reading?.outputs[0]).toMatchObject({exitCode: null, failure: {code: 'TAZUNA_FAILED'}})
    expect(reading?.outputs[0]?.failure?.message).toContain('SIGKILL')
  })

  it('ends a tazuna that hangs, and keeps what it printed', async () => {
    const {reading} = await read({knobs: {hangAt: 'api', faultyCommands: ['diff']}, change: {timeout: 1500}})
    expect(reading?.outputs[0]).toMatchObject({failure: {code: 'TAZUNA_TIMED_OUT'}, blocks: [{manifest: 'web'}]})
  })

  it('kills a tazuna that ignores TERM after 4 seconds, and the child that holds its pipes', async () => {
    const {reading, took} = await read({
      knobs: {hangAt: 'api', ignoreTerm: true, grandchild: 60_000, faultyCommands: ['diff']},
      change: {timeout: 1500},
    })
    expect(reading?.outputs[0]).toMatchObject({exitCode: null, failure: {code: 'TAZUNA_TIMED_OUT'}})
    expect(took).toBeLessThan(15_000)
  })

  it('does not wait for a child that holds the pipes after tazuna has ended', async () => {
    const {reading, took} = await read({knobs: {grandchild: 60_000, faultyCommands: ['diff']}})
    expect(reading?.outputs[0]).toMatchObject({exitCode: 0, failure: null})
    expect(took).toBeLessThan(15_000)
  })

  it('ends a tazuna that prints more than 256 MiB', async () => {
    const {reading} = await read({knobs: {floodStdout: 300 * 1024 * 1024, faultyCommands: ['diff']}})
    expect(reading?.outputs[0]?.failure).toMatchObject({code: 'OUTPUT_TOO_LARGE'})
  })

  it('is not disturbed by a flood or noise on stderr', async () => {
    const {reading} = await read({knobs: {floodStderr: 5_000_000, noise: true}})
    expect(reading?.outputs[0]).toMatchObject({exitCode: 0, failure: null})
  })

  it.each([
    ['named', {named: ['api'], unnamed: 0}],
    ['unnamed', {named: [], unnamed: 1}],
  ])('counts a Manifest skipped with a WARN that is %s', async (skipForm, skipped) => {
    const {reading} = await read({knobs: {skip: ['api'], skipForm, faultyCommands: ['diff']}})
    expect(reading?.outputs[0]?.skipped).toMatchObject(skipped)
  })

  it('has no version of a tazuna that fails to say it', async () => {
    expect((await read({knobs: {exitCode: 1, faultyCommands: ['version']}})).reading?.version).toBeNull()
  })

  it.each([
    ['is not there', 'no-such-tazuna', 'no such program'],
    ['is not executable', '/etc', 'not executable'],
    ['has a name with a NUL', 'tazuna\0', 'ERR_INVALID_ARG_VALUE'],
    ['is a name too long', `/${'x'.repeat(5000)}`, 'could not be started (ENAMETOOLONG)'],
  ])('says so when the program %s', async (_title, command, message) => {
    const {error} = await read({change: {command}})
    expect(error?.code).toBe('TAZUNA_NOT_FOUND')
    expect(error?.message).toContain(message)
  })

  it('says so when it is told more than the system takes', async () => {
    const {error} = await read({change: {environment: 'x'.repeat(3_000_000)}})
    expect(error).toMatchObject({code: 'TAZUNA_NOT_FOUND', message: expect.stringMatching(/started \(E2BIG\)$/)})
  })

  it('stops at an interrupt', async () => {
    const controller = new AbortController()
    const reading = read({knobs: {hangAt: 'api'}, change: {signal: controller.signal}})
    await sleep(1000)
    controller.abort('SIGTERM')
    expect((await reading).error?.code).toBe('CANCELLED')
  })

  it('ends at the deadline of the run as at its own', async () => {
    const {reading} = await read({
      knobs: {hangAt: 'api', faultyCommands: ['diff']},
      change: {signal: AbortSignal.timeout(2000)},
    })
    expect(reading?.outputs[0]?.failure?.code).toBe('TAZUNA_TIMED_OUT')
  })
})
