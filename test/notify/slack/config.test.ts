import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'

import {loadConfig} from '../../../src/config/load.ts'
import {jsonSchemaProblems} from '../../support/json-schema.ts'
import {tempDir} from '../../support/temp-dir.ts'

const valid = 'apiVersion: tazuna-watch/v1\ncluster: prod\nsource: {path: .}\n'

/** A config with one notifier of type slack with these keys. */
function configOf(keys: string): string {
  return `${valid}notifiers: [{type: slack, ${keys}}]\n`
}

/** The problems of a config, each as key and words. */
async function problemsOf(config: string): Promise<string[]> {
  await using dir = await tempDir()
  await dir.write('c.yaml', config)
  const told: unknown = await loadConfig({flags: {config: 'c.yaml'}, env: {}, cwd: dir.path}).catch(
    (error: unknown) => error,
  )
  return told instanceof Error ? told.message.split('\n').slice(1).map(withoutPlace) : []
}

function withoutPlace(line: string): string {
  return line.replace(/^c\.yaml:\d+:\d+ notifiers\[0\]\./, '')
}

const channelWords = 'write the id of a channel such as C0123ABC, or its name in quotes, such as "#ops"'
const urlWords = 'write a URL such as https://slack.com/api; http:// is for this machine only'
const secretWords = 'write {env: NAME} or {file: PATH}: a secret never stands in the config'

describe('the config of Slack', () => {
  it.each([
    ['a webhook', 'webhookUrl: {env: A}'],
    ['a token and the id of a channel', 'token: {env: A}, channel: C0123ABC'],
    ['a private channel', 'token: {env: A}, channel: G0123ABC'],
    ['a name', 'token: {file: t}, channel: "#ops"'],
    ['a name of many kinds of letters', 'token: {file: t}, channel: "#運用-2_x"'],
    ['GovSlack', 'token: {env: A}, channel: C0123ABC, apiUrl: "https://slack-gov.com/api"'],
    ['a slash at the end', 'token: {env: A}, channel: C0123ABC, apiUrl: "https://slack.com/api/"'],
    ['a server on this machine', 'token: {env: A}, channel: C0123ABC, apiUrl: "http://127.0.0.1:8080/api"'],
    ['localhost', 'token: {env: A}, channel: C0123ABC, apiUrl: "http://localhost:8080"'],
    ['the loopback of IPv6', 'token: {env: A}, channel: C0123ABC, apiUrl: "http://[::1]:8080/api"'],
  ])('takes %s, and so do editors', async (_title, keys) => {
    expect(await problemsOf(configOf(keys))).toEqual([])
    expect(jsonSchemaProblems(parse(configOf(keys)))).toEqual([])
  })

  it.each<[string, string, string[]]>([
    ['nothing to post to', 'name: ops', ['webhookUrl: missing; write webhookUrl, or token and channel']],
    [
      'both',
      'webhookUrl: {env: A}, token: {env: B}, channel: C0123ABC',
      ['token: stands beside webhookUrl; keep exactly one'],
    ],
    ['a token without channel', 'token: {env: A}', ['channel: missing; a token needs to know where to post']],
    [
      'a webhook with channel and apiUrl',
      'webhookUrl: {env: A}, channel: C0123ABC, apiUrl: "https://slack.com/api"',
      ['channel: goes with token only: a webhook has its channel from Slack', 'apiUrl: goes with token only'],
    ],
    [
      'a channel alone',
      'channel: C0123ABC',
      [
        'webhookUrl: missing; write webhookUrl, or token and channel',
        'channel: goes with token only: a webhook has its channel from Slack',
      ],
    ],
    ['a name without its sign', 'token: {env: A}, channel: ops', [`channel: ${channelWords}`]],
    ['a number', 'token: {env: A}, channel: 123', [`channel: ${channelWords}`]],
    ['two names', 'token: {env: A}, channel: "#ops #web"', [`channel: ${channelWords}`]],
    ['no name', 'token: {env: A}, channel: ""', [`channel: ${channelWords}`]],
    ['a token in clear', 'token: xoxb-1, channel: C0123ABC', [`token: ${secretWords}`]],
    ['plain HTTP', 'token: {env: A}, channel: C0123ABC, apiUrl: "http://slack.com/api"', [`apiUrl: ${urlWords}`]],
    [
      'a host that begins as this machine does',
      'token: {env: A}, channel: C0123ABC, apiUrl: "http://127.0.0.1.example/api"',
      [`apiUrl: ${urlWords}`],
    ],
    [
      'localhost as a user',
      'token: {env: A}, channel: C0123ABC, apiUrl: "http://localhost:80@example.com/api"',
      [`apiUrl: ${urlWords}`],
    ],
    ['a query', 'token: {env: A}, channel: C0123ABC, apiUrl: "https://slack.com/api?a=b"', [`apiUrl: ${urlWords}`]],
    ['a user', 'token: {env: A}, channel: C0123ABC, apiUrl: "https://u:p@slack.com/api"', [`apiUrl: ${urlWords}`]],
    [
      'the method',
      'token: {env: A}, channel: C0123ABC, apiUrl: "https://slack.com/api/chat.postMessage"',
      ['apiUrl: ends in the name of a method; write it without: /chat.postMessage is put behind it'],
    ],
  ])('refuses %s at the right key, and so do editors', async (_title, keys, expected) => {
    expect(await problemsOf(configOf(keys))).toEqual(expected)
    expect(jsonSchemaProblems(parse(configOf(keys)))).not.toEqual([])
  })

  it('is told of all that is wrong with it at once', async () => {
    const keys = 'token: x, webhookUrl: y, apiUrl: ftp, remindAfter: 5, chanel: C1, failuresBeforeNotice: 0'
    expect(await problemsOf(configOf(keys))).toEqual([
      'channel: missing; a token needs to know where to post',
      `token: ${secretWords}`,
      `webhookUrl: ${secretWords}`,
      `apiUrl: ${urlWords}`,
      expect.stringContaining('remindAfter: '),
      'chanel: not a key; did you mean channel?',
      'failuresBeforeNotice: write a number from 1 to 100',
    ])
  })

  it('says what a name without quotes is to YAML', async () => {
    const keys = 'type: slack\n    token: {env: A}\n    channel: #ops\n'
    expect(await problemsOf(`${valid}notifiers:\n  - ${keys}`)).toEqual([`channel: ${channelWords}`])
  })
})
