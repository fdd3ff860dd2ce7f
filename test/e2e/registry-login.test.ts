import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {addArchive} from '../artifact/artifact-builder.ts'
import {startTokenRegistry, type TokenRegistry} from '../artifact/token-registry.ts'
import {startTlsFront} from '../artifact/tls-front.ts'
import {basic, canaries, identity, keptLogins, password, withHelper} from '../artifact/registry-logins.ts'
import {expectBadEnd, type BadEnd} from '../support/bad-run.ts'
import {canary, singing} from '../support/canary.ts'
import {reportOf, type CliResult} from '../support/cli.ts'
import {requireExecutable} from '../support/executables.ts'
import {errorBody, startFakeRegistry, type FakeRegistry} from '../support/fake-registry.ts'
import {oras, orasPath} from '../support/oras.ts'
import {startProxy} from '../support/proxy.ts'
import {file, tar} from '../support/tar.ts'
import {opensslPath} from '../support/tls-server.ts'
import {world, type World} from '../support/world.ts'

const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')

describe.skipIf(registryPath === null || orasPath === null || opensslPath === null)(
  'run with a registry that wants tokens',
  () => {
    let registry: TokenRegistry
    beforeAll(async () => {
      registry = await startTokenRegistry(registryPath!, {user: `puller:${password}`, refreshToken: identity})
    })
    afterAll(() => registry[Symbol.asyncDispose]())

    /** A world whose source is pushed as its own repository would be. */
    async function open(): Promise<World> {
      const w = await world()
      const login = ['--username', 'puller', '--password', password]
      await oras(['push', '--plain-http', ...login, `${registry.host}/acme/config:prod`, './'], {
        cwd: join(w.dir.path, 'source'),
        env: {HOME: w.dir.path},
      })
      return w
    }

    const source = () => ({TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`})

    it.each(keptLogins)('logs in with $title, and shows none of it', async ({prepare, refusals = 0}) => {
      await using w = await open()
      const env = await prepare(w, registry.host)
      const before = registry.tokenServer.calls.length
      const result = await w.run(['--format', 'json'], {env: {...source(), ...env}})
      expect(result).toMatchObject({exitCode: 0, stderr: ''})
      expect(reportOf(result).outcome).toBe('drift')
      const calls = registry.tokenServer.calls.slice(before)
      const asked = ['test-registry', ['repository:acme/config:pull']]
      expect(calls.map(({service, scopes}) => [service, scopes])).toEqual(
        Array.from({length: refusals + 1}, () => asked),
      )
      expectSilence(result, w)
    })

    it('fails without any secret in its words when the login is refused', async () => {
      await using w = await open()
      const word = canary('Wrong')
      const auths = {[registry.host]: {auth: basic(`puller:${word.word}`)}}
      const env = {...source(), DOCKER_AUTH_CONFIG: JSON.stringify({auths})}
      const result = await w.run(['--format', 'json'], {env})
      expect(result.exitCode).toBe(66)
      expect(reportOf(result).error).toMatchObject({
        code: 'ARTIFACT_AUTH_FAILED',
        message: expect.stringContaining('answered 401: UNAUTHORIZED: who?') as unknown,
      })
      expect(singing([word], {stdout: result.stdout, stderr: result.stderr})).toEqual([])
    })

    it('never sends a login of the config to a registry that a flag names', async () => {
      await using w = await open()
      await w.dir.write('password', password)
      const credentials = {username: 'puller', password: {file: 'password'}}
      const written = {oci: 'oci://registry.example.com/acme/config:prod', credentials}
      await w.dir.write('tazuna-watch.yaml', JSON.stringify({apiVersion: 'tazuna-watch/v1', source: written}))
      const before = registry.tokenServer.calls.length
      const result = await w.run(['--format', 'json'], {env: source()})
      expect(reportOf(result).error).toMatchObject({code: 'ARTIFACT_AUTH_REQUIRED'})
      expect(registry.tokenServer.calls.slice(before).map(({authorization}) => authorization)).toEqual([null])
    })

    it('fails when the helper does, and never goes on as nobody', async () => {
      await using w = await open()
      await w.dir.write('bin/docker-credential-test', `#!/bin/sh\necho '{"Secret":"${password}"}'; exit 1\n`, 0o755)
      await w.dir.write('docker/config.json', '{"credsStore":"test"}')
      const before = registry.tokenServer.calls.length
      const result = await w.run(['--format', 'json'], {env: {...source(), ...withHelper(w)}})
      expect(result.exitCode).toBe(75)
      expect(reportOf(result).error).toMatchObject({code: 'ARTIFACT_HELPER_FAILED'})
      expect(registry.tokenServer.calls).toHaveLength(before)
      expectSilence(result, w)
    })

    it('ends with 78 when the secret of source.credentials is missing', async () => {
      await using w = await open()
      const credentials = {username: 'puller', password: {env: 'REGISTRY_PASSWORD'}}
      await w.dir.write('tazuna-watch.yaml', JSON.stringify({apiVersion: 'tazuna-watch/v1', source: {credentials}}))
      const result = await w.run(['--format', 'json'], {env: source()})
      expect(result.exitCode).toBe(78)
      expect(reportOf(result).error).toMatchObject({code: 'SECRET_MISSING'})
      expect((await w.tazuna.calls()).length).toBe(0)
    })

    function expectSilence({stdout, stderr}: CliResult, w: World): void {
      const sent = [...w.webhook.calls, ...w.gateway.calls].map(({body}) => body).join('\n')
      expect(singing(Object.values(canaries), {stdout, stderr, sent})).toEqual([])
      for (const token of registry.tokenServer.tokens) {
        expect(stdout + stderr + sent).not.toContain(token.split('.')[2])
      }
    }
  },
)

