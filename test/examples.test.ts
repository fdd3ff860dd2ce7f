import {readFileSync, readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'

import {loadConfig, readConfig} from '../src/config/load.ts'
import {configWarnings} from '../src/config/warnings.ts'
import {notifierSchema} from '../src/notify/registry.ts'
import {jsonSchemaProblems} from './support/json-schema.ts'

const folder = fileURLToPath(new URL('../examples', import.meta.url))
const entries = readdirSync(folder, {withFileTypes: true})
const folders = entries.filter(entry => entry.isDirectory()).map(({name}) => name)
/** Each is a config; what is in a folder has its own tests. */
const files = entries.filter(entry => entry.isFile()).map(({name}) => name)
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the examples', () => {
  it.each(files)('%s is a valid config, of which nothing is to be warned', async file => {
    const flags = {config: file}
    const {config} = await readConfig({flags, env: {}, cwd: folder}, ['cluster', 'source'])
    expect(config.cluster).toBe('prod-tokyo')
    expect(configWarnings(config, {env: {}, now: new Date('2026-11-21')})).toEqual([])
  })

  it('show every kind of notifier and sink', async () => {
    const configs = await Promise.all(files.map(file => loadConfig({flags: {config: file}, env: {}, cwd: folder})))
    const kinds = notifierSchema.options.map(({shape}) => shape.type.value)
    expect(new Set(configs.flatMap(({notifiers}) => notifiers.map(({type}) => type)))).toEqual(new Set(kinds))
    const sinks = ['pushgateway', 'textfile', 'alertmanager', 'heartbeat'] as const
    for (const sink of sinks)
      expect(
        configs.some(config => config[sink] !== null),
        sink,
      ).toBe(true)
    expect(configs.some(({status}) => status.length > 0)).toBe(true)
  })

  it('have a memory where a pod keeps no file', async () => {
    const {memory} = await loadConfig({flags: {config: 'cronjob.yaml'}, env: {}, cwd: folder})
    expect(memory.configMap).toEqual({namespace: 'tazuna-watch', name: 'tazuna-watch-memory'})
  })

  it.each(files)('%s is what the JSON Schema takes, and says so to editors', file => {
    const text = readFileSync(`${folder}/${file}`, 'utf8')
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schema/config.v1.json')
    expect(jsonSchemaProblems(parse(text))).toEqual([])
  })

  it('are linked in the README', () => {
    const linked = new Set([...readme.matchAll(/\(examples\/([^)/#]+)[^)]*\)/g)].map(([, file]) => file!))
    expect(linked).toEqual(new Set([...files, ...folders]))
  })
})
