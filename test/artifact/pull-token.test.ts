import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {Credential} from '../../src/artifact/credential.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {errorBody, type StoredDescriptor} from '../support/fake-registry.ts'
import {startTokenServer, type TokenServer, type TokenServerOptions} from '../support/token-server.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {only, openPullWorld, type PullWorld} from './pull-world.ts'

const alice: Credential = {kind: 'password', username: 'alice', password: new Secret('hunter22')}
const identity: Credential = {kind: 'identity', username: null, token: new Secret('identity-token')}
const scope = 'repository:acme/config:pull'
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('pullArtifact from a registry with a token service', () => {
  let world: PullWorld
  let service: TokenServer
  let layer: StoredDescriptor
  let other: StoredDescriptor
  beforeEach(async () => {
    world = await openPullWorld()
    layer = addFileLayer(world.registry, 'a', 'x')
    other = addFileLayer(world.registry, 'b', 'y')
    addArtifact(world.registry, [layer, other])
  })
  afterEach(async () => {
    await service[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  async function start(options: TokenServerOptions = {}, more = `,service="reg",scope="${scope}"`) {
    service = await startTokenServer(options)
    world.registry.requireToken(service.tokens, `Bearer realm="${service.realm}"${more}`)
  }

  const known = (credential: Credential | null) => ({credentials: only(credential, world.registry.host)})
  const authorizations = () => world.registry.calls.map(({headers}) => headers.authorization)
  const get = {method: 'GET', authorization: null, service: 'reg', scopes: [scope], refreshToken: null}

  it('asks once for a token as nobody, and uses it for all that follows', async () => {
    await start()
    await using artifact = await world.pull()
    expect(artifact.files).toBe(2)
    expect(service.calls).toEqual([get])
    const header = `Bearer ${service.tokens[0]}`
    expect(authorizations()).toEqual([undefined, header, header, header])
    expect(redactor(world.secrets)(`token: ${service.tokens[0]}`)).toBe('token: [redacted]')
  })

  it('asks with user and password where it has them, and never sends these to the registry', async () => {
    await start({user: 'alice:hunter22'})
    await using _ = await world.pull(':prod', known(alice))
    expect(service.calls).toEqual([{...get, authorization: basic('alice:hunter22')}])
    expect(authorizations().join()).not.toContain('Basic')
  })

  it.each([
    ['no scope and no service', '', {service: null, scopes: [scope]}],
    [
      'several scopes',
      ',scope="repository:a:pull repository:b:pull,push"',
      {
        service: null,
        scopes: ['repository:a:pull', 'repository:b:pull,push'],
      },
    ],
  ])('understands a challenge with %s', async (_, more, expected) => {
    await start({}, more)
    await using artifact = await world.pull()
    expect(artifact.files).toBe(2)
    expect(service.calls).toEqual([{...get, ...expected}])
  })

  it('takes access_token for token', async () => {
    await start()
    service.tokens.push('access-1')
    service.answer({status: 200, body: '{"access_token":"access-1"}'})
    await using artifact = await world.pull()
    expect(artifact.files).toBe(2)
  })

  it('exchanges an identity token by POST', async () => {
    await start({refreshToken: 'identity-token'})
    await using _ = await world.pull(':prod', known(identity))
    expect(service.calls).toEqual([{...get, method: 'POST', refreshToken: 'identity-token'}])
  })

  it.each([404, 405])('exchanges an identity token by GET where POST is answered with %i', async status => {
    await start({user: '<token>:identity-token'})
    service.answer({status}, null)
    await using _ = await world.pull(':prod', known(identity))
    expect(service.calls).toEqual([
      {...get, method: 'POST', refreshToken: 'identity-token'},
      {...get, authorization: basic('<token>:identity-token')},
    ])
  })

  it('gets one other token when the one it has no longer counts for several requests', async () => {
    await start()
    const challenge = `Bearer realm="${service.realm}",service="reg",scope="${scope}"`
    for (const blob of [layer, other]) {
      const answer = {status: 401, headers: {'www-authenticate': challenge}}
      world.registry.answer(`blobs/${blob.digest}`, answer, null)
    }
    await using artifact = await world.pull()
    expect(artifact.files).toBe(2)
    expect(service.calls).toHaveLength(2)
    expect(authorizations()).toContain(`Bearer ${service.tokens[1]}`)
    expect(redactor(world.secrets)(service.tokens.join())).toBe('[redacted],[redacted]')
  })

  it('logs in once a request, however often that is tried', async () => {
    await start()
    const headers = {'www-authenticate': `Bearer realm="${service.realm}",scope="other"`}
    world.registry.answer('manifests/prod', {status: 401, headers}, {status: 503}, {status: 401, headers})
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_AUTH_REQUIRED'})
    expect(service.calls).toHaveLength(1)
    expect(world.registry.calls).toHaveLength(3)
  })

  it('gives up when the registry refuses every token', async () => {
    await start({user: 'alice:hunter22'})
    world.registry.requireToken([], `Bearer realm="${service.realm}"`)
    expect(await world.failure(':prod', known(alice))).toMatchObject({code: 'ARTIFACT_AUTH_FAILED'})
    expect(world.registry.calls).toHaveLength(2)
    expect(service.calls).toHaveLength(1)
  })

  it('says that a login is needed when the registry refuses a token for nobody', async () => {
    await start()
    world.registry.requireToken([], `Bearer realm="${service.realm}"`)
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_AUTH_REQUIRED'})
    expect(world.registry.calls).toHaveLength(2)
  })

  it('asks once more for the scope that a 403 names, and only then', async () => {
    await start({}, '')
    const headers = {
      'www-authenticate': `Bearer realm="${service.realm}",scope="repository:more:pull",error="insufficient_scope"`,
    }
    world.registry.answer(`blobs/${layer.digest}`, {status: 403, headers}, null)
    const artifact = await world.pull()
    await artifact[Symbol.asyncDispose]()
    expect(artifact.files).toBe(2)
    expect(service.calls.map(({scopes}) => scopes)).toEqual([[scope], ['repository:more:pull']])
    world.registry.answer(`blobs/${layer.digest}`, {status: 403, headers})
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_DENIED'})
    expect(service.calls).toHaveLength(4)
    world.registry.answer(`blobs/${layer.digest}`, {status: 403})
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_DENIED'})
    expect(service.calls).toHaveLength(5)
  })

  it.each([
    [401, alice, 'ARTIFACT_AUTH_FAILED'],
    [403, alice, 'ARTIFACT_AUTH_FAILED'],
    [400, identity, 'ARTIFACT_AUTH_FAILED'],
    [401, null, 'ARTIFACT_AUTH_REQUIRED'],
    [404, alice, 'ARTIFACT_NOT_FOUND'],
    [302, alice, 'ARTIFACT_SERVER_ERROR'],
  ] satisfies [number, Credential | null, string][])(
    'never goes on as nobody when the service answers %i',
    async (status, credential, code) => {
      await start()
      service.answer({
        status,
        headers: {location: 'http://127.0.0.1:1/', 'content-type': 'application/json'},
        body: errorBody('X', 'why'),
      })
      expect(await world.failure(':prod', known(credential))).toMatchObject({
        code,
        message: expect.stringContaining(
          `logging in: ${new URL(service.realm).origin} answered ${status}: X: why`,
        ) as unknown,
      })
      expect(authorizations()).toEqual([undefined])
      expect(service.calls).toHaveLength(1)
      const {authorization, refreshToken} = service.calls[0]!
      expect(authorization === null && refreshToken === null).toBe(credential === null)
    },
  )

  it('tries again while the service is busy', async () => {
    await start()
    service.answer({status: 503}, {status: 429, headers: {'retry-after': '7'}}, null)
    await using artifact = await world.pull()
    expect(artifact.files).toBe(2)
    expect(world.waits).toEqual([250, 7000])
  })

  it.each([
    ['no JSON', 'token'],
    ['no token', '{"token": ""}'],
    ['a token that no header can carry', String.raw`{"token": "a\r\nx-evil: 1"}`],
    ['a token that is no text', '{"token": {"a": 1}}'],
  ])('refuses an answer with %s', async (_, body) => {
    await start()
    service.answer({status: 200, body})
    expect(await world.failure()).toMatchObject({
      code: 'ARTIFACT_SERVER_ERROR',
      message: expect.stringContaining('gave no token that can be used') as unknown,
    })
  })

  it('reads no more than 128 KiB of an answer', async () => {
    await start()
    service.answer({status: 200, body: `{"token":"${'x'.repeat(128 * 1024)}"}`})
    expect(await world.failure()).toMatchObject({code: 'ARTIFACT_LIMIT_EXCEEDED'})
  })
})