type Refusal = BadEnd & {
  title: string
  says: RegExp
  prepare?: (registry: FakeRegistry) => void
  /** Default: user and password of the puller. */
  config?: (host: string) => unknown
}

const manifest = 'manifests/prod'
const refused = {exitCode: 66, outcome: 'failed'} as const
const later = {exitCode: 75, outcome: 'failed'} as const
const sendsTo = (realm: string) => (registry: FakeRegistry) => registry.requireToken([], `Bearer realm="${realm}"`)
const forbids =
  (status: number, headers: Record<string, string>, message = 'no') =>
  (registry: FakeRegistry) => {
    const json = {'content-type': 'application/json'}
    registry.answer(manifest, {status, headers: {...json, ...headers}, body: errorBody('DENIED', message)})
  }

describe('a registry that cannot be used with a login', () => {
  it.concurrent.each<Refusal>([
    {
      title: 'sends us for a token to a place without TLS',
      prepare: sendsTo('http://token.example.com/'),
      ...refused,
      code: 'ARTIFACT_TOKEN_REALM_REJECTED',
      says: /credentials are not sent over plain HTTP$/,
    },
    {
      title: 'sends us for a token to the metadata of the cloud',
      prepare: sendsTo('https://169.254.169.254/latest'),
      ...refused,
      code: 'ARTIFACT_TOKEN_REALM_REJECTED',
      says: /169\.254\.169\.254, an address inside this network$/,
    },
    {
      title: 'sends us for a token into the network',
      prepare: sendsTo('https://10.0.0.1/'),
      ...refused,
      code: 'ARTIFACT_TOKEN_REALM_REJECTED',
      says: /an address inside this network$/,
    },
    {
      title: 'refuses the password',
      prepare: registry => registry.requireLogin('puller', 'another'),
      ...refused,
      code: 'ARTIFACT_AUTH_FAILED',
      says: /401: .*: it does not take the login of DOCKER_AUTH_CONFIG$/,
    },
    {
      title: 'says that a token of ECR has expired',
      prepare: forbids(403, {}, 'Your authorization token has expired. Reauthenticate and try again.'),
      ...refused,
      code: 'ARTIFACT_AUTH_FAILED',
      says: /token has expired/,
    },
    {
      title: 'knows the user and allows nothing',
      prepare: forbids(403, {}),
      ...refused,
      code: 'ARTIFACT_DENIED',
      says: /answered 403: DENIED: no$/,
    },
    {
      title: 'wants two minutes',
      prepare: forbids(429, {'retry-after': '120'}),
      ...later,
      code: 'ARTIFACT_RATE_LIMITED',
      says: /429: DENIED: no; it asks to wait until 20\d\d-[\d-]+T[\d:]+Z$/,
    },
    {
      title: 'wants a day of rest',
      prepare: forbids(429, {'retry-after': new Date(Date.now() + 86_400_000).toUTCString()}),
      ...later,
      code: 'ARTIFACT_RATE_LIMITED',
      says: /it asks to wait until 20/,
    },
    {
      title: 'redirects to a file',
      prepare: forbids(307, {location: 'file:///etc/passwd'}),
      ...refused,
      code: 'ARTIFACT_REDIRECT_REJECTED',
      says: /answered 307 and redirects to file:$/,
    },
    {
      title: 'is left to a helper that is not there',
      prepare: registry => registry.requireLogin('puller', 'x'),
      config: host => ({credHelpers: {[host]: 'absent'}}),
      ...refused,
      code: 'ARTIFACT_CREDENTIALS_INVALID',
      says: /docker-credential-absent: there is no such program on PATH$/,
    },
    {
      title: 'has an entry that cannot be read',
      config: host => ({auths: {[host]: {auth: basic(password)}}}),
      ...refused,
      code: 'ARTIFACT_CREDENTIALS_INVALID',
      says: /DOCKER_AUTH_CONFIG: auths\..*not the base64 form/,
    },
  ])('$title', async ({prepare, config, ...end}) => {
    await using registry = await startFakeRegistry()
    addArchive(registry, tar([file('tazuna.yaml')]))
    prepare?.(registry)
    const {host} = registry
    const auth = config?.(host) ?? {auths: {[host]: {username: 'puller', password}}}
    const env = {TAZUNA_WATCH_SOURCE: `oci://${host}/acme/config:prod`, DOCKER_AUTH_CONFIG: JSON.stringify(auth)}
    const report = await expectBadEnd({...end, prepare: () => Promise.resolve({env})})
    expect(report).toMatchObject({source: null, tazuna: {version: null}})
    expect(singing(Object.values(canaries), {report: JSON.stringify(report)})).toEqual([])
  })
})

