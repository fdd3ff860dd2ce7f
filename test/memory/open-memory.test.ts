import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {toFileTrouble} from '../../src/memory/file-trouble.ts'
import {isConfigMapName, isNamespace, parseMemoryVariable} from '../../src/memory/memory-variable.ts'
import {openMemory, type MemoryOptions} from '../../src/memory/open-memory.ts'
import {statePath} from '../../src/memory/state-path.ts'
import {emptyMemory} from '../../src/model/memory.ts'
import {tempDir} from '../support/temp-dir.ts'

const never = new AbortController().signal
const memory = emptyMemory('prod', 'default', 'ab'.repeat(32))
const options: MemoryOptions = {
  store: 'auto',
  configMap: null,
  file: null,
  cluster: 'prod',
  watch: 'default',
  version: '1.2.3',
  env: {},
  home: '/home/ann',
  cwd: '/here',
  clock: () => new Date(),
  kubeContext: null,
  caFile: null,
  onSecret: () => undefined,
  onEvent: () => undefined,
}

describe('openMemory', () => {
  const configMap = {namespace: 'ns', name: 'memory'}

  it.each([
    ['a file by default', {}, 'file /home/ann/.local/state/tazuna-watch/prod.default.json'],
    ['a ConfigMap if one is named', {configMap}, 'ConfigMap ns/memory'],
    ['a ConfigMap without namespace', {configMap: {...configMap, namespace: null}}, 'ConfigMap memory'],
    ['a ConfigMap if asked for', {store: 'configmap', configMap, file: 'x'}, 'ConfigMap ns/memory'],
    ['a file if asked for', {store: 'file', configMap, file: 'x.json'}, 'file /here/x.json'],
    ['an absolute file', {store: 'file', file: '/x.json'}, 'file /x.json'],
    ['nothing', {store: 'none', configMap, file: 'x.json'}, 'none'],
  ] as const)('opens %s', async (_what, overrides, description) => {
    const store = await openMemory({...options, ...overrides})
    expect([store.description, store.keeps]).toStrictEqual([description, description !== 'none'])
    await store.close()
  })

  it('says what is wrong with a kubeconfig when it is used', async () => {
    const store = await openMemory({...options, configMap, env: {KUBECONFIG: '/nowhere'}})
    expect(await store.load(never)).toStrictEqual({
      state: 'unusable',
      message: 'opening the memory in ConfigMap ns/memory: reading the kubeconfig: there is no /nowhere',
      hint: 'correct KUBECONFIG, or unset it',
    })
    expect(await store.save(memory, null, never)).toStrictEqual({state: 'conflict'})
    await store.close()
  })

  it('keeps nothing when it is to keep nothing', async () => {
    const store = await openMemory({...options, store: 'none'})
    expect(await store.load(never)).toStrictEqual({state: 'loaded', memory: null, version: null})
    expect(await store.save(memory, null, never)).toStrictEqual({state: 'saved', version: null, folded: []})
    expect(await store.load(never)).toStrictEqual({state: 'loaded', memory: null, version: null})
    await store.close()
  })

  it('gives each watch a file of its own', async () => {
    await using dir = await tempDir()
    const env = {XDG_STATE_HOME: join(dir.path, 'state')}
    for (const watch of ['default', 'other', '..', 'a/b']) {
      const store = await openMemory({...options, env, watch})
      expect(await store.save({...memory, watch}, null, never)).toMatchObject({state: 'saved'})
      expect(await store.load(never)).toMatchObject({state: 'loaded', memory: {watch}})
    }
    expect((await readdir(join(dir.path, 'state', 'tazuna-watch'))).toSorted()).toStrictEqual([
      'prod...~da2e09617484.json',
      'prod.a_b~9da59469de20.json',
      'prod.default.json',
      'prod.other.json',
    ])
  })
})

