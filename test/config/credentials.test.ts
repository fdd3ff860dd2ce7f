import {describe, expect, it} from 'vitest'

import {secretRefsOf, type RegistryCredentials} from '../../src/config/config.ts'
import {loadConfig, readConfig, type ConfigFlags} from '../../src/config/load.ts'
import {tempDir} from '../support/temp-dir.ts'

type Given = {source: string; flags?: ConfigFlags; env?: Record<string, string>; more?: string}

/** Loads `prod/c.yaml` with this source; paths below the folder of the test begin with a dot. */
async function load({source, flags = {}, env = {}, more = ''}: Given) {
  await using dir = await tempDir()
  await dir.write('prod/c.yaml', `apiVersion: tazuna-watch/v1\ncluster: prod\nsource: ${source}\n${more}`)
  const config = await loadConfig({flags: {config: 'prod/c.yaml', ...flags}, env, cwd: dir.path})
  return JSON.parse(JSON.stringify(config).replaceAll(dir.path, '.')) as typeof config
}

/** The login for the registry; undefined for a source that has no registry. */
async function loginOf(given: Given): Promise<RegistryCredentials | null | undefined> {
  const {source} = await load(given)
  return source.kind === 'oci' ? source.credentials : undefined
}

async function isPlainHttp(flags: ConfigFlags): Promise<boolean | undefined> {
  const {source} = await load({source: `{${artifact}, plainHttp: true}`, flags})
  return source.kind === 'oci' ? source.plainHttp : undefined
}

async function problems(given: Given): Promise<string[]> {
  const error: unknown = await load(given).catch((error: unknown) => error)
  expect(error).toMatchObject({code: 'CONFIG_INVALID'})
  return (error as Error).message.split('\n').slice(1)
}

const artifact = 'oci: "oci://ghcr.io/acme/cfg:prod"'
const login = 'credentials: {username: bot, password: {env: TOKEN}}'
const read: RegistryCredentials = {username: 'bot', password: {env: 'TOKEN'}}

