import {describe, expect, it} from 'vitest'

import {jitterOf} from '../../src/commands/jitter.ts'
import {reportOf} from '../support/cli.ts'
import {inSync, world} from '../support/world.ts'

/** A watch of cluster `test` whose wait, of two seconds, is long enough to be seen and short enough to wait for. */
const watch = Array.from({length: 100}, (_, index) => `w${index}`).find(name => {
  const wait = jitterOf('test', name, 2000)
  return wait > 800 && wait < 1000
})!
const wait = jitterOf('test', watch, 2000)
const flags = ['--watch', watch, '--format', 'json']

describe('--jitter', () => {
  it('waits before the run begins', async () => {
    await using w = await world(inSync)
    const startedAt = Date.now()
    const result = await w.run([...flags, '--jitter', '2s', '-v'])
    expect(result.exitCode).toBe(0)
    expect(result.stderr.split('\n')[0]).toBe(`info: waiting ${(wait / 1000).toFixed(1)} s (jitter)`)
    const {run} = reportOf(result)
    expect(Date.parse(run.startedAt)).toBeGreaterThan(startedAt + wait - 1000)
    expect(run.durationSeconds).toBeLessThan((Date.now() - startedAt - wait) / 1000)
  })

  it('does not wait in a dry run', async () => {
    await using w = await world(inSync)
    const startedAt = Date.now()
    expect((await w.run([...flags, '--jitter', '24h', '--dry-run'])).exitCode).toBe(0)
    expect(Date.now() - startedAt).toBeLessThan(20_000)
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at %s with a report, and calls nobody', async (signal, exitCode) => {
    await using w = await world(inSync)
    const result = await w.run([...flags, '--jitter', '24h', '-v'], {
      onStderr(text, kill) {
        if (text.includes('info: waiting')) kill(signal)
      },
    })
    expect(result.exitCode).toBe(exitCode)
    expect(reportOf(result)).toMatchObject({
      outcome: 'failed',
      cluster: 'test',
      watch,
      error: {code: 'CANCELLED', message: 'waiting for the jitter: interrupted'},
    })
    expect([...w.webhook.calls, ...w.gateway.calls]).toEqual([])
    expect(await w.tazuna.calls()).toEqual([])
  })

  it.each(['soon', '0s', '25h'])('ends with 64 for %s', async text => {
    await using w = await world(inSync)
    const {exitCode, stdout, stderr} = await w.run(['--jitter', text])
    expect({exitCode, stdout}).toEqual({exitCode: 64, stdout: ''})
    expect(stderr).toContain('It takes a duration of up to 24h')
  })
})
