import {describe, expect, it} from 'vitest'

import {stderrReader} from '../../src/tazuna/stderr.ts'
import {fixture} from '../support/state-diff-text.ts'

async function read(...pieces: string[]) {
  const reader = stderrReader()
  await reader.read(
    (async function* () {
      for (const piece of pieces) yield Buffer.from(piece)
    })(),
  )
  return reader.end()
}

describe('stderrReader', () => {
  it('finds the error and counts the Manifest without a name', async () => {
    expect(await read(fixture('state-diff/partial.stderr.txt'))).toMatchObject({
      error: expect.stringMatching(/^failed to build manifest "payments": failed to render release/) as string,
      panic: null,
      skipped: {named: [], unnamed: 1, unattributed: []},
    })
  })

  it('takes the first line of an error with a stack trace', async () => {
    const {error} = await read(
      'error: failed to build manifest "web": boom\n(1) attached stack trace\n  -- stack trace:\n',
    )
    expect(error).toBe('failed to build manifest "web": boom')
  })

  it.each([
    ['time=x level=WARN msg="parallel manifest is not supported for state diff, skipping" name=jobs', ['jobs'], 0, 0],
    ['time=x level=WARN msg="skipping manifest" manifest="my \\"web\\""', ['my "web"'], 0, 0],
    ['time=x level=WARN msg="manifest has no name, skipping state diff" index=0 type=kustomize', [], 1, 0],
    ['time=x level=WARN msg="something odd, skipping" index=0', [], 0, 1],
    ['time=x level=WARN msg="deprecated field"', [], 0, 0],
    ['time=x level=INFO msg="skipping cache"', [], 0, 0],
  ])('reads %s', async (line, named, unnamed, unattributed) => {
    const {skipped} = await read(`${line}\n`)
    expect(skipped).toMatchObject({named, unnamed})
    expect(skipped.unattributed).toHaveLength(unattributed)
  })

  it('counts skipped Manifests also where they have left the last 64 KiB', async () => {
    const warn = 'time=x level=WARN msg="manifest has no name, skipping state diff" index=0\n'
    const {skipped, tail} = await read(warn, 'noise\n'.repeat(20_000), warn)
    expect(skipped.unnamed).toBe(2)
    expect(tail.length).toBe(64 * 1024)
  })

  it('recognises a panic, with the pieces cut anywhere', async () => {
    const {panic, error} = await read(
      'pan',
      'ic: runtime error: invalid memory address\n[signal SIGSEGV]\n\ngorout',
      'ine 1 [running]:\n',
    )
    expect(panic).toBe('runtime error: invalid memory address')
    expect(error).toBeNull()
  })

  it('reads a last line without newline', async () => {
    expect((await read('error: boom')).error).toBe('boom')
  })

  it('keeps memory bounded for a line that never ends', async () => {
    const {tail} = await read(...Array.from({length: 50}, () => 'x'.repeat(64 * 1024)))
    expect(tail.length).toBe(64 * 1024)
  })
})
