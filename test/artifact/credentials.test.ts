import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import type {Credential} from '../../src/artifact/credential.ts'
import {readCredentials, type CredentialOptions} from '../../src/artifact/credentials.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const login = (username: string) => JSON.stringify({auths: {'a.io': {username, password: 'pass'}}})

const wanted = (host: string, repository = 'acme/config', isAgain = false) => ({
  host,
  repository,
  isAgain,
  attempt: attemptOf('pulling x'),
  signal: new AbortController().signal,
})

describe('readCredentials', () => {
  let home: TempDir
  let secrets: Secret[]
  beforeEach(async () => {
    home = await tempDir()
    secrets = []
  })
  afterEach(() => home[Symbol.asyncDispose]())

  const read = (env: NodeJS.ProcessEnv = {}, options: Partial<CredentialOptions> = {}) =>
    readCredentials({env, homeDir: home.path, onSecret: secret => void secrets.push(secret), ...options})
  /** The first one, or why there is none. */
  async function lookup(host: string, env?: NodeJS.ProcessEnv) {
    const {logins, note} = await (await read(env)).lookup(wanted(host))
    return logins[0] ?? {credential: null, origin: note}
  }

  async function lookupIn(config: unknown, host = 'ghcr.io', env?: NodeJS.ProcessEnv) {
    await home.write('.docker/config.json', typeof config === 'string' ? config : JSON.stringify(config))
    return await lookup(host, env)
  }

  it('knows nobody when there is no config', async () => {
    expect(await lookup('ghcr.io')).toEqual({credential: null, origin: null})
    expect(await lookup('ghcr.io', {DOCKER_CONFIG: '', DOCKER_AUTH_CONFIG: '', REGISTRY_AUTH_FILE: ''})).toEqual({
      credential: null,
      origin: null,
    })
  })

  it('looks at all places in order, and says which it was', async () => {
    const path = (name: string) => join(home.path, name)
    const env: NodeJS.ProcessEnv = {
      DOCKER_AUTH_CONFIG: login('variable'),
      REGISTRY_AUTH_FILE: await home.write('podman.json', login('podman-file')),
      DOCKER_CONFIG: path('docker'),
      XDG_RUNTIME_DIR: path('run'),
      XDG_CONFIG_HOME: path('xdg'),
    }
    await home.write('docker/config.json', login('docker-folder'))
    await home.write('docker/.dockerconfigjson', login('pull-secret'))
    await home.write('.docker/config.json', login('docker-home'))
    await home.write('run/containers/auth.json', login('podman-run'))
    await home.write('xdg/containers/auth.json', login('podman-xdg'))
    await home.write('.config/containers/auth.json', login('podman-home'))
    const seen: (string | null)[] = []
    for (const name of ['', 'DOCKER_AUTH_CONFIG', 'REGISTRY_AUTH_FILE', 'DOCKER_CONFIG']) {
      delete env[name]
      seen.push(userOf((await lookup('a.io', env)).credential))
    }
    await home.write('.docker/config.json', '{}')
    for (const name of ['', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME']) {
      delete env[name]
      seen.push(userOf((await lookup('a.io', env)).credential))
    }
    const last = ['podman-run', 'podman-xdg', 'podman-home']
    expect(seen).toEqual(['variable', 'podman-file', 'docker-folder', 'docker-home', ...last])
    expect((await lookup('a.io', {})).origin).toBe(path('.config/containers/auth.json'))
  })

  it('takes a folder with a mounted image pull secret', async () => {
    await home.write('secret/.dockerconfigjson', '{"auths":{"*.io":{"username":"puller","password":"p"}}}')
    const {credential} = await lookup('ghcr.io', {DOCKER_CONFIG: join(home.path, 'secret')})
    expect(userOf(credential)).toBe('puller')
  })

  it('takes a folder with a mounted secret of the older kind, which has only the entries', async () => {
    await home.write('secret/.dockercfg', JSON.stringify({'*.io': {auth: base64('puller:p'), email: 'a@example.com'}}))
    const {credential} = await lookup('ghcr.io', {DOCKER_CONFIG: join(home.path, 'secret')})
    expect(userOf(credential)).toBe('puller')
  })

  it.each([
    {psFormat: 'table', HttpHeaders: {'User-Agent': 'x'}},
    {proxies: {default: {httpProxy: 'http://proxy:3128'}}},
    {currentContext: 'default', plugins: {debug: {hooks: 'exec'}}},
    {},
  ])('takes a config without logins for what it is: %j', async config => {
    expect(await lookupIn(config)).toEqual({credential: null, origin: null})
  })

  it('takes the login of the config before all others, and reads nothing else', async () => {
    const configured: Credential = {kind: 'password', username: 'me', password: new Secret('configured-word')}
    const credentials = await read({DOCKER_AUTH_CONFIG: 'broken'}, {configured: () => configured})
    expect(await credentials.lookup(wanted('a.io'))).toEqual({
      logins: [{credential: configured, origin: 'source.credentials'}],
      note: null,
    })
    expect(redactor(secrets)(`configured-word ${base64('me:configured-word')}`)).toBe('[redacted] [redacted]')
  })

  it.each([
    ['the base64 form', {auth: base64('alice:pa:ss')}, 'password alice pa:ss'],
    ['the base64 form with NULs at its end', {auth: base64('alice:pass\0\0')}, 'password alice pass'],
    ['an empty password', {auth: base64('alice:')}, 'password alice '],
    ['two fields', {username: 'alice', password: 'pass'}, 'password alice pass'],
    ['the base64 form before the fields', {auth: base64('alice:pass'), username: 'bob'}, 'password alice pass'],
    ['nothing in an empty entry', {}, null],
    ['nothing in an entry that only has an e-mail address', {email: 'a@example.com'}, null],
    ['an identity token', {identitytoken: 'tok'}, 'identity null tok'],
    ['an identity token and its user', {auth: base64('0000:'), identitytoken: 'tok'}, 'identity 0000 tok'],
    ['a registry token before all', {auth: base64('a:b'), identitytoken: 'x', registrytoken: 'tok'}, 'registry tok'],
  ])('reads %s', async (_, entry, expected) => {
    expect(show((await lookupIn({auths: {'ghcr.io': entry}})).credential)).toBe(expected)
  })

  it('asks the helper of the host, then the store, then its own entries', async () => {
    const bin = join(home.path, 'bin')
    const env = {PATH: `${bin}:/usr/bin:/bin`}
    const helper = (name: string, answer: string) =>
      home.write(`bin/docker-credential-${name}`, `#!/bin/sh\n${answer}\n`, 0o755)
    const config = {
      credHelpers: {'ghcr.io': 'one'},
      credsStore: 'all',
      auths: {'ghcr.io': {auth: base64('entry:x')}, 'quay.io': {}},
    }
    await helper('one', 'echo \'{"Username":"helper","Secret":"helper-secret"}\'')
    await helper('all', 'echo \'{"Username":"store","Secret":"store-secret"}\'')
    expect(await lookupIn(config, 'ghcr.io', env)).toMatchObject({
      credential: {username: 'helper'},
      origin: 'docker-credential-one',
    })
    expect(await lookupIn(config, 'quay.io', env)).toMatchObject({credential: {username: 'store'}})
    expect(redactor(secrets)(`helper-secret ${base64('store:store-secret')}`)).toBe('[redacted] [redacted]')
    await helper('one', 'echo "credentials not found in native keychain"; exit 1')
    expect(await lookupIn(config, 'ghcr.io', env)).toMatchObject({credential: {username: 'entry'}})
    await helper('one', 'exit 1')
    await expect(lookupIn(config, 'ghcr.io', env)).rejects.toMatchObject({code: 'ARTIFACT_HELPER_FAILED'})
    expect(await lookupIn({credHelpers: {'ghcr.io': 'one'}}, 'quay.io', env)).toEqual({credential: null, origin: null})
  })

  it('gives all secrets to the redactor, in the form of the header too', async () => {
    await lookupIn({
      auths: {
        'a.io': {auth: base64('alice:hunter22')},
        'b.io': {username: 'bob', password: 'correct horse'},
        'c.io': {identitytoken: 'identity-token'},
        'd.io': {registrytoken: 'registry-token'},
      },
    })
    const text = `hunter22 ${base64('alice:hunter22')} correct horse ${base64('bob:correct horse')} identity-token registry-token`
    expect(redactor(secrets)(text)).toBe(Array.from({length: 6}, () => '[redacted]').join(' '))
    expect(inspect(secrets)).not.toMatch(/hunter22|horse|token/)
  })

  it.each([
    ['no JSON', '{"auths": {"ghcr.io": {"password": "hunter22"', 'not valid JSON'],
    ['JSON of another kind', '"hunter22"', 'has not the right type'],
    ['a list of hosts', {auths: ['hunter22']}, 'has not the right type'],
    ['a number for a password', {auths: {'ghcr.io': {auth: 12_345_678}}}, 'has not the right type'],
    ['an auth without a colon', {auths: {'ghcr.io': {auth: base64('hunter22')}}}, 'not the base64 form'],
    ['an auth without a user', {auths: {'ghcr.io': {auth: base64(':hunter22')}}}, 'not the base64 form'],
    ['a password without a user', {auths: {'ghcr.io': {password: 'hunter22'}}}, 'without a username'],
  ])('refuses %s, and quotes none of it', async (_, config, problem) => {
    const text = typeof config === 'string' ? config : JSON.stringify(config)
    for (const failing of [() => lookupIn(config), () => lookup('ghcr.io', {DOCKER_AUTH_CONFIG: text})]) {
      const error = await failing().catch((error: unknown) => error)
      expect(error).toMatchObject({
        code: 'ARTIFACT_CREDENTIALS_INVALID',
        message: expect.stringContaining(problem) as unknown,
      })
      expect(inspect(error)).not.toMatch(new RegExp(`hunter22|12345678|${base64('hunter22')}`))
    }
  })

  it('says of a place that a variable names that nothing is there', async () => {
    for (const name of ['DOCKER_CONFIG', 'REGISTRY_AUTH_FILE']) {
      const {credential, origin} = await lookup('ghcr.io', {[name]: join(home.path, 'absent')})
      expect(credential).toBeNull()
      expect(origin).toMatch(new RegExp(`absent.*, which ${name} names, is not there$`))
    }
  })

  it('refuses a named config that cannot be read, but goes on without one in a home folder of another user', async () => {
    await mkdir(join(home.path, 'folder', 'config.json'), {recursive: true})
    for (const env of [{DOCKER_CONFIG: join(home.path, 'folder')}, {REGISTRY_AUTH_FILE: home.path}]) {
      await expect(read(env)).rejects.toMatchObject({code: 'ARTIFACT_CREDENTIALS_INVALID'})
    }
    await home.write('.docker', 'a file')
    expect(await lookup('ghcr.io')).toEqual({
      credential: null,
      origin: expect.stringContaining('cannot be read (ENOTDIR)') as unknown,
    })
  })
})

function userOf(credential: Credential | null): string | null {
  return credential?.kind === 'password' ? credential.username : null
}

function show(credential: Credential | null): string | null {
  if (credential === null) return null
  if (credential.kind === 'password') return `password ${credential.username} ${credential.password.reveal()}`
  if (credential.kind === 'registry') return `registry ${credential.token.reveal()}`
  return `identity ${credential.username} ${credential.token.reveal()}`
}
