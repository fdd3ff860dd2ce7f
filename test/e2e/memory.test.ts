import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import type {MemoryView} from '../../src/model/memory-view.ts'
import {configMap, startKubeServer, status, type KubeServer} from '../kube/kube-server.ts'
import {kubeconfig} from '../kube/kube-world.ts'
import {world, type World} from '../support/world.ts'

const fileOf = ({dir}: World) => join(dir.path, '.local/state/tazuna-watch/test.default.json')
const prose = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

describe.concurrent('memory show', () => {
  it('prints the drift with its ages, the notifiers, and where it is kept', async () => {
    await using w = await world({memory: true})
    await w.run([], {env: {TAZUNA_WATCH_RUN_GROUP: 'job-1'}})
    const {exitCode, stdout, stderr} = await w.run(['memory', 'show'])
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    const [first = '', last = '', ...rest] = stdout.split('\n')
    expect(first).toBe(`test · file ${fileOf(w)}`)
    expect(last).toMatch(/^Last run \d{4}-\d\d-\d\d \d\d:\d\d UTC \(just now\): drift, group job-1\.$/)
    expect(rest.join('\n')).toBe(`Source: source
Every Manifest was last checked just now.

web  1 removed, 1 modified, 1 added
  last checked just now
  removed   ConfigMap web/old     first seen just now, seen in 1 run
  modified  Deployment web/nginx  first seen just now, seen in 1 run
  added     ConfigMap web/new     first seen just now, seen in 1 run

In sync: api

notifier slack
  last delivered just now
  told of web just now (baseline): 3 entries
`)
  })

  it('prints JSON of a documented shape, without hashes and without the key', async () => {
    await using w = await world({memory: true})
    await w.run()
    const {stdout} = await w.run(['memory', 'show', '--format', 'json'])
    const view = JSON.parse(stdout) as MemoryView
    expect(stdout).toBe(`${JSON.stringify(view, null, 2)}\n`)
    expect(Object.keys(view).join(' ')).toBe(
      'schema cluster watch store now source lastRun lastSuccessAt failing massDrift claim manifests notifiers alertReceivers mutes',
    )
    expect(view).toMatchObject({schema: 'tazuna-watch/memory-view/v1', store: `file ${fileOf(w)}`, source: 'source'})
    expect(view.manifests.map(({name, entries}) => [name, entries.map(({diffType}) => diffType)])).toEqual([
      ['web', ['added', 'removed', 'modified']],
      ['api', []],
    ])
    const kept = JSON.parse(await readFile(fileOf(w), 'utf8')) as {key: string}
    expect(kept.key).toMatch(/^[0-9a-f]{64}$/)
    expect(stdout).not.toContain(kept.key)
    expect(stdout).not.toMatch(/"(hash|storedHash|fingerprint|key)"/)
  })

  it('takes --watch and a file of the config, and says when nothing is kept yet', async () => {
    await using w = await world({memory: true})
    await w.dir.write('my.yaml', 'apiVersion: tazuna-watch/v1\nmemory: {file: kept/memory.json}\n')
    await w.run(['--config', 'my.yaml'])
    expect((await w.run(['memory', 'show', '--config', 'my.yaml'])).stdout).toContain(
      `test · file ${w.dir.path}/kept/memory.json\nLast run `,
    )
    const {stdout} = await w.run(['memory', 'show', '--watch', 'apps'])
    expect(stdout).toMatch(/^test \/ apps · file \S+\/test\.apps\.json\nNo run has ended yet\.\n$/)
  })
})

describe.concurrent('a memory that cannot be used', () => {
  const commands = [
    ['explain'],
    ['memory', 'show'],
    ['memory', 'reset', '--yes'],
    ['mute', 'web', '--for', '1d', '--reason', 'r'],
    ['unmute', 'web'],
  ]

  it.each(commands)('ends with 73 and is left alone when it is damaged: %s %s', async (...words) => {
    await using w = await world({memory: true})
    await w.dir.write('.local/state/tazuna-watch/test.default.json', 'damaged')
    const result = await w.run(words.filter(word => word !== undefined))
    expect(result).toMatchObject({exitCode: 73, stdout: ''})
    expect(result.stderr).toMatch(/^error: reading the memory in .+ \(MEMORY_UNAVAILABLE\)\nhint: .+\n$/)
    expect(await readFile(fileOf(w), 'utf8')).toBe('damaged')
  })

  it('ends with 75 when the API server cannot be reached', async () => {
    await using w = await world({memory: true})
    await w.dir.write('.kube/config', kubeconfig({server: 'http://127.0.0.1:1'}), 0o600)
    const result = await w.run(['memory', 'show'], {env: {TAZUNA_WATCH_MEMORY: 'configmap:watch/memory'}})
    expect(result).toMatchObject({exitCode: 75, stdout: ''})
    expect(result.stderr).toMatch(/^error: .+ \(MEMORY_UNREACHABLE\)\nhint: .+\n$/)
  }, 60_000)
})

