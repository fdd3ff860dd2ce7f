import {Readable} from 'node:stream'

import {setTimeout as sleep} from 'node:timers/promises'
import {stripVTControlCharacters} from 'node:util'

import {describe, expect, it} from 'vitest'

import type {CommandContext, Output} from '../src/commands/context.ts'
import {run} from '../src/commands/run.ts'
import {noProgress, terminalProgress} from '../src/progress.ts'
import {inSync, world, type WorldOptions} from './support/world.ts'

const clear = '\r\u001B[K'

function record(width = 80) {
  const writes: string[] = []
  const progress = terminalProgress(
    text => writes.push(text),
    () => width,
  )
  return {writes, progress, drawn: () => stripVTControlCharacters(writes.at(-1) ?? '').trim()}
}

describe('terminalProgress', () => {
  it('draws one line again and again: what is done, and for how long', async () => {
    const {writes, progress, drawn} = record()
    progress.onEvent({type: 'stage', stage: 'tazuna', detail: 'tazuna state diff'})
    await sleep(350)
    progress.stop()
    const frames = writes.slice(0, -1)
    expect(frames.length).toBeGreaterThanOrEqual(2)
    for (const frame of frames) {
      expect(frame.startsWith(clear)).toBe(true)
      expect(frame.slice(clear.length)).toMatch(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] tazuna state diff \d\.\d s$/)
    }
    expect(new Set(frames).size).toBe(frames.length)
    expect(drawn()).toBe('')
  })

  it('clears the line when it stops, and draws nothing after that', async () => {
    const {writes, progress} = record()
    await sleep(150)
    progress.stop()
    const count = writes.length
    expect(writes.at(-1)).toBe(clear)
    await sleep(250)
    expect(writes).toHaveLength(count)
  })

  it('shows bytes while pulling, forgets them with the next stage, and begins to count anew', async () => {
    const {progress, drawn} = record()
    progress.onEvent({type: 'stage', stage: 'source', detail: 'pulling oci://host/config:prod'})
    progress.onEvent({type: 'pulled', bytes: 1_234_567, totalBytes: 17_000_000})
    await sleep(350)
    expect(drawn()).toMatch(/^. pulling oci:\/\/host\/config:prod 1\.2 of 17\.0 MB 0\.[1-9] s$/)
    progress.onEvent({type: 'stage', stage: 'tazuna', detail: 'tazuna state diff'})
    await sleep(130)
    expect(drawn()).toMatch(/^. tazuna state diff 0\.[01] s$/)
    progress.onEvent({type: 'delivery', name: 'slack', delivery: {ok: true, attempts: 1}})
    progress.stop()
  })

  it.each([20, 40])('keeps to a terminal of %i columns', async width => {
    const {writes, progress} = record(width)
    progress.onEvent({type: 'stage', stage: 'source', detail: `pulling oci://host/${'x'.repeat(200)}`})
    await sleep(150)
    progress.stop()
    for (const frame of writes) expect(stripVTControlCharacters(frame).trim().length).toBeLessThan(width)
  })
})

describe('noProgress', () => {
  it('takes everything and draws nothing', () => {
    noProgress.onEvent({type: 'stage', stage: 'tazuna', detail: 'x'})
    expect(noProgress.stop()).toBeUndefined()
  })
})

describe.concurrent('progress of a run', () => {
  type Terminal = {isTTY: boolean; env?: Record<string, string>}

  /** What a run in this process writes to stderr. */
  async function stderrOf({isTTY, env = {}}: Terminal, options: WorldOptions = {}): Promise<string> {
    await using w = await world({...inSync, ...options})
    const written: string[] = []
    const context: CommandContext = {
      env: {PATH: process.env['PATH'], ...w.env, ...env},
      cwd: w.dir.path,
      stdout: toOutput([], false),
      stderr: toOutput(written, isTTY),
      stdin: Readable.from([]),
      interrupt: new AbortController().signal,
      clock: () => new Date(),
      newId: () => 'id',
      version: '0.0.0',
    }
    expect(await run({format: 'json', dryRun: false, failOn: []}, context)).toBe(0)
    return written.join('')
  }

  const slow: WorldOptions = {knobs: {delayBefore: 300}}

  it('is drawn on a terminal and leaves nothing there', async () => {
    const stderr = await stderrOf({isTTY: true}, slow)
    expect(stderr).toMatch(/. tazuna state diff \d\.\d s/)
    expect(stderr.endsWith(clear)).toBe(true)
  })

  it.each<[string, Terminal]>([
    ['in a pipe', {isTTY: false}],
    ['in CI', {isTTY: true, env: {CI: 'true'}}],
    ['on a terminal that cannot', {isTTY: true, env: {TERM: 'dumb'}}],
  ])('is not drawn %s', async (_where, terminal) => {
    expect(await stderrOf(terminal, slow)).toBe('')
  })
})

function toOutput(texts: string[], isTTY: boolean): Output {
  return {
    write(text) {
      texts.push(text)
      return Promise.resolve()
    },
    isTTY,
    columns: 80,
  }
}
