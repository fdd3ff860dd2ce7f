import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {addArchive} from '../artifact/artifact-builder.ts'
import {startTokenRegistry, type TokenRegistry} from '../artifact/token-registry.ts'
import {startTlsFront} from '../artifact/tls-front.ts'
import {canary, singing} from '../support/canary.ts'
import {reportOf, type CliResult} from '../support/cli.ts'
import {requireExecutable} from '../support/executables.ts'
import {startFakeRegistry} from '../support/fake-registry.ts'
import {oras, orasPath} from '../support/oras.ts'
import {startProxy} from '../support/proxy.ts'
import {file, tar} from '../support/tar.ts'
import {opensslPath} from '../support/tls-server.ts'
import {world, type World} from '../support/world.ts'

const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')

const canaries = {password: canary('Password'), identity: canary('Identity')}
const password = canaries.password.word
const identity = canaries.identity.word
const basic = (text: string) => Buffer.from(text).toString('base64')

type Login = {
  title: string
  /** Writes what is needed; gives the environment. */
  prepare: (w: World, host: string) => Promise<Record<string, string>> | Record<string, string>
}

const helper = (w: World, secret: {Username: string; Secret: string}) =>
  w.dir.write('bin/docker-credential-test', `#!/bin/sh\ncat > /dev/null\necho '${JSON.stringify(secret)}'\n`, 0o755)
const withHelper = (w: World) => ({DOCKER_CONFIG: 'docker', PATH: `${w.dir.path}/bin:${process.env['PATH']}`})

const logins: readonly Login[] = [
  {
    title: 'user and password of a config.json',
    async prepare(w, host) {
      await w.dir.write('docker/config.json', JSON.stringify({auths: {[host]: {auth: basic(`puller:${password}`)}}}))
      return {DOCKER_CONFIG: 'docker'}
    },
  },
  {
    title: 'a mounted image pull secret',
    async prepare(w) {
      const auths = {'127.0.0.*:80': {auth: basic('nobody:wrong')}, '*.*.*.*': {auth: basic('nobody:wrong')}}
      const right = {[`127.*.0.1:${portOf(w)}/acme`]: {username: 'puller', password}}
      await w.dir.write('secret/.dockerconfigjson', JSON.stringify({auths: {...auths, ...right}}))
      return {DOCKER_CONFIG: 'secret'}
    },
  },
  {
    title: 'a variable',
    prepare: (_, host) => ({
      DOCKER_AUTH_CONFIG: JSON.stringify({auths: {[host]: {auth: basic(`puller:${password}`)}}}),
    }),
  },
  {
    title: "podman's file",
    async prepare(w, host) {
      const auths = {[host]: {auth: basic('nobody:wrong')}, [`${host}/acme`]: {auth: basic(`puller:${password}`)}}
      await w.dir.write('run/containers/auth.json', JSON.stringify({auths}))
      return {XDG_RUNTIME_DIR: join(w.dir.path, 'run')}
    },
  },
  {
    title: 'an identity token',
    async prepare(w, host) {
      const auths = {[host]: {auth: basic('0000:'), identitytoken: identity}}
      await w.dir.write('docker/config.json', JSON.stringify({auths}))
      return {DOCKER_CONFIG: 'docker'}
    },
  },
  {
    title: 'a credential helper',
    async prepare(w, host) {
      await helper(w, {Username: 'puller', Secret: password})
      await w.dir.write('docker/config.json', JSON.stringify({credHelpers: {[host]: 'test'}}))
      return withHelper(w)
    },
  },
  {
    title: 'a credential store with an identity token',
    async prepare(w, host) {
      await helper(w, {Username: '<token>', Secret: identity})
      await w.dir.write('docker/config.json', JSON.stringify({credsStore: 'test', auths: {[host]: {}}}))
      return withHelper(w)
    },
  },
  {
    title: 'source.credentials',
    async prepare(w, host) {
      await w.dir.write('password', `${password}\n`)
      const source = {
        oci: `oci://${host}/acme/config:prod`,
        credentials: {username: 'puller', password: {file: 'password'}},
      }
      await w.dir.write('tazuna-watch.yaml', JSON.stringify({apiVersion: 'tazuna-watch/v1', source}))
      return {DOCKER_AUTH_CONFIG: 'not even JSON'}
    },
  },
]

const ports = new WeakMap<World, string>()
const portOf = (w: World) => ports.get(w)!

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
      ports.set(w, registry.host.split(':')[1]!)
      const login = ['--username', 'puller', '--password', password]
      await oras(['push', '--plain-http', ...login, `${registry.host}/acme/config:prod`, './'], {
        cwd: join(w.dir.path, 'source'),
        env: {HOME: w.dir.path},
      })
      return w
    }

    const source = () => ({TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`})

    it.each(logins)('logs in with $title, and shows none of it', async ({prepare}) => {
      await using w = await open()
      const env = await prepare(w, registry.host)
      const before = registry.tokenServer.calls.length
      const result = await w.run(['--format', 'json'], {env: {...source(), ...env}})
      expect(result).toMatchObject({exitCode: 0, stderr: ''})
      expect(reportOf(result).outcome).toBe('drift')
      const calls = registry.tokenServer.calls.slice(before)
      expect(calls.map(({service, scopes}) => [service, scopes])).toEqual([
        ['test-registry', ['repository:acme/config:pull']],
      ])
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

describe('run with a registry that sends its tokens elsewhere', () => {
  it.each([
    ['http://token.example.com/', 'credentials are not sent over plain HTTP'],
    ['https://169.254.169.254/latest', 'an address inside this network'],
    ['https://10.0.0.1/', 'an address inside this network'],
  ])('does not follow to %s', async (realm, text) => {
    await using w = await world()
    await using registry = await startFakeRegistry()
    addArchive(registry, tar([file('tazuna.yaml')]))
    registry.requireToken([], `Bearer realm="${realm}"`)
    const auths = {[registry.host]: {auth: basic(`puller:${password}`)}}
    const env = {
      TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`,
      DOCKER_AUTH_CONFIG: JSON.stringify({auths}),
    }
    const result = await w.run(['--format', 'json'], {env})
    expect(result.exitCode).toBe(66)
    expect(reportOf(result).error).toMatchObject({
      code: 'ARTIFACT_TOKEN_REALM_REJECTED',
      message: expect.stringContaining(text) as unknown,
    })
    expect(registry.calls).toHaveLength(1)
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

  it('asks a plain proxy for a registry without TLS, and no proxy where NO_PROXY says so', async () => {
    await using w = await world()
    await using registry = await startFakeRegistry()
    await using proxy = await startProxy()
    addArchive(registry, tar([file('tazuna.yaml', 'manifests: []\n')]))
    const env = {TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`, HTTP_PROXY: proxy.url}
    await w.run(['--format', 'json'], {env})
    const pulls = () => proxy.calls.filter(({line}) => line.startsWith(`GET http://${registry.host}/v2/acme/config/`))
    expect(pulls()).toHaveLength(2)
    await w.run(['--format', 'json'], {env: {...env, NO_PROXY: '127.0.0.1'}})
    expect(pulls()).toHaveLength(2)
    expect(registry.calls).toHaveLength(4)
  })
})