describe('source.credentials', () => {
  it.each<[string, string, RegistryCredentials | null]>([
    ['a password of a variable', 'password: {env: TOKEN}', read],
    [
      'a password of a file beside the config',
      'password: {file: pw}',
      {username: 'bot', password: {file: './prod/pw'}},
    ],
    ['a file above it', 'password: {file: ../pw}', {username: 'bot', password: {file: './pw'}}],
    ['an absolute file', 'password: {file: /run/pw}', {username: 'bot', password: {file: '/run/pw'}}],
  ])('reads %s', async (_title, password, expected) => {
    expect(await loginOf({source: `{${artifact}, credentials: {username: bot, ${password}}}`})).toEqual(expected)
  })

  it('reads several Docker configs, of files and variables', async () => {
    const dockerConfig = '{dockerConfig: [{file: pull/.dockerconfigjson}, {file: /run/b}, {env: PULL_SECRET}]}'
    const given = {source: `{${artifact}, credentials: ${dockerConfig}}`}
    const expected = {dockerConfig: [{file: './prod/pull/.dockerconfigjson'}, {file: '/run/b'}, {env: 'PULL_SECRET'}]}
    expect(await loginOf(given)).toEqual(expected)
    expect(secretRefsOf(await load(given))).toEqual(expected.dockerConfig)
    // their keys say what they are for
    expect(await loginOf({...given, flags: {source: 'oci://quay.io/acme/cfg'}})).toEqual(expected)
  })

  it('keeps doing without TLS to the registry that it is written beside', async () => {
    expect(await isPlainHttp({})).toBe(true)
    expect(await isPlainHttp({source: 'oci://ghcr.io/acme/other:prod'})).toBe(true)
    expect(await isPlainHttp({source: 'oci://quay.io/acme/cfg:prod'})).toBe(false)
  })

  it('is null without one: the files of docker and podman are asked', async () => {
    expect(await loginOf({source: `{${artifact}}`})).toBeNull()
  })

  it('is the first of the secrets that the config names', async () => {
    const more = 'notifiers: [{type: slack, webhookUrl: {env: HOOK}}]\nheartbeat: {url: {file: /run/beat}}\n'
    const config = await load({source: `{${artifact}, ${login}}`, more})
    expect(secretRefsOf(config)).toEqual([{env: 'TOKEN'}, {env: 'HOOK'}, {file: '/run/beat'}])
    expect(secretRefsOf(await load({source: `{${artifact}}`, more}))).toEqual([{env: 'HOOK'}, {file: '/run/beat'}])
  })

  it.each<[string, string, string, RegistryCredentials | null | undefined]>([
    ['goes to another artifact of the registry', artifact, 'oci://ghcr.io/other/cfg', read],
    ['goes to it in other letters', artifact, 'oci://GHCR.io/other/cfg', read],
    ['goes to what is named without one in the file', 'subpath: prod', 'oci://ghcr.io/acme/cfg', read],
    ['does not go to another port', artifact, 'oci://ghcr.io:8443/acme/cfg', null],
    ['does not go to a host whose name begins alike', artifact, 'oci://ghcr.io.example.com/acme/cfg', null],
    ['is nothing to a folder', artifact, './cluster', undefined],
  ])('%s', async (_title, written, source, expected) => {
    const given = {source: `{${written}, ${login}}`}
    expect(await loginOf({...given, flags: {source}})).toEqual(expected)
    expect(await loginOf({...given, env: {TAZUNA_WATCH_SOURCE: source}})).toEqual(expected)
  })

  it('does not go to a host that has it as a user, where the reference is looked at later', async () => {
    await using dir = await tempDir()
    await dir.write('c.yaml', `apiVersion: tazuna-watch/v1\nsource: {${artifact}, ${login}}\n`)
    const flags = {config: 'c.yaml', source: 'oci://ghcr.io@example.com/acme/cfg'}
    const {config} = await readConfig({flags, env: {}, cwd: dir.path}, [])
    expect(config.source).toMatchObject({kind: 'oci', credentials: null})
  })

  it.each([
    ['no username', '{password: {env: A}}', ['source.credentials.username: missing']],
    ['an empty username', '{username: "", password: {env: A}}', ['source.credentials.username: it is empty']],
    ['no password', '{username: bot}', ['source.credentials.password: missing; write {env: NAME} or {file: PATH}']],
    ['two places', '{username: b, password: {env: A, file: b}}', ['source.credentials.password: write {env: NAME} or']],
    ['an empty file', '{username: b, password: {file: ""}}', ['source.credentials.password.file: it is empty']],
    ['a variable with $', '{username: b, password: {env: $A}}', ['source.credentials.password.env: write the name of']],
    [
      'another key',
      '{user: bot, password: {env: A}}',
      [
        'source.credentials.username: missing',
        'source.credentials.user: not a key; known here: username, password, dockerConfig',
      ],
    ],
    ['nothing', '{}', ['source.credentials.username: missing', 'source.credentials.password: missing']],
    ['an empty list', '{dockerConfig: []}', ['source.credentials.dockerConfig: ']],
    ['one that is no list', '{dockerConfig: {file: a}}', ['source.credentials.dockerConfig: write a list']],
    [
      'a config written out',
      '{dockerConfig: ["{canary}"]}',
      ['source.credentials.dockerConfig[0]: write {env: NAME} or'],
    ],
    [
      'both kinds',
      '{username: bot, password: {env: A}, dockerConfig: [{env: B}]}',
      [
        'source.credentials.username: stands beside dockerConfig; keep one of both',
        'source.credentials.password: stands beside dockerConfig; keep one of both',
      ],
    ],
    ['text', 'bot:canary', ['source.credentials: write keys with values, not text']],
    [
      'the password itself',
      '{username: bot, password: canary}',
      ['source.credentials.password: write {env: NAME} or {file: PATH}: a secret never stands in the config'],
    ],
    [
      'the password itself, a number',
      '{username: bot, password: 90210}',
      ['source.credentials.password: write {env: NAME} or {file: PATH}: a secret never stands in the config'],
    ],
  ])('refuses %s, and shows no password', async (_title, credentials, expected) => {
    const lines = await problems({source: `{${artifact}, credentials: ${credentials}}`})
    expect(lines).toEqual(expected.map(text => expect.stringContaining(text) as string))
    for (const line of lines) expect(line).toMatch(/^prod\/c\.yaml:3:\d+ /)
    expect(lines.join('\n')).not.toMatch(/canary|90210/)
  })
})
