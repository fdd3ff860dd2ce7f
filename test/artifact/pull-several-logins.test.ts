import {rename, symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {readCredentials, type Credentials, type KnownLogin} from '../../src/artifact/credentials.ts'
import {parseDockerConfig} from '../../src/artifact/docker-config.ts'
import {Secret} from '../../src/secret.ts'
import {errorBody, type RegistryAnswer, type StoredDescriptor} from '../support/fake-registry.ts'
import {tempDir} from '../support/temp-dir.ts'
import {startTokenServer} from '../support/token-server.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {instantTiming, openPullWorld, type PullWorld} from './pull-world.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const named = (username: string): KnownLogin => ({
  credential: {kind: 'password', username, password: new Secret(`${username}-word`)},
  origin: `${username}.json`,
})
const header = (username: string) => basic(`${username}:${username}-word`)

describe('pullArtifact with several logins for one repository', () => {
  let world: PullWorld
  let layer: StoredDescriptor
  /** Whether the places were read again, of every time they were asked. */
  let lookups: boolean[]
  beforeEach(async () => {
    world = await openPullWorld()
    layer = addFileLayer(world.registry, 'tazuna.yaml', 'content')
    addArtifact(world.registry, [layer])
    lookups = []
  })
  afterEach(() => world[Symbol.asyncDispose]())

  /** Knows the first ones, and the others when it reads again. */
  function knowing(first: readonly string[], later: readonly string[] = first): {credentials: Credentials} {
    const lookup: Credentials['lookup'] = ({isAgain}) => {
      lookups.push(isAgain)
      return Promise.resolve({logins: (isAgain ? later : first).map(named), note: null})
    }
    return {credentials: {lookup}}
  }

  const authorizations = () => world.registry.calls.map(({headers}) => headers.authorization)

  it('tries one after the other until the registry takes one, and stays with it', async () => {
    world.registry.requireLogin('c', 'c-word')
    await using artifact = await world.pull(':prod', knowing(['a', 'b', 'c', 'd']))
    expect(artifact.files).toBe(1)
    expect(authorizations()).toEqual([undefined, header('a'), header('b'), header('c'), header('c')])
    expect(lookups).toEqual([false])
  })

  it('goes on from one that is known and may not, 403, to one that may', async () => {
    const denied: RegistryAnswer = {status: 403, body: errorBody('DENIED', 'not yours')}
    const asks: RegistryAnswer = {status: 401, headers: {'www-authenticate': 'Basic realm="x"'}}
    world.registry.answer('manifests/prod', asks, denied, null)
    await using artifact = await world.pull(':prod', knowing(['a', 'b']))
    expect(artifact.files).toBe(1)
    expect(authorizations()).toEqual([undefined, header('a'), header('b'), header('b')])
  })

  it('goes on from one that the token service refuses', async () => {
    await using service = await startTokenServer({user: 'b:b-word'})
    world.registry.requireToken(service.tokens, `Bearer realm="${service.realm}"`)
    await using artifact = await world.pull(':prod', knowing(['a', 'b']))
    expect(artifact.files).toBe(1)
    expect(service.calls.map(({authorization}) => authorization)).toEqual([header('a'), header('b')])
    const bearer = `Bearer ${service.tokens[0]}`
    expect(authorizations()).toEqual([undefined, bearer, bearer])
  })

  it('sends each once when none is taken, names all of them, and never goes on as nobody', async () => {
    world.registry.requireLogin('x', 'x')
    const error = await world.failure(':prod', knowing(['a', 'b', 'c']))
    expect(error).toMatchObject({
      code: 'ARTIFACT_AUTH_FAILED',
      message: expect.stringMatching(
        /it does not take the login of c\.json; before that it refused the login of a\.json, b\.json$/,
      ) as unknown,
    })
    expect(authorizations()).toEqual([undefined, header('a'), header('b'), header('c')])
    expect(lookups).toEqual([false, true])
    expect(inspect(error, {depth: 10})).not.toMatch(/-word|LXdvcmQ/)
  })

  it('is denied only where all are', async () => {
    const denied: RegistryAnswer = {status: 403, body: errorBody('DENIED', 'not yours')}
    const asks: RegistryAnswer = {status: 401, headers: {'www-authenticate': 'Basic realm="x"'}}
    world.registry.answer('manifests/prod', asks, denied)
    expect(await world.failure(':prod', knowing(['a', 'b']))).toMatchObject({
      code: 'ARTIFACT_DENIED',
      message: expect.stringMatching(
        /answered 403: DENIED: not yours: with the login of b\.json; before that it refused the login of a\.json$/,
      ) as unknown,
    })
    world.registry.answer('manifests/prod', asks, asks, denied)
    expect(await world.failure(':prod', knowing(['a', 'b']))).toMatchObject({code: 'ARTIFACT_AUTH_FAILED'})
  })

  it('reads the places again, once, and tries what is new there', async () => {
    world.registry.requireLogin('new', 'new-word')
    await using artifact = await world.pull(':prod', knowing(['old', 'other'], ['old', 'new']))
    expect(artifact.files).toBe(1)
    expect(authorizations()).toEqual([undefined, header('old'), header('other'), header('new'), header('new')])
    expect(lookups).toEqual([false, true])
  })

  it('finds a login that was not there at first', async () => {
    world.registry.requireLogin('new', 'new-word')
    await using artifact = await world.pull(':prod', knowing([], ['new']))
    expect(artifact.files).toBe(1)
    expect(lookups).toEqual([false, true])
  })

  it('reads again when a login ends half-way, as one of ECR does after 12 hours', async () => {
    const body = errorBody('DENIED', 'Your authorization token has expired. Reauthenticate and try again.')
    world.registry.requireLogin('old', 'old-word')
    world.registry.answer(
      `blobs/${layer.digest}`,
      {status: 403, headers: {'content-type': 'application/json'}, body},
      null,
    )
    const pulling = world.pull(':prod', knowing(['old'], ['new']))
    await expect(pulling).rejects.toMatchObject({code: 'ARTIFACT_AUTH_FAILED'})
    expect(authorizations()).toEqual([undefined, header('old'), header('old'), header('new')])
  })

  it('has no login to try where a 403 asks for none', async () => {
    world.registry.answer('manifests/prod', {status: 403})
    expect(await world.failure(':prod', knowing(['a', 'b']))).toMatchObject({code: 'ARTIFACT_DENIED'})
    expect(authorizations()).toEqual([undefined])
    expect(lookups).toEqual([])
  })

  it('keeps its login for a 403 that means something of its own', async () => {
    world.registry.requireLogin('a', 'a-word')
    const later = [addFileLayer(world.registry, 'b', 'b'), addFileLayer(world.registry, 'c', 'c')]
    addArtifact(world.registry, later)
    world.registry.answer(`blobs/${later[0]!.digest}`, {status: 503}, null)
    await using artifact = await world.pull(':prod', knowing(['a', 'b']))
    expect(artifact.files).toBe(2)
    expect(new Set(authorizations())).toEqual(new Set([undefined, header('a')]))
  })

  it('renews a token that is about to end before it sends it, ten seconds early', async () => {
    await using service = await startTokenServer({user: 'a:a-word'})
    world.registry.requireToken(service.tokens, `Bearer realm="${service.realm}"`)
    let now = 0
    // five minutes a token; each request takes its time
    const timing = {...instantTiming(), now: () => (now += 60_000)}
    const layers = ['1', '2', '3', '4', '5', '6'].map(name => addFileLayer(world.registry, name, name))
    addArtifact(world.registry, layers)
    await using artifact = await world.pull(':prod', {...knowing(['a']), timing})
    expect(artifact.files).toBe(6)
    expect(service.tokens.length).toBeGreaterThan(1)
    expect(authorizations().filter(value => value === undefined)).toHaveLength(1)
    expect(authorizations().slice(1)).toHaveLength(7)
    expect(service.calls.every(({authorization}) => authorization === header('a'))).toBe(true)
  })

  it('takes the same token again, of a service that always gives that one', async () => {
    await using service = await startTokenServer({user: 'a:a-word', mint: () => 'always-the-same'})
    world.registry.requireToken(service.tokens, `Bearer realm="${service.realm}"`)
    let now = 0
    const timing = {...instantTiming(), now: () => (now += 60_000)}
    addArtifact(
      world.registry,
      ['1', '2', '3', '4', '5', '6'].map(name => addFileLayer(world.registry, name, name)),
    )
    await using artifact = await world.pull(':prod', {...knowing(['a', 'b']), timing})
    expect(artifact.files).toBe(6)
    expect(service.calls.length).toBeGreaterThan(1)
    expect(service.calls.every(({authorization}) => authorization === header('a'))).toBe(true)
  })
})

describe('two image pull secrets', () => {
  it('count as one list, the most specific key first, of whichever it is', async () => {
    await using world = await openPullWorld()
    const {registry} = world
    addArtifact(registry, [addFileLayer(registry, 'tazuna.yaml', 'content')])
    registry.requireLogin('x', 'x')
    const {host} = registry
    const texts = {
      first: auths({[host]: 'one', [host.replace('127', '*')]: 'glob', 'ghcr.io': 'never'}),
      second: auths({[`${host}/acme`]: 'part', [host]: 'two', [`${host}/other`]: 'never'}),
      legacy: JSON.stringify({[`${host}/acme/config`]: {auth: Buffer.from('old:old-word').toString('base64')}}),
    }
    const configured = () =>
      Object.entries(texts).map(([name, text]) => ({name, config: parseDockerConfig(text, name)}))
    const credentials = await readCredentials({env: {}, homeDir: world.tempDir, configured, onSecret: () => undefined})
    expect(await world.failure(':prod', {credentials})).toMatchObject({
      code: 'ARTIFACT_AUTH_FAILED',
      message: expect.stringMatching(/the login of first; before that .* of legacy, second, first, second$/) as unknown,
    })
    expect(registry.calls.slice(1).map(({headers}) => headers.authorization)).toEqual(
      ['old', 'part', 'one', 'two', 'glob'].map(header),
    )
  })

  it('that know nothing of a registry are named when it wants a login', async () => {
    await using world = await openPullWorld()
    world.registry.requireLogin('x', 'x')
    const credentials = await readCredentials({
      env: {},
      homeDir: world.tempDir,
      configured: ofElsewhere,
      onSecret: () => undefined,
    })
    const note = `no login for ${world.registry.host}/acme/config is in file /secrets/a`
    expect(await world.failure(':prod', {credentials})).toMatchObject({
      code: 'ARTIFACT_AUTH_REQUIRED',
      message: expect.stringContaining(note) as unknown,
    })
  })

  it('that are swapped while the pull is under way are read again', async () => {
    await using world = await openPullWorld()
    await using dir = await tempDir()
    const {registry} = world
    addArtifact(registry, [addFileLayer(registry, 'tazuna.yaml', 'content')])
    registry.requireLogin('new', 'new-word')
    // as the kubelet mounts a secret
    await dir.write('1/.dockerconfigjson', auths({[registry.host]: 'old'}))
    await dir.write('2/.dockerconfigjson', auths({[registry.host]: 'new'}))
    await symlink('1', join(dir.path, '..data'))
    const options = {env: {DOCKER_CONFIG: join(dir.path, '..data')}, homeDir: world.tempDir, onSecret: () => undefined}
    const credentials = await readCredentials(options)
    await symlink('2', join(dir.path, 'next'))
    await rename(join(dir.path, 'next'), join(dir.path, '..data'))
    await using artifact = await world.pull(':prod', {credentials})
    expect(artifact.files).toBe(1)
    expect(registry.calls.map(({headers}) => headers.authorization)).toEqual([
      undefined,
      header('old'),
      header('new'),
      header('new'),
    ])
  })
})

function auths(users: Readonly<Record<string, string>>): string {
  const entries = Object.entries(users).map(([key, user]) => [key, {username: user, password: `${user}-word`}])
  return JSON.stringify({auths: Object.fromEntries(entries)})
}

function ofElsewhere() {
  return [{name: 'file /secrets/a', config: parseDockerConfig(auths({'ghcr.io': 'a'}), 'x')}]
}
