import {describe, expect, it} from 'vitest'

import {readConfig} from '../../src/config/load.ts'
import {showPath} from '../../src/config/place.ts'
import {configWarnings} from '../../src/config/warnings.ts'
import {tempDir} from '../support/temp-dir.ts'

/** What is warned of a config with these lines, as `CODE path: message`. */
async function warnings(lines: string): Promise<string[]> {
  await using dir = await tempDir()
  await dir.write(
    'tazuna-watch.yaml',
    `apiVersion: tazuna-watch/v1\ncluster: prod\ninterval: 1h\nsource: {path: .}\n${lines}`,
  )
  const {config} = await readConfig({flags: {}, env: {}, cwd: dir.path}, [])
  const found = configWarnings(config, {env: {}, now: new Date('2026-11-21T09:00:00Z')})
  return found.map(({code, path, message}) => `${code} ${showPath(path)}: ${message}`)
}

const hook = '{type: slack, name: hook, webhookUrl: {env: HOOK}}'
const bot = '{type: slack, name: bot, token: {env: BOT}, channel: C0123ABC}'
const webhook = '{type: webhook, url: {env: URL}}'
const alerts = 'alertmanager: {urls: ["http://a.test:9093"]}\n'
const none = 'memory: {store: none}\n'
const notifiers = (...list: string[]) => `notifiers: [${list.join(', ')}]\n`

const nothingKept = (needs: string) => [
  `MEMORY_NONE memory.store: nothing is kept, and so nobody knows ${needs}; choose another store`,
]

describe('a config without a memory', () => {
  it.each([
    ['an app of Slack', notifiers(hook, bot), nothingKept('threads of Slack')],
    ['an Alertmanager', notifiers(hook) + alerts, nothingKept('the ends of alerts')],
    ['both', notifiers(bot) + alerts, nothingKept('threads of Slack or the ends of alerts')],
    ['neither', notifiers(hook, webhook), []],
  ])('is told what it lacks with %s', async (_title, lines, expected) => {
    expect(await warnings(none + lines)).toEqual(expected)
    for (const memory of ['', 'memory: {store: file}\n', 'memory: {configMap: {namespace: ops, name: memory}}\n']) {
      expect(await warnings(memory + lines)).toEqual([])
    }
  })
})

const matching = (match: string) => notifiers(hook, hook.replace('name: hook', `name: web, match: {${match}}`))

describe('patterns that fit nothing', () => {
  const regular = 'looks like a regular expression; here only *, ** and ? are special'
  const form =
    'has the form of no resource, so nothing fits; write group/version/kind/namespace/name, with * or ** for what may be anything'
  const slash = 'begins with a version, so nothing fits; the core group begins with /, as in'

  it.each([
    ['a resource of a match', matching('resource: Deployment'), [`notifiers[1].match.resource: "Deployment" ${form}`]],
    [
      'each of several',
      matching('resource: ["v1/ConfigMap/**", "apps/**", nginx]'),
      [
        `notifiers[1].match.resource: "v1/ConfigMap/**" ${slash} /v1/ConfigMap/**`,
        `notifiers[1].match.resource: "nginx" ${form}`,
      ],
    ],
    ['a Manifest of a match', matching('manifest: "!web"'), [`notifiers[1].match.manifest: "!web" ${regular}`]],
    [
      'a Manifest of an ignore rule',
      'ignore: [{manifest: "^web-.*$", reason: x}]\n',
      [`ignore[0].manifest: "^web-.*$" ${regular}`],
    ],
    [
      'a resource of the second ignore rule',
      'ignore: [{manifest: web, reason: x}, {manifest: web, resource: Deployment, reason: x}]\n',
      [`ignore[1].resource: "Deployment" ${form}`],
    ],
    ['none of those that may fit', matching('manifest: web-*, resource: ["apps/**", "**/nginx"]'), []],
    ['no pattern that is not there', matching('diffType: removed'), []],
  ])('are told with their place: %s', async (_title, lines, expected) => {
    expect(await warnings(lines)).toEqual(expected.map(text => `PATTERN_FITS_NOTHING ${text}`))
  })
})
