import {describe, expect, it} from 'vitest'

import {configJsonSchema, type JsonSchema} from '../../src/config/json-schema.ts'
import {loadConfig} from '../../src/config/load.ts'
import {tempDir} from '../support/temp-dir.ts'

const minimal = 'apiVersion: tazuna-watch/v1\ncluster: prod\nsource: {path: .}\n'

/** The problems of a config, one line each. */
async function problems(text: string): Promise<string[]> {
  await using dir = await tempDir()
  await dir.write('c.yaml', text)
  const error: unknown = await loadConfig({flags: {config: 'c.yaml'}, env: {}, cwd: dir.path}).catch(
    (error: unknown) => error,
  )
  return error instanceof Error ? error.message.split('\n').slice(1) : []
}

describe('a wrong value', () => {
  it.each([
    ['cluster: 7', 'c.yaml:4:10 cluster: write text, not a number: put it in quotes'],
    ['cluster: true', 'c.yaml:4:10 cluster: write text, not true or false: put it in quotes'],
    ['cluster: [prod]', 'c.yaml:4:10 cluster: write text, not a list'],
    ['cluster: {a: b}', 'c.yaml:4:10 cluster: write text, not keys with values'],
    ['cluster:', 'c.yaml:4:9 cluster: nothing stands there; write text'],
    ['cluster: ""', 'c.yaml:4:10 cluster: it is empty'],
    [`cluster: ${'x'.repeat(254)}`, 'c.yaml:4:10 cluster: write at most 253 characters'],
    ['tazuna: prod', 'c.yaml:4:9 tazuna: write keys with values, not text'],
    ['tazuna: [a]', 'c.yaml:4:9 tazuna: write keys with values, not a list'],
    ['tazuna: {passEnv: A}', 'c.yaml:4:19 tazuna.passEnv: write a list, not text'],
    ['tazuna: {passEnv: [A, 1]}', 'c.yaml:4:23 tazuna.passEnv[1]: write text, not a number: put it in quotes'],
    ['notifiers: slack', 'c.yaml:4:12 notifiers: write a list, not text'],
    [
      'notifiers: [{type: slack, webhookUrl: {env: A}, match: {diffType: delete}}]',
      'c.yaml:4:67 notifiers[0].match.diffType: write removed, modified or added',
    ],
    [
      'notifiers:\n  - type: slack\n    webhookUrl: {env: A}\n    match:\n      diffType: [added, delete]',
      'c.yaml:8:25 notifiers[0].match.diffType[1]: write removed, modified or added',
    ],
    ['ignore: [{manifest: [], reason: r}]', 'c.yaml:4:21 ignore[0].manifest: the list is empty'],
    ['ignore: [{manifest: a, reason: 5}]', 'c.yaml:4:32 ignore[0].reason: write text, not a number: put it in quotes'],
    ['ignore: [{manifest: a}]', 'c.yaml:4:10 ignore[0].reason: missing'],
    ['metrics: {families: []}', 'c.yaml:4:21 metrics.families: the list is empty'],
    ['metrics: {families: [drift]}', 'c.yaml:4:22 metrics.families[0]: write tazuna_watch or drift_stack'],
    ['runbookUrl: 5', 'c.yaml:4:13 runbookUrl: write text, not a number: put it in quotes'],
  ])('%s is told of in plain words, at its place', async (text, line) => {
    const file = text.startsWith('cluster') ? minimal.replace('cluster: prod\n', '# cluster\n') : minimal
    expect(await problems(`${file}${text}\n`)).toContain(line)
  })

  it('source.plainHttp that is no true or false, too', async () => {
    const file = minimal.replace('{path: .}', '{path: ., plainHttp: 1}')
    expect(await problems(file)).toEqual(['c.yaml:3:30 source.plainHttp: write true or false, not a number'])
  })

  it.each(pathsOf(configJsonSchema()))('of %s is never told of in the words of a library', async path => {
    for (const value of wrongValues) {
      const lines = await problems(JSON.stringify(at(path, value)))
      expect(lines.join('\n')).not.toMatch(/Invalid|Too |expected|received|Unrecognized|undefined|null|>=|<=|\barray\b/)
    }
  })
})

const wrongValues = [5, -1.5, true, null, '', 'x', 'x'.repeat(300), [], [5], [[]], {}, {unknown: 1}]

/** `cluster`, `ignore.0.manifest` … */
function pathsOf(schema: JsonSchema): string[] {
  const below = [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]
  const keys = below.flatMap(({properties = {}}) => Object.entries(properties))
  const items = below.flatMap(({items}) => (items === undefined ? [] : [['0', items] as const]))
  return [...keys, ...items].flatMap(([key, child]) => [key, ...pathsOf(child).map(rest => `${key}.${rest}`)])
}

/** A config that has only this value. */
function at(path: string, value: unknown): unknown {
  return path.split('.').reduceRight((inner, key) => (key === '0' ? [inner] : {[key]: inner}), value)
}
