import {describe, expect, it} from 'vitest'

import {loadConfig} from '../../../src/config/load.ts'
import {jsonSchemaProblems} from '../../support/json-schema.ts'
import {tempDir} from '../../support/temp-dir.ts'

const head = {apiVersion: 'tazuna-watch/v1', cluster: 'prod', source: {path: '.'}}
const url = {env: 'DESK_URL'}

async function load(notifier: object) {
  await using dir = await tempDir()
  await dir.write('c.yaml', JSON.stringify({...head, notifiers: [notifier]}))
  return await loadConfig({flags: {config: 'c.yaml'}, env: {}, cwd: dir.path})
}

/** The problems of a notifier, one line each, without their place in the line. */
async function problems(notifier: object): Promise<string[]> {
  const error: unknown = await load(notifier).catch((error: unknown) => error)
  const lines = error instanceof Error ? error.message.split('\n').slice(1) : []
  return lines.map(line => line.replace(/^c\.yaml:\d+:\d+ /, ''))
}

describe('a webhook in the config', () => {
  it.each([
    ['nothing but a URL', {}, undefined],
    ['a signing secret', {signingSecret: {env: 'A'}}, [{env: 'A'}]],
    ['several signing secrets', {signingSecret: [{env: 'A'}, {file: 'b'}]}, [{env: 'A'}, {file: 'b'}]],
    ['a token and rules', {bearerToken: {file: 'token'}, resolved: true, match: {manifest: 'web-*'}}, undefined],
  ])('may have %s', async (_, keys, signingSecret) => {
    const notifier = {type: 'webhook', url, ...keys}
    const {notifiers} = await load(notifier)
    expect(notifiers).toMatchObject([{type: 'webhook', url}])
    const [{signingSecret: read}] = notifiers as unknown as [{signingSecret?: unknown}]
    expect(read).toEqual(signingSecret)
    expect(jsonSchemaProblems({...head, notifiers: [notifier]})).toEqual([])
  })

  const form = 'write {env: NAME} or {file: PATH}: a secret never stands in the config'
  it.each<[string, object, string[]]>([
    ['no URL', {}, [`notifiers[0].url: ${form}`]],
    ['a URL as text', {url: 'https://desk.example/secret'}, [`notifiers[0].url: ${form}`]],
    ['a secret as text', {url, signingSecret: 'whsec_abc'}, [`notifiers[0].signingSecret: ${form}`]],
    ['secrets as text', {url, signingSecret: [{env: 'A'}, 'b']}, [`notifiers[0].signingSecret[1]: ${form}`]],
    ['no secret in the list', {url, signingSecret: []}, ['notifiers[0].signingSecret: the list is empty']],
    ['a secret from two places', {url, signingSecret: {env: 'A', file: 'b'}}, [`notifiers[0].signingSecret: ${form}`]],
    ['a token as text', {url, bearerToken: 'abc'}, [`notifiers[0].bearerToken: ${form}`]],
    [
      'a key that is none',
      {url, signingSecrets: {env: 'A'}},
      ['notifiers[0].signingSecrets: not a key; did you mean signingSecret?'],
    ],
  ])('is refused in plain words with %s', async (_, keys, expected) => {
    const notifier = {type: 'webhook', ...keys}
    expect(await problems(notifier)).toEqual(expected)
    expect(jsonSchemaProblems({...head, notifiers: [notifier]})).not.toEqual([])
  })
})
