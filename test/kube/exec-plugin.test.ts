import {readFile} from 'node:fs/promises'
import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {ExecPlugin} from '../../src/kube/access.ts'
import {runExecPlugin, type ExecOptions} from '../../src/kube/exec-plugin.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

const apiVersion = 'client.authentication.k8s.io/v1'
const answerOf = (status: unknown, more: object = {}) =>
  JSON.stringify({apiVersion, kind: 'ExecCredential', status, ...more})

describe('runExecPlugin', () => {
  let dir: TempDir
  beforeEach(async () => {
    dir = await tempDir()
  })
  afterEach(() => dir[Symbol.asyncDispose]())

  const write = (script: string, mode = 0o755) => dir.write('login', `#!/bin/sh\n${script}\n`, mode)
  const run = (plugin: Partial<ExecPlugin> = {}, options: Partial<ExecOptions> = {}) =>
    runExecPlugin(
      {command: `${dir.path}/login`, args: [], env: [], apiVersion, installHint: '', info: '{}', ...plugin},
      {
        env: {PATH: `${dir.path}:/usr/bin:/bin`, OURS: 'ours', UNSET: undefined},
        cwd: dir.path,
        timeout: 10_000,
        signal: new AbortController().signal,
        ...options,
      },
    )
  const failure = (plugin?: Partial<ExecPlugin>, options?: Partial<ExecOptions>) =>
    run(plugin, options).then(
      () => ({message: 'it gave a credential', hint: ''}),
      (error: Error & {hint: string}) => error,
    )

  it('runs the program on PATH with its words and variables, without input', async () => {
    await write(
      `echo "$@" > words; env > variables; pwd > folder; cat > input; echo '${answerOf({token: 'hunter22'})}'`,
    )
    const credential = await run({
      command: 'login',
      args: ['--region', 'a b'],
      env: [
        {name: 'OURS', value: 'theirs'},
        {name: 'REGION', value: 'tokyo'},
      ],
      info: '{"kind":"ExecCredential"}',
    })
    expect(credential).toMatchObject({certificate: null, expiresAt: null})
    expect(credential.token?.reveal()).toBe('hunter22')
    expect(inspect(credential)).not.toContain('hunter22')
    const read = (name: string) => readFile(`${dir.path}/${name}`, 'utf8')
    expect([await read('words'), await read('folder'), await read('input')]).toEqual([
      '--region a b\n',
      `${dir.path}\n`,
      '',
    ])
    const variables = (await read('variables')).split('\n')
    expect(variables).toEqual(
      expect.arrayContaining(['OURS=theirs', 'REGION=tokyo', 'KUBERNETES_EXEC_INFO={"kind":"ExecCredential"}']),
    )
    expect(variables.filter(line => /^(?:UNSET|HOME)=/.test(line))).toEqual([])
  })

  it.each([
    ['2026-11-21T09:00:00Z', '2026-11-21T09:00:00Z'],
    ['2026-11-21T18:00:00.5+09:00', '2026-11-21T09:00:00.5Z'],
  ])('takes a certificate and the time when it expires: %s', async (expirationTimestamp, expected) => {
    const status = {clientCertificateData: 'certificate', clientKeyData: 'hunter22', expirationTimestamp}
    await write(`echo '${answerOf(status, {spec: {}})}'`)
    const {token, certificate, expiresAt} = await run()
    expect(token).toBe(null)
    expect([certificate?.certificate, certificate?.key.reveal()]).toEqual(['certificate', 'hunter22'])
    expect(expiresAt).toBe(Date.parse(expected))
  })

  it.each([
    ['fails', 'echo hunter22; exit 3', /: exit 3$/],
    ['fails with words', 'echo hunter22; echo "session\n  expired" >&2; exit 1', /: exit 1: session expired$/],
    ['fails with many words', 'seq 1 9999 >&2; echo the end >&2; exit 1', /: exit 1: ….{200,290}9999 the end$/],
    ['is killed', 'kill -9 $$', /: it ended with SIGKILL$/],
  ])('says that it %s, which may pass, and nothing of what it printed', async (_title, script, text) => {
    await write(script)
    const error = await failure()
    expect(error).toMatchObject({name: 'KubeConfigError', isTemporary: true})
    expect(error.message).toMatch(/^running the credential plugin \/.*\/login: /)
    expect(error.message).toMatch(text)
    expect(inspect(error)).not.toContain('hunter22')
  })

  it.each([
    ['prints words', 'echo hunter22', /no ExecCredential with a status/],
    ['prints nothing', '', /no ExecCredential with a status/],
    ['prints another kind', `echo '{"kind":"hunter22"}'`, /no ExecCredential with a status/],
    ['prints no status', `echo '${answerOf(undefined, {spec: 'hunter22'})}'`, /no ExecCredential with a status/],
    ['speaks another version', `echo '${answerOf({token: 'hunter22'}, {apiVersion: 'v1'})}'`, /is not of client\.auth/],
    ['gives nothing', `echo '${answerOf({token: ''})}'`, /neither token nor certificate/],
    ['gives no key', `echo '${answerOf({clientCertificateData: 'hunter22'})}'`, /only one of certificate and key/],
    ['gives a strange token', `echo '${answerOf({token: 'hunter22 x'})}'`, /characters that no token can have/],
    [
      'gives a strange time',
      `echo '${answerOf({token: 'hunter22', expirationTimestamp: 'soon'})}'`,
      /no ExecCredential/,
    ],
    ['prints too much', 'yes hunter22 | head -c 1100000', /printed too much/],
  ])('says that it %s, which will not pass', async (_title, script, text) => {
    await write(script)
    const error = await failure()
    expect(error).toMatchObject({
      name: 'KubeConfigError',
      isTemporary: false,
      hint: expect.stringMatching(/by hand/) as unknown,
    })
    expect(error.message).toMatch(text)
    expect(inspect(error)).not.toContain('hunter22')
  })

  it('says what to install when there is no such program, or when it cannot be run', async () => {
    expect(await failure({command: 'no-such-login', installHint: 'brew install\nlogin'})).toMatchObject({
      message: 'running the credential plugin no-such-login: there is no such program',
      hint: 'brew install login',
    })
    await write('', 0o644)
    expect(await failure()).toMatchObject({
      message: expect.stringMatching(/: it is not executable$/) as unknown,
      hint: 'install it, or put its folder into PATH',
    })
  })

  it.each([
    ['that hangs', 'echo "waiting for a browser" >&2; sleep 60', /within 0.5 s: waiting for a browser$/],
    ['whose child holds its output', 'sleep 60 & echo hunter22', /within 0.5 s$/],
  ])('waits no longer than it may for one %s', async (_title, script, text) => {
    await write(script)
    const start = performance.now()
    const error = await failure({}, {timeout: 500})
    expect(error).toMatchObject({isTemporary: true, message: expect.stringMatching(text) as unknown})
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it('ends with its signal', async () => {
    await write('sleep 60')
    const controller = new AbortController()
    const ended = failure({}, {signal: controller.signal})
    setTimeout(() => controller.abort('SIGTERM'), 100)
    expect(await ended).toMatchObject({isTemporary: true, message: expect.stringMatching(/: interrupted$/) as unknown})
  })
})
