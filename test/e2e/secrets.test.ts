import {mkdir, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'

import {describe, expect, it} from 'vitest'

import {addArchive} from '../artifact/artifact-builder.ts'
import {canary, readAll, singing} from '../support/canary.ts'
import type {CliResult} from '../support/cli.ts'
import {startFakeRegistry, type FakeRegistry} from '../support/fake-registry.ts'
import type {StandInOptions} from '../support/stand-in.ts'
import {file, tar} from '../support/tar.ts'
import {startGatewayReceiver, startWebhookReceiver, type WebhookReceiver} from '../support/webhook-receiver.ts'
import {world, type World} from '../support/world.ts'

const canaries = {
  hook: canary('Hook'),
  gateway: canary('Gateway'),
  registry: canary('Registry'),
  unknown: canary('Unknown'),
}

/** A password that looks different in a URL, in JSON and in base64. */
const password = (word: string) => `"ü/${word}@:%`

/** Receivers that misbehave on demand; their answers may be set once their URLs are known. */
type Scene = {
  readonly w: World
  readonly registry: FakeRegistry
  readonly hookUrl: string
  readonly gatewayUrl: string
  readonly hook: {status: number; body: string}
  readonly gateway: {status: number; body: string}
}

type Case = {
  title: string
  /** Of the process. */
  exitCode: number
  args?: readonly string[]
  /** Default JSON. */
  format?: 'text'
  /** Changes the answers; its result goes over the environment. */
  prepare?: (scene: Scene) => Record<string, string> | void
  /** What must be seen of it: or nothing was proven. */
  seen: RegExp
}

/** The secret itself, and what it becomes in a log, a URL or a header. */
function spellings(secret: string): string {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), JSON.stringify(secret)].join(' ')
}

const basic = (user: string, word: string) => Buffer.from(`${user}:${password(word)}`).toString('base64')
const registryLogin = basic('puller', canaries.registry.word)
const gatewayLogin = basic('pusher', canaries.gateway.word)

const fault = ({w}: Scene, knobs: StandInOptions) => w.tazuna.envWith({faultyCommands: ['diff'], ...knobs})

