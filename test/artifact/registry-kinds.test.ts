import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {readCredentials} from '../../src/artifact/credentials.ts'
import {Secret} from '../../src/secret.ts'
import {errorBody, type StoredDescriptor} from '../support/fake-registry.ts'
import {sent} from '../support/hostile-registry.ts'
import {startRecorder, type Recorder} from '../support/recorder.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {openPullWorld, only, reaching, type PullWorld} from './pull-world.ts'
import {bearer, registryKinds} from './registry-kinds.ts'

describe('pullArtifact from the registries of the internet', () => {
  let world: PullWorld
  let service: Recorder
  let storage: Recorder
  let layer: StoredDescriptor
  beforeEach(async () => {
    world = await openPullWorld()
    service = await startRecorder()
    storage = await startRecorder()
    layer = addFileLayer(world.registry, 'tazuna.yaml', 'content')
    addArtifact(world.registry, [layer])
  })
  afterEach(async () => {
    await service[Symbol.asyncDispose]()
    await storage[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  it.each(registryKinds)(
    '$title',
    async ({host, server = host, auths, challenge, status = 401, token, authorization}) => {
      const {registry} = world
      const blob = `blobs/${layer.digest}`
      const headers = {'www-authenticate': challenge, 'content-type': 'application/json'}
      registry.answer('manifests/prod', {status, headers, body: errorBody('UNAUTHORIZED', 'log in')}, null)
      registry.answer(blob, {status: 307, headers: {location: 'https://storage.example.com/x?X-Amz-Signature=s'}})
      storage.answer({body: 'content'})
      service.answer({body: '{"access_token":"token-1"}'})
      const realm = token === null ? null : new URL(token[0].split(' ')[1]!)
      const http = reaching({
        'https://storage.example.com': storage.host,
        [`https://${server}`]: registry.host,
        ...(realm !== null && realm.host !== server && {[realm.origin]: service.host}),
      })
      // a token service on the registry's own host
      const path = realm === null ? '' : realm.pathname
      const isOwn = realm !== null && realm.host === server
      const own = isOwn ? serving(http, realm.origin + path, service.host) : http
      const credentials = await readCredentials({
        env: {DOCKER_AUTH_CONFIG: JSON.stringify({auths})},
        homeDir: world.tempDir,
        onSecret: secret => void world.secrets.push(secret),
      })
      await using artifact = await world.pull('', {
        reference: `oci://${host}/acme/config:prod`,
        http: own,
        credentials,
      })
      expect(artifact.files).toBe(1)
      expect(registry.calls.map(({headers: got}) => got.authorization)).toEqual([
        undefined,
        authorization,
        authorization,
      ])
      const calls = service.calls.map(call => [
        `${call.method} ${realm!.origin}${call.path}`,
        call.body === '' ? call.headers.authorization : call.body,
      ])
      expect(calls).toEqual(token === null ? [] : [token])
      expect(sent(storage.calls)).toEqual(['GET /x?X-Amz-Signature=s'])
      expect(http.strays).toEqual([])
    },
  )

  it.each([
    ['http://auth.example.com/token', 'without TLS'],
    ['https://127.0.0.1/token', 'inside'],
    ['https://127.1/token', 'inside'],
    ['https://2130706433/token', 'inside'],
    ['https://0177.0.0.1/token', 'inside'],
    ['https://0x7f000001/token', 'inside'],
    ['https://127.0.0.1./token', 'inside'],
    ['https://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/token', 'inside'],
    ['https://%E2%93%9Bocalhost/token', 'inside'],
    ['https://169.254.169.254/latest', 'inside'],
    ['https://[::ffff:169.254.169.254]/latest', 'inside'],
    ['https://[fe80::1]/token', 'inside'],
    ['https://10.0.0.1/token', 'inside'],
    ['https://word:word@auth.example.com/token', 'with a user'],
    ['https://registry.example.com@auth.example.com/token', 'with a user'],
    ['gopher://auth.example.com/', 'gopher:'],
  ])('sends nothing to the realm %s', async (realm, says) => {
    world.registry.requireToken([], bearer(realm, 'reg'))
    const http = reaching({'https://registry.example.com': world.registry.host})
    for (const known of [alice, null]) {
      const error = await world.failure('', {
        reference: 'oci://registry.example.com/acme/config:prod',
        http,
        credentials: only(known, 'registry.example.com'),
      })
      expect(error).toMatchObject({
        code: 'ARTIFACT_TOKEN_REALM_REJECTED',
        message: expect.stringContaining(says) as unknown,
      })
    }
    expect(sent(world.registry.calls)).toEqual(['GET manifests/prod', 'GET manifests/prod'])
    expect(http.strays).toEqual([])
  })

  it('asks no token service that has another name in letters of another script for the login of the right one', async () => {
    // a Cyrillic а: it is public and has TLS, so it is asked; the login is the one of the registry that named it
    world.registry.requireToken([], bearer('https://%D0%B0uth.example.com/token', 'reg'))
    const http = reaching({'https://registry.example.com': world.registry.host})
    const error = await world.failure('', {
      reference: 'oci://registry.example.com/acme/config:prod',
      http,
      credentials: only(alice, 'auth.example.com'),
    })
    expect(error).toMatchObject({code: 'ARTIFACT_NETWORK'})
    expect(http.strays.every(url => url.startsWith('https://xn--uth-5cd.example.com/token?'))).toBe(true)
    expect(http.logins).toEqual([])
  })
})

const alice = {kind: 'password', username: 'alice', password: new Secret('hunter22')} as const

/** Brings what begins with one URL to another server. */
function serving(http: ReturnType<typeof reaching>, url: string, host: string): ReturnType<typeof reaching> {
  const other = reaching({[new URL(url).origin]: host})
  return {...http, request: request => (request.url.startsWith(url) ? other : http).request(request)}
}

describe('what is read of the files', () => {
  it('shows no login of a registry to another one', async () => {
    const hosts = registryKinds.map(({host}) => host)
    const credentials = await readCredentials({
      env: {DOCKER_AUTH_CONFIG: JSON.stringify({auths: Object.assign({}, ...registryKinds.map(({auths}) => auths))})},
      homeDir: '/nowhere',
      onSecret: () => undefined,
    })
    for (const host of hosts) {
      for (const other of [`x${host}`, `${host}.evil.example`, `${host.split(':')[0]}:444`]) {
        const wanted = {host: other, repository: 'acme/config', isAgain: false}
        const {logins} = await credentials.lookup({
          ...wanted,
          attempt: attemptOf('x'),
          signal: new AbortController().signal,
        })
        // `*` stands for any label
        const known = logins.filter(({credential}) => credential.kind !== 'password' || credential.username !== 'AWS')
        expect([other, host.includes('icr.io') ? [] : known]).toEqual([other, []])
      }
    }
  })
})
