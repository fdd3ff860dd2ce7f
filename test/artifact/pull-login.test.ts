import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {Credentials, FoundCredential} from '../../src/artifact/credentials.ts'
import {Secret} from '../../src/secret.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {forwarding, openPullWorld, type PullWorld} from './pull-world.ts'

const alice: FoundCredential = {credential: {username: 'alice', password: new Secret('hunter22:é')}, unused: null}
const stranger: FoundCredential = {credential: {username: 'alice', password: new Secret('wrong-one')}, unused: null}
const header = `Basic ${Buffer.from('alice:hunter22:é').toString('base64')}`

describe('pullArtifact from a registry that wants a login', () => {
  let world: PullWorld
  beforeEach(async () => {
    world = await openPullWorld()
    const {registry} = world
    registry.requireLogin('alice', 'hunter22:é', ['Negotiate', 'Bearer realm="x", Basic realm="y"'])
    addArtifact(registry, [addFileLayer(registry, 'a', 'x'), addFileLayer(registry, 'b', 'y')])
  })
  afterEach(() => world[Symbol.asyncDispose]())

  /** Knows one credential, for the host of the registry only. */
  function only(found: FoundCredential, host = world.registry.host): Credentials {
    const none = {credential: null, unused: null}
    return {secrets: [], lookup: asked => (asked === host ? found : none)}
  }

  const authorizations = () => world.registry.calls.map(({headers}) => headers.authorization)

  it('sends nothing before it is asked, then stays logged in', async () => {
    await using artifact = await world.pull(':prod', {credentials: only(alice)})
    expect(artifact.files).toBe(2)
    expect(authorizations()).toEqual([undefined, header, header, header])
  })

  it('says that a login is needed', async () => {
    await expect(world.pull()).rejects.toMatchObject({
      code: 'ARTIFACT_AUTH_REQUIRED',
      message: expect.stringMatching(
        /: the registry answered 401: UNAUTHORIZED: authentication required: there are no credentials for it$/,
      ) as unknown,
    })
    expect(authorizations()).toEqual([undefined])
  })

  it('says which credential it left unused', async () => {
    const unused = 'config.json leaves it to docker-credential-ecr-login, which is not run'
    await expect(world.pull(':prod', {credentials: only({credential: null, unused})})).rejects.toThrow(unused)
  })

  it('tries a refused login once, and shows no secret', async () => {
    const error: unknown = await world.pull(':prod', {credentials: only(stranger)}).catch((error: unknown) => error)
    expect(error).toMatchObject({code: 'ARTIFACT_AUTH_FAILED'})
    expect(authorizations()).toHaveLength(2)
    expect(inspect(error, {depth: 10})).not.toMatch(/wrong-one|YWxpY2U/)
  })

  it('gives up when a login no longer counts half-way, without trying it again', async () => {
    const {registry} = world
    const layer = addFileLayer(registry, 'c', 'z')
    addArtifact(registry, [layer])
    registry.answer(`blobs/${layer.digest}`, {status: 401, headers: {'www-authenticate': 'Basic realm="x"'}})
    await expect(world.pull(':prod', {credentials: only(alice)})).rejects.toMatchObject({code: 'ARTIFACT_AUTH_FAILED'})
    expect(registry.paths()).toEqual(['manifests/prod', 'manifests/prod', `blobs/${layer.digest}`])
  })

  it.each([
    ['Bearer realm="https://auth.example.com/token",service="x"', 'it asks for bearer, and only Basic is supported'],
    ['Negotiate, NTLM', 'it asks for negotiate, ntlm'],
    ['', 'it asks for nothing that could be answered'],
  ])('says what it cannot answer: %s', async (challenge, text) => {
    world.registry.requireLogin('alice', 'x', challenge)
    await expect(world.pull(':prod', {credentials: only(alice)})).rejects.toMatchObject({
      code: 'ARTIFACT_AUTH_REQUIRED',
      message: expect.stringContaining(text) as unknown,
    })
    expect(authorizations()).toEqual([undefined])
  })

  it('sends no credential over plain HTTP to another machine', async () => {
    const options = {
      reference: 'oci://registry.example.com/acme/config:prod',
      plainHttp: true,
      http: forwarding('http://registry.example.com', `http://${world.registry.host}`),
      credentials: only(alice, 'registry.example.com'),
    }
    await expect(world.pull(':prod', options)).rejects.toMatchObject({
      code: 'ARTIFACT_AUTH_REQUIRED',
      message: expect.stringContaining('credentials are not sent over plain HTTP') as unknown,
      hint: expect.stringContaining('TLS') as unknown,
    })
    expect(authorizations()).toEqual([undefined])
  })
})