const cases: readonly Case[] = [
  {title: 'all goes well', exitCode: 0, seen: /drift in 1 Manifest/},
  {title: 'all goes well and is told as text', exitCode: 0, format: 'text', seen: /DRIFT/},
  {title: 'it is a dry run', exitCode: 0, args: ['--dry-run'], seen: /# PUT \/metrics/},
  {title: 'it is a dry run as text', exitCode: 0, format: 'text', args: ['--dry-run'], seen: /# PUT \/metrics/},
  {
    title: 'Slack repeats its URL',
    exitCode: 74,
    prepare: ({hook, hookUrl}) => {
      hook.status = 404
      hook.body = `no such hook: ${spellings(hookUrl)}`.slice(0, 16_000)
    },
    seen: /Slack answered 404 no such hook: \[redacted\]/,
  },
  {
    title: 'Slack repeats a part of its URL',
    exitCode: 74,
    format: 'text',
    prepare: ({hook, hookUrl}) => {
      hook.status = 403
      hook.body = `${new URL(hookUrl).pathname} ${canaries.hook.word}`
    },
    seen: /Slack answered 403 \[redacted\]/,
  },
  {
    title: 'Slack is not there',
    exitCode: 74,
    prepare: ({hookUrl}) => ({SLACK_WEBHOOK_URL: hookUrl.replace(/:\d+/, ':1')}),
    seen: /Slack was not reached: connect ECONNREFUSED/,
  },
  {
    title: 'the URL of Slack is none',
    exitCode: 78,
    prepare: () => ({SLACK_WEBHOOK_URL: `hooks.slack.com/services/T0/B0/${canaries.hook.word}`}),
    seen: /SLACK_WEBHOOK_URL: it is not a URL/,
  },
  {
    title: 'the Pushgateway repeats its URL and the login',
    exitCode: 74,
    prepare: ({gateway, gatewayUrl}) => {
      gateway.status = 400
      gateway.body = `bad push to ${gatewayUrl}: ${gatewayLogin} ${spellings(password(canaries.gateway.word))}`
    },
    seen: /the Pushgateway answered 400: bad push to /,
  },
  {
    title: 'the URL of the Pushgateway is none',
    exitCode: 78,
    prepare: () => ({PUSHGATEWAY_URL: `gw://ci:${canaries.gateway.word}@gateway:9091`}),
    seen: /PUSHGATEWAY_URL: metrics\.pushgateway\.url/,
  },
  {
    title: 'the registry refuses the login and repeats it',
    exitCode: 66,
    prepare: ({registry}) => {
      const message = `who is ${registryLogin}? ${password(canaries.registry.word)}`
      const body = JSON.stringify({errors: [{code: 'UNAUTHORIZED', message}]})
      registry.answer('manifests/prod', {status: 401, headers: {'www-authenticate': 'Basic realm="x"'}, body})
      return {TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`}
    },
    seen: /ARTIFACT_AUTH_FAILED/,
  },
  {
    title: 'the registry denies and repeats the login',
    exitCode: 66,
    prepare: ({registry}) => {
      const message = `not for ${registryLogin}, ${spellings(password(canaries.registry.word))}`
      registry.answer('manifests/prod', {status: 403, body: JSON.stringify({errors: [{code: 'DENIED', message}]})})
      return {TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`}
    },
    seen: /DENIED: not for \[redacted\]/,
  },
  {
    title: 'the artifact comes from a registry with a login',
    exitCode: 69,
    prepare: ({registry}) => {
      registry.requireLogin('puller', password(canaries.registry.word))
      return {TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`}
    },
    seen: /NOTHING_CHECKED/,
  },
  {
    title: 'user and password stand in the reference',
    exitCode: 78,
    args: ['--source', `oci://ci:${canaries.unknown.word}@127.0.0.1/acme/config:prod`],
    seen: /CONFIG_INVALID/,
  },
  {
    title: 'tazuna repeats every secret in its error',
    exitCode: 69,
    format: 'text',
    prepare: scene => {
      const all = [scene.hookUrl, canaries.hook.word, password(canaries.gateway.word), scene.gatewayUrl]
      const stopError = `failed to build manifest "api": ${all.map(spellings).join(' ')} https://ci:${canaries.unknown.word}@git.example/x`
      return fault(scene, {stopAt: 'api', stopError})
    },
    seen: /failed to build manifest ."api.": \[redacted\]/,
  },
  {
    title: 'tazuna prints a secret where a row should be',
    exitCode: 70,
    prepare: scene => fault(scene, {extraLine: `curl ${scene.hookUrl}`}),
    seen: /line \d+ is .{1,2}curl \[redacted\]/,
  },
  {
    title: 'tazuna panics with a secret',
    exitCode: 69,
    prepare: scene =>
      fault(scene, {rawStderr: Buffer.from(`panic: POST ${scene.hookUrl}\n`).toString('hex'), panicAt: 'api'}),
    seen: /it crashed \(exit code 2\): POST \[redacted\]/,
  },
  {
    title: 'tazuna warns with a secret',
    exitCode: 69,
    prepare: scene => fault(scene, {rawStderr: Buffer.from(skipWarning(scene.hookUrl)).toString('hex')}),
    seen: /skipping.* url=\[redacted\]/,
  },
]

function skipWarning(text: string): string {
  return `time=2026-11-20T09:00:00.000Z level=WARN msg="skipping" url=${text}\n`
}

describe('no secret is seen', () => {
  it.concurrent.each(cases)('when $title', async oneCase => {
    await using scene = await openScene()
    const result = await runIn(scene, oneCase)
    const shown = await everythingShown(scene, result)
    expect(result.exitCode).toBe(oneCase.exitCode)
    expect(singing(Object.values(canaries), shown)).toEqual([])
    expect(Object.values(shown).join('\n')).toMatch(oneCase.seen)
  })

  it.concurrent.each(
    [0, 16].flatMap(from => {
      // wherever a text is cut, one of the two halves a secret there
      const text = '-'.repeat(from) + ` ${canaries.hook.word}`.repeat(600)
      return [
        ['in an error', {stopAt: 'api', stopError: text}],
        ['on a line', {extraLine: text}],
        ['in a warning', {rawStderr: hex(skipWarning(text))}],
        ['in the last words', {rawStderr: hex(text), exitCode: 1}],
      ] as [string, StandInOptions][]
    }),
  )('when a text full of it is cut %s', async (_where, knobs) => {
    await using scene = await openScene()
    const result = await runIn(scene, {prepare: () => fault(scene, knobs)})
    const shown = await everythingShown(scene, result)
    expect(singing([canaries.hook], shown)).toEqual([])
    expect(shown['stderr']).toContain('[redacted]')
  })

  it('to tazuna, but for what it is to have', async () => {
    await using scene = await openScene()
    const own = {NAMED_HOOK: scene.hookUrl, NAMED_PASSWORD: password(canaries.gateway.word), KUBE_TOKEN: 'token'}
    await scene.w.dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1
tazuna: {passEnv: [NAMED_PASSWORD]}
notifiers: [{type: slack, webhookUrl: {env: NAMED_HOOK}}]
metrics: {pushgateway: {url: "${new URL('/', scene.gatewayUrl).origin}", basicAuth: {username: pusher, password: {env: NAMED_PASSWORD}}}}
`,
    )
    const names = [...Object.keys(own), 'SLACK_WEBHOOK_URL', 'PUSHGATEWAY_URL', 'DOCKER_CONFIG']
    const result = await runIn(scene, {prepare: () => ({...own, ...scene.w.tazuna.envWith({callsEnv: names})})})
    expect(result).toMatchObject({exitCode: 0, stderr: ''})
    const calls = await scene.w.tazuna.calls()
    expect(calls).toHaveLength(3)
    for (const {argv, env} of calls) {
      expect(argv.join(' ')).toMatch(/^(?:state (?:list|diff) -f tazuna\.yaml|--version)$/)
      expect(env).toEqual({
        NAMED_PASSWORD: own.NAMED_PASSWORD,
        KUBE_TOKEN: 'token',
        DOCKER_CONFIG: join(scene.w.dir.path, 'docker'),
      })
    }
    expect(scene.w.webhook.calls).toEqual([])
  })

  it('in the words of a check of the config', async () => {
    await using scene = await openScene()
    const result = await scene.w.run(['config', 'check', '--source', `oci://ci:${canaries.unknown.word}@host/x`], {
      env: {SLACK_WEBHOOK_URL: scene.hookUrl, PUSHGATEWAY_URL: scene.gatewayUrl},
    })
    expect(singing(Object.values(canaries), {stdout: result.stdout, stderr: result.stderr})).toEqual([])
    expect(result.stderr).toContain('source.oci: reading the reference "[redacted]@host/x": it holds a user')
  })

  it('in a file, when the password comes from one', async () => {
    await using scene = await openScene()
    await scene.w.dir.write('secrets/password', `${password(canaries.gateway.word)}\n`, 0o600)
    await scene.w.dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1
metrics: {pushgateway: {url: "${new URL('/', scene.gatewayUrl).origin}", basicAuth: {username: pusher, password: {file: secrets/password}}}}
`,
    )
    scene.gateway.status = 401
    scene.gateway.body = `not you: ${gatewayLogin} ${spellings(password(canaries.gateway.word))}`
    const result = await runIn(scene, {})
    expect(result.exitCode).toBe(74)
    const {'secrets/password': _, ...shown} = await everythingShown(scene, result)
    expect(singing(Object.values(canaries), shown)).toEqual([])
    expect(result.stderr).toContain('the Pushgateway answered 401: not you: [redacted] [redacted]')
  })
})

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}

type OpenScene = Scene & AsyncDisposable & {readonly receivers: readonly WebhookReceiver[]; readonly tmp: string}

async function openScene(): Promise<OpenScene> {
  const w = await world()
  const registry = await startFakeRegistry()
  const hook = {status: 200, body: 'ok'}
  const gateway = {status: 200, body: ''}
  const receivers = [await startWebhookReceiver(hook), await startGatewayReceiver(gateway)]
  const tmp = join(w.dir.path, 'tmp')
  await mkdir(tmp)
  addArchive(registry, tar([file('tazuna.yaml', 'kind: Tazuna\nspec: {manifests: []}\n')]))
  const login = {[registry.host]: {auth: registryLogin}}
  await w.dir.write('docker/config.json', JSON.stringify({auths: login}), 0o600)
  const userinfo = `pusher:${encodeURIComponent(password(canaries.gateway.word))}`
  return {
    w,
    registry,
    hook,
    gateway,
    receivers,
    tmp,
    hookUrl: `${receivers[0]!.url}/services/T000/B000/${canaries.hook.word}`,
    gatewayUrl: receivers[1]!.url.replace('//', `//${userinfo}@`),
    async [Symbol.asyncDispose]() {
      await Promise.all(receivers.map(receiver => receiver.close()))
      await registry[Symbol.asyncDispose]()
      await w[Symbol.asyncDispose]()
    },
  }
}

/** Runs with every secret in its place, so that each can leak in each run. */
async function runIn(
  scene: OpenScene,
  {args = [], format, prepare}: Pick<Case, 'args' | 'format' | 'prepare'>,
): Promise<CliResult> {
  const {w, hookUrl, gatewayUrl, tmp} = scene
  const env = {
    SLACK_WEBHOOK_URL: hookUrl,
    PUSHGATEWAY_URL: gatewayUrl,
    DOCKER_CONFIG: 'docker',
    TMPDIR: tmp,
    NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
    ...prepare?.(scene),
  }
  await rm(join(w.dir.path, 'report'), {force: true})
  return await w.run(['--format', format ?? 'json', '--output', 'report', ...args], {env})
}

/** All that leaves the process, by where it goes. What a receiver needs to be reached is no leak. */
async function everythingShown(
  {w, receivers, registry, tmp}: OpenScene,
  result: CliResult,
): Promise<Record<string, string>> {
  expect((await readdir(tmp)).filter(name => name.startsWith('tazuna-watch'))).toEqual([])
  const files = await readAll(w.dir.path)
  return {
    stdout: result.stdout,
    stderr: result.stderr,
    output: await readFile(join(w.dir.path, 'report'), 'utf8'),
    messages: receivers[0]!.calls.map(({body}) => body).join('\n'),
    pushes: receivers[1]!.calls.map(({path, body}) => path + body).join('\n'),
    'calls of the registry': registry.paths().join('\n'),
    'calls of tazuna': JSON.stringify(await w.tazuna.calls()),
    ...Object.fromEntries(
      Object.entries(files)
        .map(([path, text]) => [relative(w.dir.path, path), text] as const)
        .filter(([path]) => path !== join('docker', 'config.json')),
    ),
  }
}
