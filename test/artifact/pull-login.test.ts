import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {Credential} from '../../src/artifact/credential.ts'
import {Secret} from '../../src/secret.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {forwarding, only, openPullWorld, type PullWorld} from './pull-world.ts'

const alice: Credential = {kind: 'password', username: 'alice', password: new Secret('hunter22:é')}
const stranger: Credential = {kind: 'password', username: 'alice', password: new Secret('wrong-one')}
const header = `Basic ${Buffer.from('alice:hunter22:é').toString('base64')}`

describe('pullArtifact from a registry that wants a login', () => {
  let world: PullWorld
  beforeEach(async () => {
    world = await openPullWorld()
    const {registry} = world
    registry.requireLogin('alice', 'hunter22:é', ['Negotiate', 'Digest nonce="x", Basic realm="y"'])
    addArtifact(registry, [addFileLayer(registry, 'a', 'x'), addFileLayer(registry, 'b', 'y')])
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const known = (credential: Credential | null) => ({credentials: only(credential, world.registry.host)})
  const authorizations = () => world.registry.calls.map(({headers}) => headers.authorization)

  it('sends nothing before it is asked, then stays logged in', async () => {
    await using artifact = await world.pull(':prod', known(alice))
    expect(artifact.files).toBe(2)
    expect(authorizations()).toEqual([undefined, header, header, header])
  })

  it('says that a login is needed', async () => {
    expect(await world.failure()).toMatchObject({
      code: 'ARTIFACT_AUTH_REQUIRED',
      message: expect.stringMatching(
        /: the registry answered 401: UNAUTHORIZED: authentication required: there are no credentials for it$/,
      ) as unknown,
    })
    expect(authorizations()).toEqual([undefined])
  })

  it('says why there may be no credential', async () => {
    const note = 'config.json cannot be read (EACCES)'
    const credentials = {lookup: () => Promise.resolve({logins: [], note})}
    await expect(world.pull(':prod', {credentials})).rejects.toThrow(note)
  })

  it('tries a refused login once, says where it comes from, and shows no secret', async () => {
    const error = await world.failure(':prod', known(stranger))
    expect(error).toMatchObject({
      code: 'ARTIFACT_AUTH_FAILED',
      message: expect.stringMatching(/: it does not take the login of config.json$/) as unknown,
    })
    expect(authorizations()).toHaveLength(2)
    expect(inspect(error, {depth: 10})).not.toMatch(/wrong-one|YWxpY2U/)
  })

  it('gives up when a login no longer counts half-way, without trying it again', async () => {
    const {registry} = world
    const layer = addFileLayer(registry, 'c', 'z')
    addArtifact(registry, [layer])
    registry.answer(`blobs/${layer.digest}`, {status: 401, headers: {'www-authenticate': 'Basic realm="x"'}})
    expect(await world.failure(':prod', known(alice))).toMatchObject({code: 'ARTIFACT_AUTH_FAILED'})
    expect(registry.paths()).toEqual(['manifests/prod', 'manifests/prod', `blobs/${layer.digest}`])
  })

  it.each([
    ['Digest realm="x"', 'it asks for digest, and only Basic and Bearer are supported'],
    ['Bearer service="x"', 'it asks for bearer'],
    ['Negotiate, NTLM', 'it asks for negotiate, ntlm'],
    ['', 'it asks for nothing that could be answered'],
  ])('says what it cannot answer: %s', async (challenge, text) => {
    world.registry.requireLogin('alice', 'x', challenge)
    expect(await world.failure(':prod', known(alice))).toMatchObject({
      code: 'ARTIFACT_AUTH_REQUIRED',
      message: expect.stringContaining(text) as unknown,
    })
    expect(authorizations()).toEqual([undefined])
  })

  it('sends a token of the registry itself as it is, and no other token where Basic is asked for', async () => {
    const token = new Secret('registry-token')
    world.registry.requireToken(['registry-token'], 'Bearer realm="http://127.0.0.1:1/never-asked"')
    const artifact = await world.pull(':prod', known({kind: 'registry', token}))
    await artifact[Symbol.asyncDispose]()
    expect(artifact.files).toBe(2)
    world.registry.requireLogin('alice', 'x')
    expect(await world.failure(':prod', known({kind: 'identity', username: null, token}))).toMatchObject({
      code: 'ARTIFACT_AUTH_REQUIRED',
      message: expect.stringMatching(/: it asks for Basic, and config.json has a token$/) as unknown,
    })
  })

  it('sends no credential over plain HTTP to another machine', async () => {
    const options = {
      reference: 'oci://registry.example.com/acme/config:prod',
      plainHttp: true,
      http: forwarding('http://registry.example.com', `http://${world.registry.host}`),
      credentials: only(alice, 'registry.example.com'),
    }
    for (const challenge of ['Basic realm="x"', 'Bearer realm="http://registry.example.com/token"']) {
      world.registry.requireLogin('alice', 'x', challenge)
      expect(await world.failure(':prod', options)).toMatchObject({
        code: 'ARTIFACT_AUTH_REQUIRED',
        message: expect.stringContaining('credentials are not sent over plain HTTP') as unknown,
        hint: expect.stringContaining('TLS') as unknown,
      })
    }
    expect(authorizations()).toEqual([undefined, undefined])
  })
})
