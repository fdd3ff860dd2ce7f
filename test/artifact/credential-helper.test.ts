import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {askHelper, type HelperOptions} from '../../src/artifact/credential-helper.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

describe('askHelper', () => {
  let bin: TempDir
  beforeEach(async () => {
    bin = await tempDir()
  })
  afterEach(() => bin[Symbol.asyncDispose]())

  const helper = (script: string, mode = 0o755) => bin.write('docker-credential-test', `#!/bin/sh\n${script}\n`, mode)
  const ask = (options: Partial<HelperOptions> = {}) =>
    askHelper({
      name: 'test',
      host: 'ghcr.io:443',
      env: {PATH: `${bin.path}:/usr/bin:/bin`, FOLDER: bin.path},
      attempt: attemptOf('pulling x'),
      signal: new AbortController().signal,
      ...options,
    })
  const failure = (options?: Partial<HelperOptions>) => ask(options).catch((error: unknown) => error)

  it('runs the program with the host on its input, and takes user and password', async () => {
    await helper(
      'echo "$@" > $FOLDER/words; cat > $FOLDER/input; echo \'{"ServerURL":"x","Username":"alice","Secret":"hunter22"}\'',
    )
    const credential = await ask()
    expect(credential).toMatchObject({kind: 'password', username: 'alice'})
    expect(credential?.kind === 'password' && credential.password.reveal()).toBe('hunter22')
    expect(inspect(credential)).not.toContain('hunter22')
    expect(await readFile(join(bin.path, 'words'), 'utf8')).toBe('get\n')
    expect(await readFile(join(bin.path, 'input'), 'utf8')).toBe('ghcr.io:443')
  })

  it('knows Docker Hub by its old name, and an identity token by its user', async () => {
    await helper('cat > $FOLDER/input; echo \'{"Username":"<token>","Secret":"tok-1234"}\'')
    expect(await ask({host: 'docker.io'})).toMatchObject({kind: 'identity', username: null})
    expect(await readFile(join(bin.path, 'input'), 'utf8')).toBe('https://index.docker.io/v1/')
  })

  it('takes a helper at its word that it knows nobody', async () => {
    await helper('echo "credentials not found in native keychain"; exit 1')
    expect(await ask()).toBeNull()
  })

  it.each([
    ['fails', 'echo "no such account"; exit 3', 'exit 3: no such account'],
    ['fails with a word on stderr', 'echo "cannot reach STS" >&2; exit 1', 'exit 1: cannot reach STS'],
    ['fails after an answer', 'echo \'{"Username":"a","Secret":"hunter22"}\'; exit 1', /: exit 1$/],
    ['quotes its secret', 'echo "the secret is hunter22" >&2; exit 1', /: exit 1$/],
    ['answers with words', 'echo hunter22', 'not a JSON object'],
    ['answers with no secret', 'echo \'{"Username":"hunter22","Secret":""}\'', 'not a JSON object'],
    ['answers with no user', 'echo \'{"Username":"","Secret":"hunter22"}\'', 'no Username'],
    ['answers with a list', 'echo \'["hunter22"]\'', 'not a JSON object'],
    ['is killed', 'kill -9 $$', 'it ended with SIGKILL'],
    ['prints too much', 'yes hunter22 | head -c 66000', 'more than 64 KiB'],
  ])('says that the helper %s, and shows no secret', async (_, script, text) => {
    await helper(script)
    const error = await failure()
    expect(error).toMatchObject({
      code: 'ARTIFACT_HELPER_FAILED',
      message: expect.stringMatching(/^pulling x: asking docker-credential-test: /) as unknown,
    })
    expect((error as Error).message).toMatch(text)
    expect(inspect(error, {depth: 10})).not.toContain('hunter22')
  })

  it('says that there is no such program, or that it cannot be run', async () => {
    expect(await failure()).toMatchObject({
      code: 'ARTIFACT_CREDENTIALS_INVALID',
      hint: expect.stringContaining('install docker-credential-test') as unknown,
      message: expect.stringMatching(/no such program on PATH/) as unknown,
    })
    await helper('', 0o644)
    expect(await failure()).toMatchObject({
      code: 'ARTIFACT_CREDENTIALS_INVALID',
      message: expect.stringMatching(/not executable/) as unknown,
    })
  })

  it.each(['../test', 'a b', 'x;touch y', '$(touch y)', '', 'a/b'])('runs nothing for the name %j', async name => {
    expect(await failure({name})).toMatchObject({code: 'ARTIFACT_CREDENTIALS_INVALID'})
  })

  it.each([
    ['sleep 60', 'that hangs'],
    ['sleep 60 & echo hunter22', 'whose child holds its output'],
  ])('waits no longer than it may for a helper: %s', async script => {
    await helper(script)
    const start = performance.now()
    expect(await failure({timeout: 300})).toMatchObject({
      code: 'ARTIFACT_HELPER_FAILED',
      message: expect.stringMatching(/within 0.3 s/) as unknown,
    })
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it('ends the helper with the run', async () => {
    await helper('sleep 60')
    const controller = new AbortController()
    const ended = failure({signal: controller.signal})
    setTimeout(() => controller.abort('SIGTERM'), 100)
    expect(await ended).toMatchObject({code: 'CANCELLED'})
    expect(await failure({signal: AbortSignal.abort('SIGTERM')})).toMatchObject({code: 'CANCELLED'})
  })
})
