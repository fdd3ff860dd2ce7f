import {mkdir, readdir, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'

import {describe, expect, it} from 'vitest'

import {canary, readAll, singing, type Canary} from '../support/canary.ts'
import type {CliResult} from '../support/cli.ts'
import {startGatewayReceiver, startWebhookReceiver, type WebhookReceiver} from '../support/webhook-receiver.ts'
import {world, type World} from '../support/world.ts'

const canaries = {
  bot: canary('Bot'),
  desk: canary('Desk'),
  newKey: canary('New key'),
  oldKey: canary('Old key'),
  bearer: canary('Bearer'),
  lab: canary('Lab'),
  alerts: canary('Alerts'),
  alertsUrl: canary('Alerts in a URL'),
  status: canary('Status'),
  gateway: canary('Gateway'),
}

/** Which secrets a receiver is to get, in the path or in headers. */
const owns = {
  slack: [canaries.bot],
  desk: [canaries.desk, canaries.bearer],
  lab: [canaries.lab],
  alerts: [canaries.alerts],
  moreAlerts: [canaries.alerts],
  status: [canaries.status],
  gateway: [canaries.gateway],
} as const satisfies Record<string, readonly Canary[]>

type Name = keyof typeof owns

/** A password that looks different in a URL, in JSON and in base64. */
const password = ({word}: Canary) => `"ü/${word}@:%`
const withUser = (url: string, user: string, secret: Canary) =>
  url.replace('//', `//${user}:${encodeURIComponent(password(secret))}@`)
const signingSecret = ({word}: Canary) => `whsec_${Buffer.from(word).toString('base64')}`

type Answer = {status: number; headers: Record<string, string>; body: string}

/** One receiver of each kind, and the secrets with which each is reached; their answers may be set at any time. */
type Scene = AsyncDisposable & {
  readonly w: World
  readonly tmp: string
  readonly receivers: Readonly<Record<Name, WebhookReceiver>>
  readonly answers: Readonly<Record<Name, Answer>>
  readonly env: Readonly<Record<string, string>>
  /** Everything that is secret, in each of its spellings. */
  readonly all: string
}

const taken: Readonly<Partial<Record<Name, string>>> = {
  slack: JSON.stringify({ok: true, channel: 'C0123ABC', ts: '1795250001.000100', message: {text: '…'}}),
}

async function openScene(): Promise<Scene> {
  const w = await world({memory: true})
  const tmp = join(w.dir.path, 'tmp')
  await mkdir(tmp)
  const names = Object.keys(owns) as Name[]
  const answers = Object.fromEntries(
    names.map(name => [name, {status: 200, headers: {}, body: taken[name] ?? ''}]),
  ) as Record<Name, Answer>
  const started = names.map(async name => {
    return [name, await (name === 'gateway' ? startGatewayReceiver : startWebhookReceiver)(answers[name])] as const
  })
  const receivers = Object.fromEntries(await Promise.all(started)) as Record<Name, WebhookReceiver>
  const {slack, desk, lab, alerts, moreAlerts, status, gateway} = receivers
  const env = {
    BOT: `xoxb-${canaries.bot.word}`,
    DESK: `${desk.url}/hooks/${canaries.desk.word}?team=a`,
    NEW_KEY: signingSecret(canaries.newKey),
    OLD_KEY: signingSecret(canaries.oldKey),
    BEARER: canaries.bearer.word,
    LAB: withUser(`${lab.url}/lab`, 'lab', canaries.lab),
    ALERTS: password(canaries.alerts),
  }
  const urls = {
    moreAlerts: withUser(moreAlerts.url, 'alerts', canaries.alertsUrl),
    // a user without a password is a token
    status: status.url.replace('//', `//${canaries.status.word}@`),
    gateway: withUser(gateway.url, 'gateway', canaries.gateway),
  }
  await w.dir.write(
    'tazuna-watch.yaml',
    `apiVersion: tazuna-watch/v1
interval: 1h
notifiers:
  - {type: slack, token: {env: BOT}, channel: "#ops", apiUrl: "${slack.url}/api"}
  - {type: webhook, name: desk, url: {env: DESK}, signingSecret: [{env: NEW_KEY}, {env: OLD_KEY}], bearerToken: {env: BEARER}}
  - {type: webhook, name: lab, url: {env: LAB}}
metrics: {pushgateway: {url: "${urls.gateway}"}}
alertmanager:
  urls: ["${alerts.url}", "${urls.moreAlerts}"]
  basicAuth: {username: bot, password: {env: ALERTS}}
status: [{type: gitops-status, url: "${urls.status}"}]
`,
  )
  const inUrls = [canaries.lab, canaries.alertsUrl, canaries.gateway]
  const secrets = [
    ...Object.values(env),
    ...Object.values(urls),
    ...inUrls.map(password),
    canaries.desk.word,
    canaries.status.word,
  ]
  return {
    w,
    tmp,
    receivers,
    answers,
    env,
    all: secrets.flatMap(spellings).join(' '),
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(receivers).map(receiver => receiver.close()))
      await w[Symbol.asyncDispose]()
    },
  }
}

