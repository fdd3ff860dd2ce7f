import {chmod, mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {readCredentials} from '../../src/artifact/credentials.ts'
import {redactor} from '../../src/secret.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('readCredentials', () => {
  let home: TempDir
  beforeEach(async () => {
    home = await tempDir()
  })
  afterEach(() => home[Symbol.asyncDispose]())

  const read = (env: NodeJS.ProcessEnv = {}) => readCredentials({env, homeDir: home.path})

  async function readConfig(config: unknown) {
    await home.write('.docker/config.json', typeof config === 'string' ? config : JSON.stringify(config))
    return await read()
  }

  async function userOf(config: unknown, host: string): Promise<string | null> {
    const {credential} = (await readConfig(config)).lookup(host)
    return credential === null ? null : `${credential.username}:${credential.password.reveal()}`
  }

  it('knows nobody when there is no config', async () => {
    expect((await read()).lookup('ghcr.io')).toEqual({credential: null, unused: null})
    expect((await read({DOCKER_CONFIG: home.path})).lookup('ghcr.io')).toEqual({credential: null, unused: null})
  })

  it('looks in DOCKER_CONFIG instead of the home folder', async () => {
    await home.write('.docker/config.json', '{"auths":{"a.io":{"username":"home","password":"p"}}}')
    await home.write('other/config.json', '{"auths":{"a.io":{"username":"other","password":"p"}}}')
    expect((await read({DOCKER_CONFIG: join(home.path, 'other')})).lookup('a.io').credential?.username).toBe('other')
    expect((await read({DOCKER_CONFIG: ''})).lookup('a.io').credential?.username).toBe('home')
  })

  it.each([
    ['the base64 form', {auth: base64('alice:pa:ss')}, 'alice:pa:ss'],
    ['the base64 form with NULs at its end', {auth: base64('alice:pass\0\0')}, 'alice:pass'],
    ['an empty password', {auth: base64('alice:')}, 'alice:'],
    ['two fields', {username: 'alice', password: 'pass'}, 'alice:pass'],
    ['the base64 form before the fields', {auth: base64('alice:pass'), username: 'bob', password: 'x'}, 'alice:pass'],
    ['nothing in an empty entry', {}, null],
    ['nothing in an entry that only has an e-mail address', {email: 'a@example.com'}, null],
  ])('reads %s', async (_, entry, expected) => {
    expect(await userOf({auths: {'ghcr.io': entry}}, 'ghcr.io')).toBe(expected)
  })

  it.each([
    ['ghcr.io', 'ghcr.io', true],
    ['ghcr.io', 'xghcr.io', false],
    ['ghcr.io', 'ghcr.io.evil.example', false],
    ['ghcr.io', 'ghcr.io:443', false],
    ['ghcr.io:5000', 'ghcr.io', false],
    ['ghcr.io:5000', 'ghcr.io:5001', false],
    ['ghcr.io:5000', 'ghcr.io:5000', true],
    ['https://ghcr.io/v1/', 'ghcr.io', true],
    ['https://ghcr.io/v2/', 'ghcr.io', true],
    ['https://ghcr.io', 'ghcr.io', true],
    ['ghcr.io/', 'ghcr.io', true],
    ['ghcr.io/acme', 'ghcr.io', false],
    ['https://ghcr.io/acme', 'ghcr.io', false],
    ['*.io', 'ghcr.io', false],
    ['GHCR.io', 'ghcr.io', true],
    ['https://index.docker.io/v1/', 'docker.io', true],
    ['https://index.docker.io/v1/', 'registry-1.docker.io', true],
    ['docker.io', 'index.docker.io', true],
    ['docker.io', 'hub.docker.io', false],
    ['__proto__', 'ghcr.io', false],
  ])('has the key %s for %s: %s', async (key, host, expected) => {
    const json = `{"auths":{${JSON.stringify(key)}:{"auth":"${base64('alice:pass')}"}}}`
    expect(await userOf(json, host)).toBe(expected ? 'alice:pass' : null)
  })

  it('takes the plain key before a URL of old', async () => {
    const auths = {'https://ghcr.io/v1/': {auth: base64('old:x')}, 'ghcr.io': {auth: base64('new:x')}}
    expect(await userOf({auths}, 'ghcr.io')).toBe('new:x')
  })

  it.each([
    [{credHelpers: {'ghcr.io': 'ecr-login'}}, 'docker-credential-ecr-login'],
    [{credHelpers: {'https://ghcr.io/v1/': 'x'}}, 'docker-credential-x'],
    [{credsStore: 'desktop', auths: {'ghcr.io': {}}}, 'docker-credential-desktop'],
    [{credHelpers: {'ghcr.io': 'ecr-login'}, credsStore: 'desktop'}, 'docker-credential-ecr-login'],
    [{auths: {'ghcr.io': {identitytoken: 'tok-1234'}}}, 'the token that'],
    [{auths: {'ghcr.io': {auth: base64('0000:'), identitytoken: 'tok-1234'}}}, 'the token that'],
    [{auths: {'ghcr.io': {registrytoken: 'tok-1234'}}}, 'the token that'],
  ])('says what it leaves unused: %j', async (config, expected) => {
    const found = (await readConfig(config)).lookup('ghcr.io')
    expect(found).toEqual({credential: null, unused: expect.stringContaining(expected) as unknown})
    expect(found.unused).not.toContain('tok-1234')
  })

  it('says nothing of helpers for other hosts', async () => {
    expect((await readConfig({credHelpers: {'x.io': 'y'}})).lookup('ghcr.io').unused).toBeNull()
  })

  it('gives all secrets to the redactor, in the form of the header too', async () => {
    const {secrets} = await readConfig({
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
    const error = await readConfig(config).catch((error: unknown) => error)
    expect(error).toMatchObject({
      code: 'ARTIFACT_CREDENTIALS_INVALID',
      message: expect.stringContaining(problem) as unknown,
    })
    expect(inspect(error)).not.toMatch(new RegExp(`hunter22|12345678|${base64('hunter22')}`))
  })

  it('refuses a named config that cannot be read, but goes on without one in a home folder of another user', async () => {
    await mkdir(join(home.path, 'folder', 'config.json'), {recursive: true})
    await expect(read({DOCKER_CONFIG: join(home.path, 'folder')})).rejects.toMatchObject({
      code: 'ARTIFACT_CREDENTIALS_INVALID',
    })
    await home.write('.docker', 'a file')
    expect((await read()).lookup('ghcr.io')).toEqual({
      credential: null,
      unused: expect.stringContaining('cannot be read (ENOTDIR)') as unknown,
    })
    await chmod(join(home.path, '.docker'), 0o600)
  })
})
