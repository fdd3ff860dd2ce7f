import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'

import {openKube, type KubeOptions} from '../../src/kube/client.ts'
import {configMapMemory} from '../../src/memory/configmap.ts'
import {gzipText} from '../../src/memory/gzip.ts'
import type {MemoryStore, Version} from '../../src/memory/memory-store.ts'
import {openMemory} from '../../src/memory/open-memory.ts'
import {memoryContract} from '../contract/memory-contract.ts'
import {knownEntry, largeMemory, memoryOf} from '../memory/memory-builder.ts'
import {startKubeApiserver, type KubeApiserver} from '../support/kube-apiserver.ts'
import {kubeApiserverAvailable} from '../support/kube-processes.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

const never = new AbortController().signal
const configMaps = '/api/v1/namespaces/watch/configmaps'
const memory = memoryOf({web: {'web/v1/ConfigMap/shop/a': knownEntry()}})
const dataKey = 'memory.json.gz'

type Read = {
  metadata: {labels?: object; annotations?: object}
  data?: Record<string, string>
  binaryData?: Record<string, string>
}

describe.skipIf(!kubeApiserverAvailable)('configMapMemory, in a real kube-apiserver', () => {
  let api: KubeApiserver
  let dir: TempDir
  let count = 0
  const opened: MemoryStore[] = []
  beforeAll(async () => {
    api = await startKubeApiserver()
    dir = await tempDir()
    await api.createNamespace('watch')
    await api.createServiceAccount('watch', 'runner')
  })
  afterEach(() => Promise.all(opened.splice(0).map(store => store.close())))
  afterAll(async () => {
    await api[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })

  /** A new ConfigMap as it is shipped, without data; gives its name. */
  async function make(more: object = {}): Promise<string> {
    const name = `memory-${(count += 1)}`
    const metadata = {name, labels: {'app.kubernetes.io/part-of': 'tazuna-watch'}, annotations: {note: 'theirs'}}
    const {status} = await api.request('POST', configMaps, {metadata, ...more})
    expect(status).toBe(201)
    return name
  }
  const readMap = async (name: string) => (await api.request('GET', `${configMaps}/${name}`)).body as Read
  const patch = (name: string, change: object) => api.request('PATCH', `${configMaps}/${name}`, change)
  const rightTo = (name: string, verbs: readonly string[]) =>
    api.grant('watch', 'runner', [{apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs}])

  type User = Parameters<KubeApiserver['kubeconfig']>[0]['user']
  /** A store of its own, as the admin unless told otherwise. */
  async function open(name: string, user: User = {token: api.adminToken}, options: Partial<KubeOptions> = {}) {
    const KUBECONFIG = await api.kubeconfig({user})
    const env = {PATH: process.env['PATH'], KUBECONFIG}
    const folders = {home: dir.path, cwd: dir.path, context: null}
    const store = configMapMemory({
      cluster: 'prod',
      watch: 'default',
      namespace: 'watch',
      name,
      writtenBy: '1.2.3',
      openKube: signal => openKube({env, ...folders, signal, policy: {backoff: 10}, ...options}),
    })
    opened.push(store)
    return store
  }
  const keep = async (name: string, kept = memory) => {
    const store = await open(name)
    expect(await store.save(kept, await loadVersion(store), never)).toMatchObject({state: 'saved'})
  }

  memoryContract(async () => {
    const name = await make()
    const KUBECONFIG = await api.kubeconfig({user: {token: api.adminToken}, namespace: 'watch'})
    const put = async (bytes: Buffer) => {
      await patch(name, {binaryData: {[dataKey]: bytes.toString('base64')}})
    }
    return {
      open: (watch = 'default') =>
        configMapMemory({
          cluster: 'prod',
          watch,
          namespace: 'watch',
          name,
          writtenBy: '1.2.3',
          openKube: signal =>
            openKube({env: {KUBECONFIG}, home: dir.path, cwd: dir.path, context: null, signal, policy: {backoff: 10}}),
        }),
      read: async () => {
        const base64 = (await readMap(name)).binaryData?.[dataKey]
        return base64 === undefined ? null : Buffer.from(base64, 'base64')
      },
      write: text => put(text === '' ? Buffer.alloc(0) : gzipText(text)),
      damage: put,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  })

  it('leaves what belongs to others', async () => {
    const name = await make({data: {note: 'theirs'}, binaryData: {other: 'AAE='}})
    await keep(name)
    const {metadata, data, binaryData} = await readMap(name)
    expect(metadata).toMatchObject({
      labels: {'app.kubernetes.io/part-of': 'tazuna-watch'},
      annotations: {note: 'theirs'},
    })
    expect(data).toStrictEqual({note: 'theirs'})
    expect(binaryData).toStrictEqual({other: 'AAE=', [dataKey]: expect.any(String)})
  })

  it('has no memory in an absent ConfigMap, and says how to make it', async () => {
    expect(await (await open('absent')).load(never)).toStrictEqual({
      state: 'unusable',
      message: expect.stringMatching(/^reading ConfigMap watch\/absent on .* 404: configmaps "absent" not found$/),
      hint: 'make it: kubectl create configmap absent -n watch',
    })
  })

  it('works with `get` and `update` on this one object, and says which right is missing', async () => {
    const name = await make()
    const user = {token: await api.tokenFor('watch', 'runner')}
    const hint = `grant \`get\` and \`update\` on configmaps "${name}" in namespace watch to user "test" of context "test"`
    const store = await open(name, user)
    expect(await store.load(never)).toStrictEqual({
      state: 'unusable',
      message: expect.stringMatching(/^reading ConfigMap .* 403: .*serviceaccount:watch:runner.* cannot get resource/),
      hint,
    })
    await using revoke = new AsyncDisposableStack()
    revoke.defer(await rightTo(name, ['get']))
    const version = await loadVersion(store)
    expect(await store.save(memory, version, never)).toStrictEqual({
      state: 'unusable',
      message: expect.stringMatching(
        /^updating ConfigMap .* 403: .*serviceaccount:watch:runner.* cannot update resource/,
      ),
      hint,
    })
    revoke.defer(await rightTo(name, ['update']))
    expect(await store.save(memory, version, never)).toMatchObject({state: 'saved'})
    expect(await store.load(never)).toMatchObject({state: 'loaded', memory})
  })

  it('is a conflict when it was deleted and made again, and needs making when it was deleted', async () => {
    const name = await make()
    await keep(name)
    const store = await open(name)
    const version = await loadVersion(store)
    await api.request('DELETE', `${configMaps}/${name}`)
    expect(await store.save(memory, version, never)).toMatchObject({
      state: 'unusable',
      hint: `make it: kubectl create configmap ${name} -n watch`,
    })
    await api.request('POST', configMaps, {metadata: {name}})
    expect(await store.save(memory, version, never)).toStrictEqual({state: 'conflict'})
    expect(await store.load(never)).toMatchObject({state: 'loaded', memory: null})
  })

  it.each([
    ['replaced it by what is in Git', {metadata: {labels: {}}, binaryData: null}],
    ['removed the key', {binaryData: {[dataKey]: null}}],
  ])('begins anew after a GitOps tool %s, and does not write over that unseen', async (_what, change) => {
    const name = await make()
    await keep(name)
    const store = await open(name)
    const version = await loadVersion(store)
    await patch(name, change)
    expect(await store.save(memory, version, never)).toStrictEqual({state: 'conflict'})
    expect(await store.load(never)).toMatchObject({state: 'loaded', memory: null})
  })

  it('saves through a storm of other writes, as soon as it loads what is there', async () => {
    const name = await make()
    const store = await open(name)
    const calm = new AbortController()
    const storm = (async () => {
      for (let run = 0; !calm.signal.aborted; run += 1) await patch(name, {data: {run: String(run)}})
    })()
    const states: string[] = []
    while (states.at(-1) !== 'saved' && states.length < 200) {
      states.push((await store.save(memory, await loadVersion(store), never)).state)
    }
    calm.abort()
    await storm
    expect([...new Set(states)]).toStrictEqual(expect.arrayContaining(['saved']))
    expect(states.filter(state => state !== 'saved' && state !== 'conflict')).toStrictEqual([])
    expect((await readMap(name)).data).toHaveProperty('run')
    expect(await (await open(name)).load(never)).toMatchObject({state: 'loaded', memory})
  })

  it('folds a memory that is too large for a ConfigMap', async () => {
    const name = await make()
    const large = largeMemory(1000, 100)
    const store = await open(name)
    const saved = await store.save(large, await loadVersion(store), never)
    const folded = saved.state === 'saved' ? saved.folded : []
    expect(folded.length).toBeGreaterThan(100)
    const loaded = await (await open(name)).load(never)
    const kept = loaded.state === 'loaded' ? loaded.memory! : memory
    expect(kept.manifests.size).toBe(1000)
    for (const [manifest, {entries, folded: fold}] of kept.manifests) {
      expect([entries.size, fold?.counts.modified ?? 0]).toStrictEqual(folded.includes(manifest) ? [0, 100] : [100, 0])
    }
  })

  it('folds further beside the data of others, and says when there is no room at all', async () => {
    const large = largeMemory(400, 100)
    const half = await make({data: {theirs: 'x'.repeat(500 * 1024)}})
    const store = await open(half)
    expect(await store.save(large, await loadVersion(store), never)).toMatchObject({state: 'saved'})
    const full = await make({data: {theirs: 'x'.repeat(1024 * 1024)}})
    const other = await open(full)
    expect(await other.save(memory, await loadVersion(other), never)).toMatchObject({
      state: 'unusable',
      message: expect.stringMatching(/^updating ConfigMap .* 422: /),
      hint: expect.stringMatching(/free the ConfigMap of other data$/),
    })
  })

  it('says that it may not change an immutable ConfigMap', async () => {
    const name = await make({immutable: true})
    const store = await open(name)
    expect(await store.save(memory, await loadVersion(store), never)).toMatchObject({
      state: 'unusable',
      message: expect.stringMatching(/ 422: .*immutable/),
      hint: expect.stringContaining('that the ConfigMap is not immutable'),
    })
  })

  it('goes on with a rotated token of a pod', async () => {
    const name = await make()
    await using revoke = new AsyncDisposableStack()
    revoke.defer(await rightTo(name, ['get', 'update']))
    const {folder, env} = await api.serviceAccountFolder({namespace: 'watch', serviceAccount: 'runner'})
    const store = await openMemory({
      store: 'auto',
      configMap: {namespace: null, name},
      file: null,
      cluster: 'prod',
      watch: 'default',
      version: '1.2.3',
      env,
      home: dir.path,
      cwd: dir.path,
      clock: () => new Date(),
      kubeContext: null,
      caFile: null,
      onSecret: () => undefined,
      onEvent: () => undefined,
      serviceAccountFolder: folder,
    })
    opened.push(store)
    const version = await loadVersion(store)
    const next = await api.tokenFor('watch', 'runner')
    await writeFile(join(folder, 'token'), 'expired')
    expect(await store.save(memory, version, never)).toMatchObject({
      state: 'unusable',
      hint: 'renew the credentials of system:serviceaccount:watch:runner',
    })
    await writeFile(join(folder, 'token'), next)
    expect(await store.save(memory, version, never)).toMatchObject({state: 'saved'})
  })

  it('is unreachable while the API server hangs, and goes on afterwards', async () => {
    const name = await make()
    const policy = {attempts: 2, attemptTimeout: 300, backoff: 10}
    const store = await open(name, undefined, {policy})
    const version = await loadVersion(store)
    await api.pause()
    try {
      const noAnswer = /: no answer within 0\.3 s/
      expect(await store.save(memory, version, never)).toMatchObject({
        state: 'unreachable',
        message: expect.stringMatching(noAnswer),
      })
      expect(await (await open(name, undefined, {policy})).load(never)).toMatchObject({
        state: 'unreachable',
        message: expect.stringMatching(noAnswer),
      })
    } finally {
      api.resume()
    }
    // what hung may have been done meanwhile: then this is a conflict
    const later = await store.save(memory, version, never)
    expect(['saved', 'conflict']).toContain(later.state)
    expect(await store.load(never)).toMatchObject({state: 'loaded', memory})
  })

  it('takes a client certificate and a credential plugin', async () => {
    const name = await make()
    const certificate = await api.clientCertificate({user: 'ann', groups: ['system:masters']})
    const store = await open(name, certificate)
    expect(await store.save(memory, await loadVersion(store), never)).toMatchObject({state: 'saved'})
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: {token: api.adminToken},
    }
    const args = ['-c', `printf %s '${JSON.stringify(credential)}'`]
    const other = await open(name, {exec: {command: '/bin/sh', args}})
    expect(await other.load(never)).toMatchObject({state: 'loaded', memory})
    const broken = await open(name, {exec: {command: '/bin/sh', args: ['-c', 'echo no session >&2; exit 3']}})
    expect(await broken.load(never)).toMatchObject({
      state: 'unreachable',
      message: expect.stringMatching(/^opening the memory in ConfigMap .* exit 3: no session$/),
    })
  })
})

async function loadVersion(store: MemoryStore): Promise<Version> {
  const loaded = await store.load(never)
  if (loaded.state !== 'loaded') throw new Error(loaded.message)
  return loaded.version
}
