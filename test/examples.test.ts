import {readFileSync, readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'

import {loadConfig} from '../src/config/load.ts'
import {jsonSchemaProblems} from './support/json-schema.ts'

const folder = fileURLToPath(new URL('../examples', import.meta.url))
const files = readdirSync(folder).toSorted()
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the examples', () => {
  it('are these', () => {
    expect(files).toEqual(['ci.yaml', 'cronjob.yaml', 'minimal.yaml'])
  })

  it.each(files)('%s is a valid config', async file => {
    const config = await loadConfig({flags: {config: file}, env: {}, cwd: folder})
    expect(config.cluster).toBe('prod-tokyo')
    expect(config.notifiers.map(({type}) => type)).toContain('slack')
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
    const linked = [...readme.matchAll(/\(examples\/([^)]+)\)/g)].map(([, file]) => file!)
    expect([...new Set(linked)].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(files)
  })
})
