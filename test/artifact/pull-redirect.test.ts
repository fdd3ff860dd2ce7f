import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {Credential} from '../../src/artifact/credential.ts'
import type {Http} from '../../src/http.ts'
import {Secret} from '../../src/secret.ts'
import {startFakeRegistry, type FakeRegistry, type StoredDescriptor} from '../support/fake-registry.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {forwarding, only, openPullWorld, type PullWorld} from './pull-world.ts'

const alice: Credential = {kind: 'password', username: 'alice', password: new Secret('hunter22')}
const signature = '?X-Amz-Signature=presigned-secret'

const at = ({host}: FakeRegistry, path: string) => `http://${host}/v2/acme/config/${path}`
const redirect = (location: string, status = 307) => ({status, headers: {location}})
const authorizations = ({calls}: FakeRegistry) => calls.map(({headers}) => headers.authorization !== undefined)

describe('pullArtifact from a registry that redirects', () => {
  let world: PullWorld
  let storage: FakeRegistry
  let layer: StoredDescriptor
  let blob: string
  beforeEach(async () => {
    world = await openPullWorld()
    storage = await startFakeRegistry()
    layer = addFileLayer(world.registry, 'tazuna.yaml', 'content')
    addArtifact(world.registry, [layer])
    blob = `blobs/${layer.digest}`
    world.registry.requireLogin('alice', 'hunter22')
  })
  afterEach(async () => {
    await storage[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  const login = () => ({credentials: only(alice, world.registry.host)})

  it.each([301, 302, 303, 307, 308])('follows a %i to storage without its login', async status => {
    storage.answer(`x${signature}`, {body: 'content'})
    world.registry.answer(blob, redirect(at(storage, `x${signature}`), status))
    await using artifact = await world.pull(':prod', login())
    expect(artifact.files).toBe(1)
    expect(storage.paths()).toEqual([`x${signature}`])
    expect(storage.calls[0]!.headers).not.toHaveProperty('authorization')
    expect(storage.calls[0]!.headers['accept-encoding']).toBe('identity')
  })

  it('follows for manifests too, and keeps its login on the same server', async () => {
    const {registry} = world
    registry.answer('manifests/prod', null, redirect('/v2/acme/config/manifests/elsewhere'))
    expect(await world.failure(':prod', login())).toMatchObject({code: 'ARTIFACT_NOT_FOUND'})
    expect(registry.paths()).toEqual(['manifests/prod', 'manifests/prod', 'manifests/elsewhere'])
    expect(authorizations(registry)).toEqual([false, true, true])
  })

  it('never takes its login along again once it was elsewhere', async () => {
    storage.answer('back', redirect(at(world.registry, `${blob}?again`)))
    world.registry.answer(`${blob}?again`, {body: 'content'})
    world.registry.answer(blob, redirect(at(storage, 'back')))
    await using artifact = await world.pull(':prod', login())
    expect(artifact.files).toBe(1)
    expect(authorizations(world.registry)).toEqual([false, true, true, false])
    expect(authorizations(storage)).toEqual([false])
  })

  it.each([
    ['another port', 'http://127.0.0.1'],
    ['another host', 'http://localhost'],
  ])('takes %s for another server', async (_, origin) => {
    const port = storage.host.split(':')[1]!
    storage.answer('x', {body: 'content'})
    world.registry.answer(blob, redirect(`${origin}:${port}/v2/acme/config/x`))
    await using artifact = await world.pull(':prod', login())
    expect(artifact.files).toBe(1)
    expect(authorizations(storage)).toEqual([false])
  })

  it('does not log in where it was redirected to', async () => {
    const headers = {'www-authenticate': 'Basic realm="give me"'}
    storage.answer('x', {status: 401, headers})
    world.registry.answer(blob, redirect(at(storage, 'x')))
    expect(await world.failure(':prod', login())).toMatchObject({
      code: 'ARTIFACT_DENIED',
      message: expect.stringMatching(/: the registry redirects to http:[^ ]*, which answered 401$/) as unknown,
    })
    expect(authorizations(storage)).toEqual([false])
  })

  it('follows five redirects and no sixth', async () => {
    const hop = (n: number) => (n === 0 ? {body: 'content'} : redirect(`x${n - 1}`))
    world.registry.answer(blob, redirect(at(storage, 'x4')))
    for (const n of [0, 1, 2, 3, 4, 5]) storage.answer(`x${n}`, hop(n))
    const artifact = await world.pull(':prod', login())
    await artifact[Symbol.asyncDispose]()
    expect(storage.paths()).toEqual(['x4', 'x3', 'x2', 'x1', 'x0'])
    world.registry.answer(blob, redirect(at(storage, 'x5')))
    expect(await world.failure(':prod', login())).toMatchObject({code: 'ARTIFACT_REDIRECT_REJECTED'})
    expect(storage.paths()).toHaveLength(10)
  })

  it.each([
    ['to a place without TLS', 'https://registry.example.com', 'http://storage.example.com/x', 'without TLS'],
    ['to another protocol', 'https://registry.example.com', 'ftp://storage.example.com/x', 'redirects to ftp:'],
    ['to a file', 'http://registry.example.com', 'file:///etc/passwd', 'redirects to file:'],
    ['to nowhere', 'https://registry.example.com', 'https://', 'to no place that can be read'],
  ])('refuses a redirect %s', async (_, origin, location, text) => {
    const error = await world.failure(':prod', {
      ...login(),
      reference: 'oci://registry.example.com/acme/config:prod',
      plainHttp: origin.startsWith('http:'),
      http: redirecting(origin, location),
    })
    expect(error).toMatchObject({
      code: 'ARTIFACT_REDIRECT_REJECTED',
      message: expect.stringContaining(text) as unknown,
    })
  })

  /** Every answer of this registry is a redirect. */
  function redirecting(origin: string, location: string): Http {
    world.registry.answer('manifests/prod', redirect(location))
    return forwarding(origin, `http://${world.registry.host}`)
  }

  it.each([
    ['answers 403 and repeats the URL', {status: 403, headers: {'content-type': 'text/plain'}, body: signature}],
    ['breaks', 'reset'],
    ['sends other bytes', {body: 'other-b'}],
    ['sends it encoded', {headers: {'content-encoding': 'gzip'}, body: 'content'}],
    ['redirects in a circle', redirect(signature)],
  ] as const)('shows nothing of a signed URL when the storage %s', async (_, answer) => {
    storage.answer(`x${signature}`, answer)
    world.registry.answer(blob, redirect(at(storage, `x${signature}`)))
    const error = await world.failure(':prod', login())
    expect(error).toMatchObject({code: expect.stringMatching(/^ARTIFACT_/) as unknown})
    expect(inspect(error, {depth: 10})).not.toMatch(/presigned|acme\/config\/x/)
  })

  it('asks the registry again for a link when the storage fails', async () => {
    storage.answer('first', {status: 503})
    storage.answer('second', {body: 'content'})
    world.registry.answer(blob, redirect(at(storage, 'first')), redirect(at(storage, 'second')))
    await using artifact = await world.pull(':prod', login())
    expect(artifact.files).toBe(1)
    expect(storage.paths()).toEqual(['first', 'second'])
    expect(world.waits).toEqual([250])
  })
})