/** The secret itself, and what it becomes in a log, a URL or a header. */
function spellings(secret: string): string[] {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), JSON.stringify(secret)]
}

async function run(scene: Scene, args: readonly string[] = [], env: Record<string, string> = {}): Promise<CliResult> {
  await rm(join(scene.w.dir.path, 'report'), {force: true})
  return await scene.w.run(['--output', 'report', '-v', ...args], {
    env: {
      ...scene.env,
      PUSHGATEWAY_URL: '',
      SLACK_WEBHOOK_URL: '',
      TMPDIR: scene.tmp,
      NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
      ...env,
    },
  })
}

/** All that leaves the process, by where it goes, but for what a receiver needs to be reached. */
async function everythingShown({w, tmp, receivers}: Scene, result: CliResult): Promise<Record<string, string>> {
  expect((await readdir(tmp)).filter(name => name.startsWith('tazuna-watch'))).toEqual([])
  const files = Object.entries(await readAll(w.dir.path)).map(
    ([path, text]) => [relative(w.dir.path, path), text] as const,
  )
  return {
    stdout: result.stdout,
    stderr: result.stderr,
    'calls of tazuna': JSON.stringify(await w.tazuna.calls()),
    ...Object.fromEntries(Object.entries(receivers).map(([name, {calls}]) => [name, bodiesOf(calls)])),
    ...Object.fromEntries(files.filter(([path]) => path !== 'tazuna-watch.yaml')),
  }
}

function bodiesOf(calls: WebhookReceiver['calls']): string {
  return calls.map(({body}) => body).join('\n')
}

async function expectNoSong(scene: Scene, result: CliResult): Promise<Record<string, string>> {
  const shown = await everythingShown(scene, result)
  expect(singing(Object.values(canaries), shown)).toEqual([])
  for (const [name, {calls}] of Object.entries(scene.receivers)) {
    const others = Object.values(canaries).filter(one => !(owns[name as Name] as readonly Canary[]).includes(one))
    expect(singing(others, {[name]: JSON.stringify(calls)})).toEqual([])
  }
  return shown
}

const asText = (all: string) => all
const asJson = (all: string) => JSON.stringify({message: all, error: all})
/** With URLs where nobody is. */
function lost(text: string): string {
  let port = 0
  return text.replaceAll(/(127\.0\.0\.1):\d+/g, (_, host: string) => `${host}:${(port += 1)}`)
}

const eachRefuses = (status: number, said: string) =>
  new RegExp(
    [
      `slack.*${status}`,
      `desk.*${status}`,
      `lab.*${status}`,
      `pushgateway.*${status}: ${said}`,
      `alertmanager:.*${status}: ${said}`,
      `alertmanager-2:.*${status}: ${said}`,
      `gitops-status.*${status}: ${said}`,
    ].join('[^]*'),
  )

