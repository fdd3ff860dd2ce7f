import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import type {Credential} from '../../src/artifact/credential.ts'
import type {PullOptions} from '../../src/artifact/pull.ts'
import {pullDeadline} from '../../src/artifact/pull-deadline.ts'
import {parseReference} from '../../src/artifact/reference.ts'
import {openRegistry, type RegistryAnswer, type RegistryRequest} from '../../src/artifact/registry.ts'
import {WatchError} from '../../src/errors.ts'
import {httpClient, type Http} from '../../src/http.ts'
import {errorCodes} from '../../src/model/error-code.ts'
import type {StoredDescriptor} from '../support/fake-registry.ts'
import {hostileScenarios, sent, type HostileScenario} from '../support/hostile-registry.ts'
import {startRecorder, type Recorder} from '../support/recorder.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {alice, asked, hostileCases} from './hostile-cases.ts'
import {instantTiming, only, openPullWorld, type PullWorld} from './pull-world.ts'

describe('a registry that', () => {
  let world: PullWorld
  let elsewhere: Recorder
  let layer: StoredDescriptor
  beforeEach(async () => {
    world = await openPullWorld()
    elsewhere = await startRecorder()
    layer = addFileLayer(world.registry, 'tazuna.yaml', 'content')
    addArtifact(world.registry, [layer])
  })
  afterEach(async () => {
    await elsewhere[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  function become(scenario: HostileScenario): void {
    hostileScenarios[scenario]({registry: world.registry, elsewhere, layer})
  }

  const known = (credential: Credential) => ({credentials: only(credential, world.registry.host)})
  const arrived = () => sent(world.registry.calls).map(call => call.replace(`blobs/${layer.digest}`, 'blob'))

  /** What a pull came to, and what it left. */
  async function pullOnce(options: Partial<PullOptions>) {
    const outcome = await world.pull(':prod', options).catch((error: unknown) => error)
    if (!(outcome instanceof WatchError)) {
      await (outcome as AsyncDisposable)[Symbol.asyncDispose]()
      return {code: null, message: '', exit: null, shown: '', left: await world.leftovers()}
    }
    const {code, message} = outcome
    const left = await world.leftovers()
    return {code, message, exit: errorCodes[code].exit, shown: inspect(outcome, {depth: 10}), left}
  }

  it.each(hostileCases.map(one => ({...one, end: one.code ?? 'it is used all the same'})))(
    '$scenario: $end',
    async ({scenario, code, says, registry, elsewhere: led = [], ...given}) => {
      if (given.login) world.registry.requireLogin('alice', 'hunter22')
      become(scenario)
      const credential = given.login ? alice : given.credential
      const options = credential === undefined ? {} : known(credential)
      const end = await pullOnce(options)
      expect(end).toMatchObject({code, left: []})
      expect(end.message).toMatch(says ?? /^/)
      expect(end.message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(end.message.length).toBeLessThan(800)
      expect([null, 66, 75]).toContain(end.exit)
      expect(end.shown).not.toMatch(/hunter22|aHVudGVy|Signature|token-1/)
      expect(arrived()).toEqual(registry)
      expect(sent(elsewhere.calls)).toEqual(led)
      expect(world.waits).toEqual(given.waits ?? [])
      expect(world.registry.calls.every(({headers}) => headers['accept-encoding'] === 'identity')).toBe(true)
      expect(elsewhere.calls.every(({headers}) => headers['accept-encoding'] === 'identity')).toBe(true)
    },
  )

  it('has no behaviour that is not tried', () => {
    const tried = new Set<string>([...hostileCases.map(({scenario}) => scenario), ...alone])
    expect(Object.keys(hostileScenarios).filter(name => !tried.has(name))).toEqual([])
  })

  /** The scenarios that have tests of their own. */
  const alone: readonly HostileScenario[] = [
    'redirects the referrers to its web pages',
    'sends one byte at a time',
    'does not answer, then stops in a body',
    'refuses HEAD',
    'has storage that refuses HEAD',
  ]

  it('does not answer, then stops in a body, is waited for 30 s each time', async () => {
    become('does not answer, then stops in a body')
    const patience: unknown[] = []
    const http = httpClient({env: {}})
    const impatient: Http = {
      ...http,
      request(request) {
        patience.push([request.headersTimeout, request.bodyTimeout])
        return http.request({...request, headersTimeout: 300, bodyTimeout: 300})
      },
    }
    await using artifact = await world.pull(':prod', {http: impatient})
    expect(artifact.files).toBe(1)
    expect(arrived()).toEqual([asked, asked, 'GET blob', 'GET blob'])
    expect(patience).toEqual(Array.from({length: 4}, () => [30_000, 30_000]))
    expect(world.waits).toEqual([250, 250])
    await http.close()
  })

  it('sends one byte at a time is ended by source.timeout, and not tried again', async () => {
    become('sends one byte at a time')
    using deadline = pullDeadline(new AbortController().signal, 60)
    expect(await world.failure(':prod', {signal: deadline.signal})).toMatchObject({
      code: 'ARTIFACT_TIMEOUT',
      message: expect.stringMatching(/: it took longer than the 0\.06 s of source\.timeout$/) as unknown,
    })
    expect(arrived()).toEqual([asked, 'GET blob'])
  })

  async function ask(request: Partial<RegistryRequest>): Promise<unknown> {
    const {registry, waits} = world
    const http = httpClient({env: {}})
    const reference = parseReference(`oci://${registry.host}/acme/config:prod`)
    const options = {http, reference, plainHttp: false, onSecret: () => undefined, timing: instantTiming(waits)}
    const opened = openRegistry({...options, ...known(alice)})
    const attempt = attemptOf('asking')
    const {signal} = new AbortController()
    try {
      return await opened
        .get({path: 'manifests/prod', attempt, signal, ...request}, takeDigest)
        .catch((error: unknown) => error)
    } finally {
      await http.close()
    }
  }

  it('redirects the referrers to its web pages is not followed', async () => {
    become('redirects the referrers to its web pages')
    expect(await ask({path: 'referrers/sha256:0'})).toMatchObject({code: 'ARTIFACT_REDIRECT_REJECTED'})
    expect(arrived()).toEqual(['GET referrers/sha256:0'])
    expect(elsewhere.calls).toEqual([])
  })

  it('is asked by HEAD, and logs in for it', async () => {
    world.registry.requireLogin('alice', 'hunter22')
    expect(await ask({method: 'HEAD'})).toMatch(/^sha256:/)
    expect(arrived()).toEqual(['HEAD manifests/prod', 'HEAD manifests/prod with Basic'])
  })

  it.each([
    ['refuses HEAD', 'ARTIFACT_SERVER_ERROR', []],
    ['has storage that refuses HEAD', 'ARTIFACT_DENIED', ['HEAD /manifest?X-Amz-Signature=word']],
  ] as const)('%s is asked once, and shows nothing of a link', async (scenario, code, led) => {
    become(scenario)
    const error = await ask({method: 'HEAD'})
    expect(error).toMatchObject({code})
    expect(inspect(error)).not.toContain('Signature')
    expect(arrived()).toEqual(['HEAD manifests/prod'])
    expect(sent(elsewhere.calls)).toEqual(led)
  })

  it.each([403, 500, 503])('answers HEAD with %i keeps its login, and is not asked again', async status => {
    world.registry.answer('manifests/prod', {status})
    expect(await ask({method: 'HEAD'})).toMatchObject({code: expect.stringMatching(/DENIED|SERVER_ERROR/) as unknown})
    expect(arrived()).toEqual(['HEAD manifests/prod'])
  })
})

function takeDigest({headers}: RegistryAnswer): Promise<unknown> {
  return Promise.resolve(headers['docker-content-digest'])
}