describe('statePath', () => {
  const folder = '/home/ann/.local/state/tazuna-watch'

  it.each([
    ['prod', 'default', 'prod.default.json'],
    ['prod.example.com', 'web-1', 'prod.example.com.web-1.json'],
    ['prod', 'a.b', expect.stringMatching(/^prod\.a\.b~[0-9a-f]{12}\.json$/)],
    ['Prod', 'default', expect.stringMatching(/^Prod\.default~[0-9a-f]{12}\.json$/)],
    [
      'arn:aws:eks:eu:1:cluster/a',
      'default',
      expect.stringMatching(/^arn_aws_eks_eu_1_cluster_a\.default~[0-9a-f]{12}\.json$/),
    ],
    ['../../etc', 'x', expect.stringMatching(/^\.\._\.\._etc\.x~[0-9a-f]{12}\.json$/)],
    ['東京', 'x', expect.stringMatching(/^_\.x~[0-9a-f]{12}\.json$/)],
  ])('of %s and %s is safe', (cluster, watch, name) => {
    expect(path(cluster, watch).slice(folder.length + 1)).toStrictEqual(name)
  })

  it('is below XDG_STATE_HOME, if that is a path', () => {
    expect(path('prod', 'default', {XDG_STATE_HOME: '/state'})).toBe('/state/tazuna-watch/prod.default.json')
    expect(path('prod', 'default', {XDG_STATE_HOME: 'state'})).toBe(`${folder}/prod.default.json`)
    expect(path('prod', 'default', {XDG_STATE_HOME: ''})).toBe(`${folder}/prod.default.json`)
  })

  it('is no other watch’s, and short enough for a lock and a temporary file', () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'a.b', 'b', 'A', 'a/b', 'a_b', 'a~b', '.', '..', '', 'a.b~0123456789ab'),
      fc.string({unit: 'binary', maxLength: 300}),
    )
    fc.assert(
      fc.property(fc.tuple(name, name), fc.tuple(name, name), (one, other) => {
        const [a, b] = [path(...one), path(...other)]
        expect(a.toLowerCase() === b.toLowerCase()).toBe(one[0] === other[0] && one[1] === other[1])
        expect(a).toMatch(/^\/home\/ann\/\.local\/state\/tazuna-watch\/[\w.~-]{1,201}\.json$/)
      }),
      {numRuns: 2000},
    )
  })
})

describe('parseMemoryVariable', () => {
  it.each([
    ['none', {store: 'none'}],
    ['file:x.json', {store: 'file', file: 'x.json'}],
    ['file:/a b/configmap:x', {store: 'file', file: '/a b/configmap:x'}],
    [
      'configmap:tazuna-watch/memory.v1',
      {store: 'configmap', configMap: {namespace: 'tazuna-watch', name: 'memory.v1'}},
    ],
    ['file:', null],
    ['configmap:memory', null],
    ['configmap:/memory', null],
    ['configmap:ns/', null],
    ['configmap:ns/a/b', null],
    ['configmap:ns/..', null],
    ['configmap:n.s/memory', null],
    ['configmap:ns/Memory', null],
    ['auto', null],
    ['', null],
    [' none', null],
  ])('reads %j', (text, choice) => {
    expect(parseMemoryVariable(text)).toStrictEqual(choice)
  })

  it('knows how long a name can be', () => {
    expect([63, 64].map(length => isNamespace('a'.repeat(length)))).toStrictEqual([true, false])
    expect([253, 254].map(length => isConfigMapName('a'.repeat(length)))).toStrictEqual([true, false])
    expect(['a-', '-a', 'a..b', 'a.-b', 'a.b', ''].map(isConfigMapName)).toStrictEqual([
      false,
      false,
      false,
      false,
      true,
      false,
    ])
  })
})

describe('toFileTrouble', () => {
  it.each([
    ['ENOSPC', 'unreachable', 'make room on its disk'],
    ['EDQUOT', 'unreachable', 'make room on its disk'],
    ['EROFS', 'unusable', 'mount a folder that can be written, or name a file in one'],
    ['EACCES', 'unusable', 'let this user read and write the file and its folder, or name another file'],
    ['EBUSY', 'unusable', 'mount the folder of the file, not the file'],
    ['EMFILE', 'unreachable', 'the machine has no files or memory left: look at what else runs there'],
    ['ESTALE', 'unreachable', 'look at the server of this file system; the next run tries again'],
    ['EIO', 'unusable', 'look at its path and its disk, or name another'],
  ])('takes %s for %s', (code, state, hint) => {
    const message = `saving: ${code}: it failed, open '/x'`
    expect(toFileTrouble(systemError(code), 'saving')).toStrictEqual({state, message, hint})
  })

  it('knows nothing of other errors', () => {
    expect(toFileTrouble(new Error('bug'), 'saving')).toBeNull()
    expect(toFileTrouble('bug', 'saving')).toBeNull()
  })
})

function path(cluster: string, watch = 'default', env: NodeJS.ProcessEnv = {}): string {
  return statePath({cluster, watch}, env, '/home/ann')
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed, open '/x'`), {code, syscall: 'open'})
}