describe.concurrent('no secret of a receiver is seen', () => {
  it.each([['json'], ['text']])('when all goes well, as %s', async format => {
    await using scene = await openScene()
    const result = await run(scene, ['--format', format])
    const shown = await expectNoSong(scene, result)
    expect(result.exitCode).toBe(0)
    for (const {calls} of Object.values(scene.receivers)) expect(calls).toHaveLength(1)
    for (const [name, secrets] of Object.entries(owns)) {
      const sung = singing(secrets, {[name]: JSON.stringify(scene.receivers[name as Name].calls)})
      expect(sung.length, name).toBeGreaterThanOrEqual(secrets.length)
    }
    const memory = Object.entries(shown).find(([path]) => path.startsWith(join('.local', 'state')))
    for (const part of ['"alertReceivers"', '"reference"', '1795250001.000100']) expect(memory?.[1]).toContain(part)
  })

  it.each([['json'], ['text']])('in a dry run as %s', async format => {
    await using scene = await openScene()
    const result = await run(scene, ['--dry-run', '--format', format])
    await expectNoSong(scene, result)
    expect(result.exitCode).toBe(0)
    expect(result.stdout).toMatch(/C0123ABC|#ops/)
    expect(result.stdout).toContain('TazunaDrift')
    for (const {calls} of Object.values(scene.receivers)) expect(calls).toEqual([])
  })

  it.each([
    [400, asText],
    [401, asJson],
    [404, asText],
    [503, asJson],
  ])('when all refuse with %i and repeat all of them', async (status, toBody) => {
    await using scene = await openScene()
    const headers = {'retry-after': '3600', location: '/login'}
    for (const answer of Object.values(scene.answers)) {
      Object.assign(answer, {status, headers, body: toBody(scene.all)})
    }
    const result = await run(scene, ['--format', 'json'])
    await expectNoSong(scene, result)
    expect(result.exitCode).toBe(74)
    expect(result.stderr).toMatch(eachRefuses(status, '.*\\[redacted\\]'))
  })

  it('when Slack says no and repeats all of them', async () => {
    await using scene = await openScene()
    const {all, answers} = scene
    answers.slack.body = JSON.stringify({ok: false, error: all, needed: all, response_metadata: {messages: [all]}})
    const result = await run(scene, ['--format', 'text'])
    await expectNoSong(scene, result)
    expect(result.exitCode).toBe(74)
    expect(result.stderr + result.stdout).toMatch(/notifier slack.*failed.*\[redacted\]/)
  })

  it('when tazuna repeats all of them', async () => {
    await using scene = await openScene()
    const stopError = `failed to build manifest "api": ${scene.all}`
    const knobs = scene.w.tazuna.envWith({faultyCommands: ['diff'], stopAt: 'api', stopError})
    const result = await run(scene, ['--format', 'json'], knobs)
    await expectNoSong(scene, result)
    expect(result.exitCode).toBe(69)
    expect(result.stdout).toContain('failed to build manifest')
    expect(bodiesOf(scene.receivers.slack.calls)).toContain('[redacted]')
  })

  it('when nobody is there', async () => {
    await using scene = await openScene()
    const path = join(scene.w.dir.path, 'tazuna-watch.yaml')
    // a notifier that is not there takes seconds, and the next one waits for it: one of them is enough
    const keep = scene.receivers.slack.url
    const config = lost(await readFile(path, 'utf8')).replace(/apiUrl: "[^"]+"/, `apiUrl: "${keep}/api"`)
    await scene.w.dir.write('tazuna-watch.yaml', config)
    const result = await run(scene, ['--format', 'json'], {LAB: lost(scene.env['LAB'] ?? '')})
    await expectNoSong(scene, result)
    expect(result.exitCode).toBe(74)
    expect(result.stderr.match(/^error: telling .*(?:was not reached|ECONNREFUSED)/gm)).toHaveLength(5)
  })

  it('when none of them is what it is to be', async () => {
    await using scene = await openScene()
    const {BOT = '', DESK = '', NEW_KEY = '', LAB = ''} = scene.env
    const bad = {BOT: `${BOT} x`, DESK: DESK.replace('http://', ''), NEW_KEY: `${NEW_KEY}!`, LAB: `lab:${LAB}`}
    const result = await run(scene, ['--format', 'json'], bad)
    await expectNoSong(scene, result)
    expect(result.exitCode).toBe(78)
    const checked = await scene.w.run(['config', 'check'], {env: {...scene.env, ...bad}})
    await expectNoSong(scene, checked)
    expect(checked.exitCode).toBe(78)
    for (const {stderr} of [result, checked]) {
      for (const name of ['BOT', 'DESK', 'LAB'])
        expect(stderr).toMatch(new RegExp(`variable ${name}: .*SECRET_MISSING`))
    }
  })

  it('in the words of other commands', async () => {
    await using scene = await openScene()
    const env = {...scene.env, PUSHGATEWAY_URL: '', SLACK_WEBHOOK_URL: ''}
    for (const answer of Object.values(scene.answers)) Object.assign(answer, {status: 400, body: scene.all})
    for (const [words, exitCode, seen] of [
      [['config', 'show'], 0, 'basicAuth'],
      [['config', 'check'], 0, 'alertmanager-2'],
      [['notify', 'test', '-v'], 74, '[redacted]'],
    ] as const) {
      const result = await scene.w.run(words, {env})
      await expectNoSong(scene, result)
      expect({words, exitCode: result.exitCode}).toEqual({words, exitCode})
      expect(result.stdout).toContain(seen)
    }
  })

  it('in what is said of a URL that is none', async () => {
    await using scene = await openScene()
    const path = join(scene.w.dir.path, 'tazuna-watch.yaml')
    const text = await readFile(path, 'utf8')
    await scene.w.dir.write('tazuna-watch.yaml', text.replaceAll(/http:(\/\/[^"]+@)/g, 'gopher:$1'))
    const result = await run(scene, ['--format', 'json'])
    await expectNoSong(scene, result)
    expect(result.exitCode).toBe(78)
    expect(result.stderr.match(/write a URL that begins with http:\/\//g)).toHaveLength(3)
  })

  it('by tazuna', async () => {
    await using scene = await openScene()
    const names = [...Object.keys(scene.env), 'OTHER']
    const result = await run(scene, [], {OTHER: 'x', ...scene.w.tazuna.envWith({callsEnv: names})})
    await expectNoSong(scene, result)
    expect(result.exitCode).toBe(0)
    const calls = await scene.w.tazuna.calls()
    expect(calls).toHaveLength(3)
    for (const {env} of calls) expect(env).toEqual({OTHER: 'x'})
  })
})