describe.concurrent('memory reset', () => {
  it('makes the next run tell all there is, in one digest', async () => {
    await using w = await world({memory: true})
    await w.run()
    await w.run()
    expect(w.webhook.calls.length).toBe(1)
    const {exitCode, stdout, stderr} = await w.run(['memory', 'reset', '--yes'])
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(prose(stdout)).toBe(
      `Forgot what is known of 2 Manifests, what 1 notifier got, and 0 mutes (file ${fileOf(w)}). ` +
        'The next run tells every notifier all drift there is, in one digest.',
    )
    expect((await w.run(['explain'])).stdout).toContain('No run has ended yet.')
    expect((await w.run()).stdout).toContain('notifier slack  delivered (baseline)')
    expect(w.webhook.calls.length).toBe(2)
  })

  it('wants --yes where nobody can be asked, and ends with 64', async () => {
    await using w = await world({memory: true})
    await w.run()
    const before = await readFile(fileOf(w))
    const result = await w.run(['memory', 'reset'], {stdin: 'y\n'})
    expect(result).toMatchObject({exitCode: 64, stdout: ''})
    expect(result.stderr).toMatch(/^error: .+ \(USAGE\)\nhint: add --yes .+\n$/)
    expect(await readFile(fileOf(w))).toEqual(before)
  })
})

type Held = {metadata: {resourceVersion: string}; binaryData?: Record<string, string>}

/** An API server with one ConfigMap, as it looks from a laptop. */
async function laptop(w: World): Promise<{server: KubeServer; env: Record<string, string>}> {
  const server = await startKubeServer()
  let held: Held = configMap()
  server.answer = ({line, body}) => {
    if (line.startsWith('GET')) return {body: held}
    const wanted = JSON.parse(body) as Held
    if (wanted.metadata.resourceVersion !== held.metadata.resourceVersion) return status(409, 'Conflict', 'modified')
    const resourceVersion = String(Number(held.metadata.resourceVersion) + 1)
    held = {...wanted, metadata: {...wanted.metadata, resourceVersion}}
    return {body: held}
  }
  await w.dir.write('.kube/config', kubeconfig({server: server.url}), 0o600)
  const config = `apiVersion: tazuna-watch/v1
tazuna: {kubeContext: here}
memory: {configMap: {namespace: watch, name: memory}}
`
  await w.dir.write('tazuna-watch.yaml', config)
  return {server, env: {TAZUNA_WATCH_SOURCE: ''}}
}

describe.concurrent('a memory in a ConfigMap', () => {
  it('is looked at and changed from a laptop, where there is no source', async () => {
    await using w = await world({memory: true})
    const {server, env} = await laptop(w)
    await w.run()
    await using _server = server
    const calls = server.calls.length
    const shown = await w.run(['memory', 'show'], {env})
    expect(shown.stdout).toMatch(/^test · ConfigMap watch\/memory\nLast run .+: drift\.\n/)
    expect(server.calls.slice(calls).map(({line}) => line)).toEqual(['GET /api/v1/namespaces/watch/configmaps/memory'])
    expect(server.calls.at(-1)!.authorization).toBe('Bearer token-1')
    const muted = await w.run(['mute', 'web', '--for', '2h', '--reason', 'ticket'], {env})
    expect(prose(muted.stdout)).toMatch(/^muted web until .+ UTC: 3 entries now \(ConfigMap watch\/memory\)/)
    expect((await w.run(['explain', 'web'], {env})).stdout).toMatch(/\n {4}muted until .+: ticket \(3 entries\)\n/)
    expect((await w.run(['unmute', 'web'], {env})).exitCode).toBe(0)
    expect((await w.run(['memory', 'reset', '--yes'], {env})).exitCode).toBe(0)
    expect((await w.run(['memory', 'show'], {env})).stdout).toContain('No run has ended yet.')
  })

  it('that is damaged or forbidden is not reset; the way to remove a damaged one is told', async () => {
    await using w = await world({memory: true})
    const {server, env} = await laptop(w)
    await using _server = server
    const byHand =
      'hint: restore it from a copy, or begin anew: kubectl patch configmap memory --context here -n watch ' +
      `--type=merge -p '{"binaryData":{"memory.json.gz":null}}'\n`
    for (const [answer, hint] of [
      [{body: configMap({binaryData: {'memory.json.gz': 'AAAA'}})}, byHand],
      [status(403, 'Forbidden', 'no right'), 'hint: grant `get` and `update` on configmaps "memory"'],
    ] as const) {
      server.answer = () => answer
      const {exitCode, stderr} = await w.run(['memory', 'reset', '--yes'], {env})
      expect(exitCode).toBe(73)
      expect(stderr).toContain(hint)
    }
    expect(server.calls.every(({line}) => line.startsWith('GET'))).toBe(true)
  })
})
