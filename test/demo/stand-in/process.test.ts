import {spawn} from 'node:child_process'
import {access} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, it} from 'vitest'

import {noChanges} from '../../../src/demo/stand-in/print.ts'
import {standIn, type StandIn, type StandInOptions} from '../../support/stand-in.ts'
import {configMap, genesisSecret, writeApplied, writeSource} from '../../support/tazuna-yaml.ts'
import {tempDir} from '../../support/temp-dir.ts'

describe('the stand-in as an executable', () => {
  it('is named tazuna, runs from anywhere and by PATH, and goes away', async () => {
    await using dir = await tempDir()
    await writeSource(dir.path, {web: [configMap('n', 'web')]})
    const tazuna = await standIn({callsEnv: ['HOME']})
    await writeApplied(tazuna.stateDir, {web: [configMap('n', 'web')]})
    expect(tazuna.command).toBe(join(tazuna.binDir, 'tazuna'))
    const ended = await start(tazuna, ['state', 'diff'], {cwd: dir.path, command: 'tazuna'}).ended
    expect(ended).toEqual({code: 0, signal: null, stdout: noChanges, stderr: ''})
    expect(await tazuna.calls()).toMatchObject([
      {command: 'diff', argv: ['state', 'diff'], cwd: dir.path, env: {HOME: '/home/of/test'}},
    ])
    await tazuna[Symbol.asyncDispose]()
    await expect(access(tazuna.command)).rejects.toThrow('ENOENT')
  })

  it('takes other knobs for a later run', async () => {
    await using dir = await tempDir()
    await using tazuna = await standIn()
    await writeSource(dir.path, {creds: genesisSecret('default', 'creds')})
    const env = tazuna.envWith({stopAt: '^', stopError: 'later'})
    expect((await start(tazuna, ['state', 'diff'], {cwd: dir.path}).ended).code).toBe(0)
    expect((await start(tazuna, ['state', 'diff'], {cwd: dir.path, env}).ended).stderr).toBe('error: later\n')
    expect(await tazuna.calls()).toHaveLength(2)
  })

  it('takes arguments as they are', async () => {
    await using tazuna = await standIn()
    const argv = ['state', 'diff', '-f', 'a  folder/$HOME/"x"\n.yaml', '']
    expect((await start(tazuna, argv).ended).stderr).toBe(`error: open ${argv[3]}: no such file or directory\n`)
    expect((await tazuna.calls())[0]).toMatchObject({argv})
  })

  it('writes all it has to say to a slow reader', async () => {
    const running = await startAlone({floodStdout: 3_000_000, replayDiffExit: 0}, {readAfter: 300})
    const {stdout} = await running.ended
    expect(stdout.length).toBeGreaterThan(3_000_000)
    expect(stdout.endsWith('\n\n')).toBe(true)
  })

  it('ends when nobody reads', async () => {
    const running = await startAlone({floodStdout: 2 ** 40})
    running.child.stdout.destroy()
    expect(await running.ended).toMatchObject({code: 141, signal: null})
  })
})

