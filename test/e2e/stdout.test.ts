import {execFile} from 'node:child_process'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'

import {describe, expect, it} from 'vitest'

import {bundle, cli} from '../support/cli.ts'
import {fixture} from '../support/state-diff-text.ts'
import {tempDir} from '../support/temp-dir.ts'
import {world} from '../support/world.ts'

const notWritten = /^error: writing to stdout: ENOSPC: .+ \(DELIVERY_FAILED\)\nhint: .+\n$/

describe.concurrent('a stdout that takes nothing, as on a full disk', () => {
  it.each<[string, string[]]>([
    ['a report as JSON', ['--format', 'json']],
    ['a report as text', []],
    ['a report as markdown', ['--format', 'markdown', '--fail-on', 'drift']],
  ])('makes exit code 74 for %s, after everybody was told', async (_title, words) => {
    await using w = await world()
    const {exitCode, stderr} = await w.run(words, {stdoutTo: '/dev/full'})
    expect({exitCode, stderr}).toEqual({exitCode: 74, stderr: expect.stringMatching(notWritten) as string})
    expect(w.webhook.calls).toHaveLength(1)
    expect(w.gateway.calls).toHaveLength(1)
  })

  it('leaves a run that failed its own code', async () => {
    await using w = await world()
    const env = {TAZUNA_WATCH_SOURCE: 'nowhere'}
    const {exitCode, stderr} = await w.run(['--format', 'json'], {env, stdoutTo: '/dev/full'})
    expect(exitCode).toBe(66)
    expect(stderr).toMatch(/^error: .+ \(SOURCE_NOT_FOUND\)\nhint: .+\nerror: writing to stdout: .+\nhint: .+\n$/)
  })

  it.each([
    ['help', ['--help']],
    ['help of a command', ['run', '--help']],
    ['the version', ['--version']],
    ['a schema', ['config', 'schema']],
    ['a completion script', ['completion', 'bash']],
    ['a parsed diff', ['parse']],
  ])('makes exit code 74 for %s', async (_title, words) => {
    const options = {stdin: fixture('state-diff/mixed.txt'), stdoutTo: '/dev/full'}
    const {exitCode, stderr} = await cli(words, options)
    expect({exitCode, stderr}).toEqual({exitCode: 74, stderr: expect.stringMatching(notWritten) as string})
  })

  it('is told of as an object where the log is one', async () => {
    const {exitCode, stderr} = await cli(['--log-format', 'json', 'config', 'schema'], {stdoutTo: '/dev/full'})
    expect(exitCode).toBe(74)
    expect(JSON.parse(stderr)).toMatchObject({level: 'error', code: 'DELIVERY_FAILED'})
  })
})

/** 20,000 rows make a document of several megabytes. */
const rows = Array.from({length: 20_000}, (_, index) => `  added          /v1/ConfigMap/web/c${index} abc`)
const long = `Manifest: web\n  STATUS         RESOURCE HASH\n${rows.join('\n')}\n\n`

describe('a stdout that is a file', () => {
  it('and takes only the beginning makes exit code 74: half a document is none', async () => {
    await using dir = await tempDir()
    const stdoutTo = join(dir.path, 'diff.json')
    const {exitCode, stderr} = await cli(['parse'], {stdin: long, stdoutTo, fileLimit: 100})
    expect({exitCode, stderr}).toEqual({
      exitCode: 74,
      stderr: expect.stringMatching(/^error: writing to stdout: EFBIG: .+ \(DELIVERY_FAILED\)\nhint: .+\n$/) as string,
    })
    expect((await readFile(stdoutTo)).length).toBeLessThan(200_000)
  })

  it('gets all of a long document', async () => {
    await using dir = await tempDir()
    const stdoutTo = join(dir.path, 'diff.json')
    expect(await cli(['parse'], {stdin: long, stdoutTo})).toMatchObject({exitCode: 0, stderr: ''})
    const {entries} = JSON.parse(await readFile(stdoutTo, 'utf8')) as {entries: unknown[]}
    expect(entries).toHaveLength(20_000)
  })
})

describe('a reader of stdout that is gone', () => {
  it.each([
    ['at once', 'true'],
    ['after a line', 'head -n 1 > /dev/null'],
  ])('%s is nobody’s fault', async (_title, reader) => {
    await using dir = await tempDir()
    await dir.write('diff.txt', long)
    const script = `{ "$1" "$2" parse diff.txt; echo "exit $?" >&2; } | ${reader}`
    const {stderr} = await shell(script, dir.path)
    expect(stderr).toBe('exit 0\n')
  })
})

/** Runs a script that has Node and the bundle as `$1` and `$2`. */
async function shell(script: string, cwd: string): Promise<{stderr: string}> {
  return await promisify(execFile)('/bin/sh', ['-c', script, 'sh', process.execPath, bundle], {cwd})
}