describe.skipIf(opensslPath === null)('run with a registry behind TLS and a proxy', () => {
  const reference = 'oci://receiver.test/acme/config:prod'

  it.each([
    ['http.caFile', true],
    ['NODE_EXTRA_CA_CERTS', false],
  ])('trusts its certificate by %s, and logs in through the tunnel', async (_, byConfig) => {
    await using w = await world()
    await using registry = await startFakeRegistry()
    await using front = await startTlsFront(registry.host)
    await using proxy = await startProxy({login: 'ci:proxy-word', tunnelTo: front.host})
    addArchive(registry, tar([file('tazuna.yaml', 'manifests: []\n')]))
    registry.requireLogin('puller', password)
    const http = byConfig ? {caFile: front.caFile} : {}
    await w.dir.write('tazuna-watch.yaml', JSON.stringify({apiVersion: 'tazuna-watch/v1', http}))
    const result = await w.run(['--format', 'json'], {
      env: {
        TAZUNA_WATCH_SOURCE: reference,
        DOCKER_AUTH_CONFIG: JSON.stringify({auths: {'receiver.test': {username: 'puller', password}}}),
        https_proxy: proxy.url.replace('//', '//ci:proxy-word@'),
        ...(!byConfig && {NODE_EXTRA_CA_CERTS: front.caFile}),
      },
    })
    expect(reportOf(result).source).toMatchObject({
      ref: reference,
      digest: expect.stringMatching(/^sha256:/) as unknown,
    })
    expect(new Set(proxy.calls.map(({line}) => line))).toEqual(new Set(['CONNECT receiver.test:443']))
    expect(registry.calls.map(({headers}) => headers.authorization !== undefined)).toEqual([false, true, true])
    expect(singing(Object.values(canaries), {stdout: result.stdout, stderr: result.stderr})).toEqual([])
  })

  it('ends with 66, and no login sent, when it cannot trust the certificate', async () => {
    await using w = await world()
    await using registry = await startFakeRegistry()
    await using front = await startTlsFront(registry.host)
    await using proxy = await startProxy({tunnelTo: front.host})
    const env = {TAZUNA_WATCH_SOURCE: reference, https_proxy: proxy.url}
    const result = await w.run(['--format', 'json'], {env})
    expect(result.exitCode).toBe(66)
    expect(reportOf(result).error).toMatchObject({code: 'ARTIFACT_TLS'})
    expect(registry.calls).toEqual([])
    expect(proxy.calls).toHaveLength(1)
  })

  it('asks no proxy for a registry on this machine: it would see the login', async () => {
    await using w = await world()
    await using registry = await startFakeRegistry()
    await using proxy = await startProxy()
    addArchive(registry, tar([file('tazuna.yaml', 'manifests: []\n')]))
    const env = {TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`, HTTP_PROXY: proxy.url}
    await w.run(['--format', 'json'], {env})
    expect(proxy.calls.filter(({line}) => line.includes(registry.host))).toEqual([])
    expect(registry.calls).toHaveLength(2)
  })
})
