import {describe, expect, it} from 'vitest'

import {secretRefsOf, secretsOf, type VerifyConfig} from '../../src/config/config.ts'
import {loadConfig, type ConfigFlags} from '../../src/config/load.ts'
import {tempDir} from '../support/temp-dir.ts'

const artifact = 'oci: "oci://ghcr.io/acme/cfg:prod"'

/** Loads `prod/c.yaml` with this source; paths below the folder of the test begin with a dot. */
async function load(source: string, flags: ConfigFlags = {}) {
  await using dir = await tempDir()
  await dir.write('prod/c.yaml', `apiVersion: tazuna-watch/v1\ncluster: prod\nsource: ${source}\n`)
  const config = await loadConfig({flags: {config: 'prod/c.yaml', ...flags}, env: {}, cwd: dir.path})
  return JSON.parse(JSON.stringify(config).replaceAll(dir.path, '.')) as typeof config
}

async function verifyOf(source: string, flags?: ConfigFlags): Promise<VerifyConfig | null | undefined> {
  const config = await load(source, flags)
  return config.source.kind === 'oci' ? config.source.verify : undefined
}

const required: VerifyConfig = {keys: [{env: 'KEY'}], require: true, grace: 600_000}

describe('source.verify', () => {
  it.each<[string, string, VerifyConfig]>([
    ['a key of a variable', 'keys: [{env: KEY}]', required],
    ['a key of a file beside the config', 'keys: [{file: k.pub}]', {...required, keys: [{file: './prod/k.pub'}]}],
    [
      'several keys',
      'keys: [{file: /run/k.pub}, {env: KEY}]',
      {...required, keys: [{file: '/run/k.pub'}, {env: 'KEY'}]},
    ],
    ['a signature that is not required', 'keys: [{env: KEY}], require: false', {...required, require: false}],
    ['another grace', 'keys: [{env: KEY}], grace: 1h', {...required, grace: 3_600_000}],
  ])('reads %s', async (_title, verify, expected) => {
    expect(await verifyOf(`{${artifact}, verify: {${verify}}}`)).toEqual(expected)
  })

  it('is null without one: the artifact is unverified', async () => {
    expect(await verifyOf(`{${artifact}}`)).toBeNull()
  })

  it('holds for every artifact that a flag names, and is nothing to a folder', async () => {
    const source = `{${artifact}, verify: {keys: [{env: KEY}]}}`
    expect(await verifyOf(source, {source: 'oci://ghcr.io/acme/other'})).toEqual(required)
    expect(await verifyOf(source, {source: 'oci://registry.example.com/acme/cfg'})).toEqual(required)
    expect(await verifyOf(source, {source: './cluster'})).toBeUndefined()
    expect(await verifyOf('{verify: {keys: [{env: KEY}]}}', {source: 'oci://ghcr.io/acme/cfg'})).toEqual(required)
  })

  it('is refused beside a folder', async () => {
    const error: unknown = await load('{path: ., verify: {keys: [{env: KEY}]}}').catch((error: unknown) => error)
    const message = expect.stringContaining('source.verify: a folder has no signature') as unknown
    expect(error).toMatchObject({code: 'CONFIG_INVALID', message})
  })

  it('counts its keys among what is read at a run', async () => {
    const config = await load(`{${artifact}, verify: {keys: [{file: k}, {env: KEY}]}}`)
    expect(secretRefsOf(config)).toEqual([{file: './prod/k'}, {env: 'KEY'}])
    expect(secretsOf(config).map(({path, kind}) => [path.join('.'), kind])).toEqual([
      ['source.verify.keys.0', 'key'],
      ['source.verify.keys.1', 'key'],
    ])
  })

  it.each([
    ['no keys', '{}', 'source.verify.keys: missing'],
    ['an empty list', '{keys: []}', 'source.verify.keys: '],
    ['one key outside a list', '{keys: {env: KEY}}', 'source.verify.keys: write a list'],
    [
      'a key itself',
      '{keys: ["-----BEGIN PUBLIC KEY-----"]}',
      'source.verify.keys[0]: write {env: NAME} or {file: PATH}',
    ],
    ['two places', '{keys: [{env: A, file: b}]}', 'source.verify.keys[0]: write {env: NAME} or {file: PATH}'],
    ['a word for require', '{keys: [{env: A}], require: always}', 'source.verify.require: '],
    ['a number for grace', '{keys: [{env: A}], grace: 10}', 'source.verify.grace: write a duration such as'],
    ['another key', '{keys: [{env: A}], key: b}', 'source.verify.key: not a key'],
  ])('refuses %s', async (_title, verify, problem) => {
    const error: unknown = await load(`{${artifact}, verify: ${verify}}`).catch((error: unknown) => error)
    expect(error).toMatchObject({code: 'CONFIG_INVALID', message: expect.stringContaining(problem) as unknown})
  })
})
