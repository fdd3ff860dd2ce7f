import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {CallPolicy} from '../../src/kube/call.ts'
import {configMapMemory} from '../../src/memory/configmap.ts'
import {encodeMemory} from '../../src/memory/encode.ts'
import {gunzipText, gzipText} from '../../src/memory/gzip.ts'
import type {MemoryStore, Version} from '../../src/memory/memory-store.ts'
import {configMap, startKubeServer, status, type KubeServer} from '../kube/kube-server.ts'
import {kubeWorld, type KubeWorld} from '../kube/kube-world.ts'
import {knownEntry, largeMemory, memoryOf} from './memory-builder.ts'

const never = new AbortController().signal
const memory = memoryOf({web: {'web/v1/ConfigMap/shop/a': knownEntry()}})
const tooLarge = status(413, 'RequestEntityTooLarge', 'too large')
const conflict = status(409, 'Conflict', 'the object has been modified')

type Held = {metadata: {uid: string; resourceVersion: string}; binaryData?: Record<string, string>; data?: object}

/** Failures that a real API server does not show on request; the others are in test/cluster. */
describe('configMapMemory', () => {
  let world: KubeWorld
  let server: KubeServer
  /** What the server has. */
  let held: Held
  beforeEach(async () => {
    world = await kubeWorld()
    server = await startKubeServer()
    held = configMap({binaryData: {other: 'AAE='}, data: {note: 'theirs'}})
    server.answer = ({line, body}) => {
      if (line.startsWith('GET')) return {body: held}
      const wanted = JSON.parse(body) as Held
      if (wanted.metadata.resourceVersion !== held.metadata.resourceVersion) return conflict
      write(wanted)
      return {body: held}
    }
  })
  afterEach(async () => {
    await world[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const write = (wanted: Held) => {
    const resourceVersion = String(Number(held.metadata.resourceVersion) + 1)
    held = {...wanted, metadata: {...wanted.metadata, resourceVersion}}
  }
  const methods = () => server.calls.map(({line}) => line.split(' ')[0])
  const open = (policy: Partial<CallPolicy> = {}) =>
    configMapMemory({
      cluster: 'prod',
      watch: 'default',
      namespace: 'watch',
      name: 'memory',
      writtenBy: '1.2.3',
      openKube: () => world.openWith({server: server.url}, {token: 'token-1'}, {policy}),
    })
  const loaded = async (store: MemoryStore): Promise<Version> => {
    const result = await store.load(never)
    if (result.state !== 'loaded') throw new Error(result.message)
    server.calls.length = 0
    return result.version
  }
  const heldMemory = () => gunzipText(Buffer.from(held.binaryData!['memory.json.gz']!, 'base64'))

  it('changes its own key, and nothing else', async () => {
    const store = open()
    expect(await store.save(memory, await loaded(store), never)).toStrictEqual({
      state: 'saved',
      version: 'uid-1/8',
      folded: [],
    })
    expect(methods()).toStrictEqual(['PUT'])
    expect(held).toMatchObject({data: {note: 'theirs'}, binaryData: {other: 'AAE='}})
    expect(heldMemory()).toBe(encodeMemory(memory, '1.2.3'))
  })

  it('saves nothing with an older version, even if it has loaded a newer one', async () => {
    const store = open()
    const older = await loaded(store)
    write(held)
    const newer = await loaded(store)
    expect(await store.save(memory, older, never)).toStrictEqual({state: 'conflict'})
    expect(methods()).toStrictEqual([])
    expect(await store.save(memory, newer, never)).toMatchObject({state: 'saved'})
  })

  it.each([
    ['the connection broke before it was done', () => undefined, ['PUT', 'GET', 'PUT']],
    ['the connection broke after it was done', write, ['PUT', 'GET']],
  ])('finds out what happened when %s', async (_what, happens, expected) => {
    const store = open()
    const version = await loaded(store)
    const answer = server.answer
    server.answer = call => {
      server.answer = answer
      happens(JSON.parse(call.body) as Held)
      return 'reset'
    }
    expect(await store.save(memory, version, never)).toMatchObject({state: 'saved', version: 'uid-1/8'})
    expect(methods()).toStrictEqual(expected)
    expect(heldMemory()).toBe(encodeMemory(memory, '1.2.3'))
  })

  it('takes a late update of its own for what it is', async () => {
    const store = open()
    const version = await loaded(store)
    // the first one is done after it was found not to be
    server.script(status(500, 'InternalError', 'etcd is slow'), {body: held})
    const answer = server.answer
    server.answer = call => {
      server.answer = answer
      write(JSON.parse(call.body) as Held)
      return conflict
    }
    expect(await store.save(memory, version, never)).toMatchObject({state: 'saved', version: 'uid-1/8'})
    expect(methods()).toStrictEqual(['PUT', 'GET', 'PUT', 'GET'])
  })

  it('knows a conflict behind a broken connection', async () => {
    const store = open()
    const version = await loaded(store)
    server.script('reset')
    write({...held, data: {note: 'changed'}})
    expect(await store.save(memory, version, never)).toStrictEqual({state: 'conflict'})
    expect(held).toMatchObject({data: {note: 'changed'}, binaryData: {other: 'AAE='}})
  })

  it('gives up after three updates, and may save later with the same version', async () => {
    const store = open()
    const version = await loaded(store)
    const [failure, found] = [status(503, 'ServiceUnavailable', 'etcd has no leader'), {body: held}]
    server.script(failure, found, failure, found, failure, found)
    expect(await store.save(memory, version, never)).toStrictEqual({
      state: 'unreachable',
      message: expect.stringMatching(/^updating ConfigMap watch\/memory on .* answered 503: etcd has no leader$/),
      hint: 'check API server, proxy and network policy; the next run tries again',
    })
    expect(methods()).toStrictEqual(['PUT', 'GET', 'PUT', 'GET', 'PUT', 'GET'])
    expect(await store.save(memory, version, never)).toMatchObject({state: 'saved'})
  })

  it('is unreachable when nobody can say what happened', async () => {
    const store = open({attempts: 1, attemptTimeout: 100})
    const version = await loaded(store)
    server.script('hang', 'hang')
    expect(await store.save(memory, version, never)).toMatchObject({
      state: 'unreachable',
      message: expect.stringMatching(/^updating .*: no answer within 0.1 s$/),
    })
  })

  it.each([
    [429, 'TooManyRequests', 'unreachable', 'check API server'],
    [500, 'InternalError', 'unreachable', 'check API server'],
    [401, 'Unauthorized', 'unusable', 'renew the credentials of user "me"'],
    [403, 'Forbidden', 'unusable', 'grant `get` and `update` on configmaps "memory" in namespace watch to user "me"'],
    [404, 'NotFound', 'unusable', 'make it: kubectl create configmap memory -n watch'],
    [400, 'BadRequest', 'unusable', 'check the server in the kubeconfig'],
  ])('says of %d when reading what it is and what to do', async (code, reason, state, hint) => {
    server.answer = () => status(code, reason, 'no')
    expect(await open({attempts: 1}).load(never)).toStrictEqual({
      state,
      message: expect.stringMatching(new RegExp(`^reading ConfigMap watch/memory on .* answered ${code}: no$`)),
      hint: expect.stringContaining(hint),
    })
  })

  it('folds further when the ConfigMap does not take the first size', async () => {
    const store = open()
    const version = await loaded(store)
    const large = largeMemory(300, 100)
    server.script(tooLarge)
    const saved = await store.save(large, version, never)
    const sizes = server.calls.map(({body}) => {
      const {binaryData} = JSON.parse(body) as Held
      return Buffer.from(binaryData!['memory.json.gz']!, 'base64').length
    })
    expect(sizes.map(size => size > 450 * 1024)).toStrictEqual([true, false])
    expect(sizes.every(size => size <= 900 * 1024)).toBe(true)
    expect(saved.state === 'saved' && saved.folded.length).toBeGreaterThan(0)
  })

  it('says that it is too large when nothing helps, and tries no more than helps', async () => {
    server.answer = ({line}) => (line.startsWith('GET') ? {body: held} : tooLarge)
    for (const [memoryToSave, tries] of [
      [memory, ['PUT']],
      [largeMemory(300, 100), ['PUT', 'PUT']],
    ] as const) {
      const store = open()
      expect(await store.save(memoryToSave, await loaded(store), never)).toMatchObject({
        state: 'unusable',
        hint: expect.stringMatching(/^split the watch, /),
      })
      expect(methods()).toStrictEqual(tries)
    }
  })

  it('folds no more once there is less to keep', async () => {
    const store = open()
    const large = await store.save(largeMemory(1000, 100), await loaded(store), never)
    expect(large.state === 'saved' && large.folded.length).toBeGreaterThan(0)
    expect(await store.save(largeMemory(1000, 1), await loaded(store), never)).toMatchObject({folded: []})
  })

  it('refuses what unfolds to far too much', async () => {
    held = {...held, binaryData: {'memory.json.gz': gzipText(' '.repeat(130 * 1024 * 1024)).toString('base64')}}
    expect(await open().load(never)).toMatchObject({
      state: 'unusable',
      message: 'reading the memory in ConfigMap watch/memory: it is no whole gzip: it was damaged',
    })
  })

  it('opens again what could not be opened', async () => {
    let fails = true
    const store = configMapMemory({
      cluster: 'prod',
      watch: 'default',
      namespace: null,
      name: 'memory',
      writtenBy: '1.2.3',
      openKube: () => (fails ? world.open({context: 'nowhere'}) : world.openWith({server: server.url})),
    })
    expect(await store.load(never)).toMatchObject({
      state: 'unusable',
      message: expect.stringMatching(/^opening the memory in ConfigMap memory: .*nowhere/),
    })
    fails = false
    // the namespace is that of the context
    expect(await store.load(never)).toMatchObject({state: 'loaded', memory: null})
    expect(server.calls.at(-1)!.line).toBe('GET /api/v1/namespaces/default/configmaps/memory')
    await store.close()
  })
})