describe('the stand-in and signals', () => {
  it.each<[title: string, knobs: StandInOptions, expected: unknown]>([
    [
      'a late version cancels what waits, and exits with 1',
      {hangAt: '^'},
      {code: 1, signal: null, stdout: '', stderr: 'error: context canceled\n'},
    ],
    [
      'a late version names the Manifest at which it waited',
      {hangAt: 'web'},
      {
        code: 1,
        signal: null,
        stdout: '',
        stderr:
          'error: failed to get state for manifest "web": failed to get state ConfigMap tazuna-state-web: context canceled\n',
      },
    ],
    ['an early version dies', {hangAt: '^', era: 'early'}, {code: null, signal: 'SIGTERM', stdout: '', stderr: ''}],
    ['a late version ends in a delay', {delayBefore: 60_000}, {code: 1, stderr: 'error: context canceled\n'}],
    ['a flood ends', {floodStdout: 2 ** 40}, {code: 1, stderr: 'error: context canceled\n'}],
  ])('on TERM %s', async (_, knobs, expected) => {
    const running = await startAlone(knobs)
    await running.recorded()
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject(expected as object)
  })

  it('ignores TERM when asked to, and yields to KILL', async () => {
    const running = await startAlone({hangAt: '^', ignoreTerm: true})
    await running.recorded()
    running.child.kill('SIGTERM')
    await sleep(150)
    expect(running.child.exitCode ?? running.child.signalCode).toBeNull()
    running.child.kill('SIGKILL')
    expect(await running.ended).toMatchObject({code: null, signal: 'SIGKILL'})
  })

  it.each(['SIGKILL', 'SIGSEGV', 'SIGTERM'])('kills itself by %s after the blocks before', async signal => {
    const running = await startAlone({signalAt: 'api', signal})
    const {stdout, ...end} = await running.ended
    expect(end).toEqual({code: null, signal, stderr: ''})
    expect(stdout).toMatch(/^Manifest: web\n[^]*\n\n$/)
  })

  it('leaves a grandchild that holds stdout and ignores TERM, in its process group', async () => {
    await using tazuna = await standIn({grandchild: 60_000})
    const running = start(tazuna, ['state', 'diff', '-f', 'nope'], {detached: true})
    const exited = new Promise(resolve => running.child.once('exit', resolve))
    await exited
    const [call] = await tazuna.calls()
    const pid = call!.grandchildPid!
    process.kill(pid, 'SIGTERM')
    await sleep(100)
    expect(process.kill(pid, 0)).toBe(true)
    expect(await Promise.race([running.ended, sleep(50, 'still open')])).toBe('still open')
    process.kill(-call!.pid, 'SIGKILL')
    expect(await running.ended).toMatchObject({code: 1, stderr: 'error: open nope: no such file or directory\n'})
  })

  it('waits before anything, and before each Manifest', async () => {
    const begin = performance.now()
    const running = await startAlone({delayBefore: 100, delayBetween: 100})
    expect((await running.ended).code).toBe(0)
    expect(performance.now() - begin).toBeGreaterThanOrEqual(300)
  })
})

type Ended = {code: number | null; signal: string | null; stdout: string; stderr: string}
type StartOptions = {
  cwd?: string
  env?: Record<string, string>
  command?: string
  detached?: boolean
  readAfter?: number
}

/** Starts `state diff` of a source of its own: two Manifests, each with one object that is not recorded. */
async function startAlone(knobs: StandInOptions, options: StartOptions = {}) {
  const dir = await tempDir()
  const tazuna = await standIn(knobs)
  const file = await writeSource(dir.path, {web: [configMap('n', 'web')], api: [configMap('n', 'api')]})
  const {child, ended} = start(tazuna, ['state', 'diff', '-f', file], options)
  return {
    child,
    ended: ended.finally(() => Promise.all([dir[Symbol.asyncDispose](), tazuna[Symbol.asyncDispose]()])),
    /** Once the call is recorded, its signal handlers are there. */
    recorded: async () => {
      while ((await tazuna.calls()).length === 0) await sleep(5)
    },
  }
}

function start(tazuna: StandIn, argv: readonly string[], options: StartOptions = {}) {
  const path = `${tazuna.binDir}:${process.env['PATH'] ?? ''}`
  const child = spawn(options.command ?? tazuna.command, argv, {
    cwd: options.cwd,
    env: {PATH: path, HOME: '/home/of/test', ...(options.env ?? tazuna.env)},
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.detached ?? false,
  })
  const ended = (async (): Promise<Ended> => {
    if (options.readAfter !== undefined) await sleep(options.readAfter)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
    return new Promise(resolve => {
      child.once('close', (code, signal) => {
        resolve({code, signal, stdout, stderr})
      })
    })
  })()
  return {child, ended}
}
