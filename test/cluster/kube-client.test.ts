import {readFile, writeFile} from 'node:fs/promises'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'

import {openKube, type Kube, type KubeOptions} from '../../src/kube/client.ts'
import type {ConfigMap} from '../../src/kube/config-map.ts'
import {startKubeApiserver, type KubeApiserver} from '../support/kube-apiserver.ts'
import {kubeApiserverAvailable} from '../support/kube-processes.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

const noEnd = new AbortController().signal
const get = (kube: Kube, name = 'memory') => kube.getConfigMap('watch', name, noEnd)
const put = (kube: Kube, configMap: ConfigMap) => kube.updateConfigMap(configMap, noEnd)

async function mustGet(kube: Kube): Promise<ConfigMap> {
  const result = await get(kube)
  if (!result.ok) throw new Error(result.message)
  return result.value
}

describe.skipIf(!kubeApiserverAvailable)('the client, of a real kube-apiserver', () => {
  let api: KubeApiserver
  let dir: TempDir
  const opened: Kube[] = []
  beforeAll(async () => {
    api = await startKubeApiserver()
    dir = await tempDir()
    await api.createNamespace('watch')
    await api.createServiceAccount('watch', 'tazuna-watch')
  })
  afterAll(async () => {
    await api[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    await api.request('DELETE', '/api/v1/namespaces/watch/configmaps/memory')
    await api.request('POST', '/api/v1/namespaces/watch/configmaps', {
      metadata: {name: 'memory', labels: {app: 'watch'}, annotations: {note: 'ours'}, finalizers: []},
    })
  })
  afterEach(() => Promise.all(opened.splice(0).map(kube => kube.close())))

  async function open(options: Partial<KubeOptions>): Promise<Kube> {
    const home = {home: dir.path, cwd: dir.path, context: null, signal: noEnd, policy: {backoff: 10}}
    const kube = await openKube({env: {}, ...home, ...options})
    opened.push(kube)
    return kube
  }
  const openBy = async (user: Parameters<KubeApiserver['kubeconfig']>[0]['user'], env: NodeJS.ProcessEnv = {}) =>
    await open({env: {...env, KUBECONFIG: await api.kubeconfig({user, namespace: 'watch'})}})
  const openAdmin = () => openBy({token: api.adminToken})
  const own = {apiGroups: [''], resources: ['configmaps'], resourceNames: ['memory'], verbs: ['get', 'update']}

  it('reads a ConfigMap without data, writes it, and reads what it wrote', async () => {
    const kube = await openAdmin()
    expect([kube.origin, kube.namespace, kube.identity]).toEqual([api.url, 'watch', 'user "test" of context "test"'])
    const first = await mustGet(kube)
    expect(first).toMatchObject({
      metadata: {name: 'memory', namespace: 'watch', labels: {app: 'watch'}, annotations: {note: 'ours'}},
      data: {},
      binaryData: {},
    })
    const written = await put(kube, {...first, data: {a: '1'}, binaryData: {b: 'AAE='}})
    const second = await mustGet(kube)
    expect(written).toEqual({ok: true, value: second})
    expect(second).toMatchObject({
      metadata: {uid: first.metadata.uid, labels: {app: 'watch'}, annotations: {note: 'ours'}},
      data: {a: '1'},
      binaryData: {b: 'AAE='},
    })
    expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion)
    expect(second.metadata['managedFields']).toContainEqual(
      expect.objectContaining({manager: 'tazuna-watch', operation: 'Update'}),
    )
  })

  it('keeps what others own in it', async () => {
    const kube = await openAdmin()
    const path = '/api/v1/namespaces/watch/configmaps/memory'
    const {metadata} = await mustGet(kube)
    const owner = {apiVersion: 'v1', kind: 'ConfigMap', name: 'memory', uid: metadata.uid}
    await api.request('PATCH', path, {metadata: {ownerReferences: [owner], finalizers: ['acme.test/keep']}})
    await put(kube, {...(await mustGet(kube)), data: {a: '1'}})
    expect((await api.request('GET', path)).body).toMatchObject({
      metadata: {ownerReferences: [owner], finalizers: ['acme.test/keep']},
      data: {a: '1'},
    })
    await api.request('PATCH', path, {metadata: {ownerReferences: null, finalizers: null}})
  })

  it('conflicts with a change, and with another ConfigMap of the same name, since it was read', async () => {
    const kube = await openAdmin()
    const first = await mustGet(kube)
    expect(await put(kube, {...first, data: {run: '1'}})).toMatchObject({ok: true})
    expect(await put(kube, {...first, data: {run: '2'}})).toMatchObject({
      kind: 'conflict',
      status: 409,
      mayHaveArrived: false,
      message: expect.stringMatching(
        /^updating ConfigMap watch\/memory on https:.* as user "test" .* answered 409: .*the object has been modified/,
      ) as unknown,
    })
    const second = await mustGet(kube)
    expect(second.data).toEqual({run: '1'})
    await api.request('DELETE', '/api/v1/namespaces/watch/configmaps/memory')
    expect(await put(kube, second)).toMatchObject({kind: 'not-found'})
    await api.request('POST', '/api/v1/namespaces/watch/configmaps', {metadata: {name: 'memory'}})
    expect(await put(kube, second)).toMatchObject({kind: 'conflict'})
    expect((await mustGet(kube)).data).toEqual({})
  })

  it('says that there is none, also where there is no namespace', async () => {
    const kube = await openAdmin()
    expect(await get(kube, 'absent')).toMatchObject({
      kind: 'not-found',
      message: expect.stringMatching(
        /reading ConfigMap watch\/absent .* answered 404: configmaps "absent" not found$/,
      ) as unknown,
    })
    expect(await kube.getConfigMap('nowhere', 'memory', noEnd)).toMatchObject({kind: 'not-found'})
  })

  it.each([
    ['1 MiB', 1_048_577, 422],
    ['what a request may have', 3_200_000, 413],
  ])('says that it is too large: more than %s', async (_title, size, status) => {
    const kube = await openAdmin()
    const first = await mustGet(kube)
    const result = await put(kube, {...first, data: {a: 'x'.repeat(size)}})
    expect(result).toMatchObject({kind: 'too-large', status, mayHaveArrived: false})
    expect(await mustGet(kube)).toEqual(first)
  })

  it('says that it is invalid', async () => {
    const kube = await openAdmin()
    expect(await put(kube, {...(await mustGet(kube)), data: {'a b': ''}})).toMatchObject({
      kind: 'invalid',
      status: 422,
      message: expect.stringMatching(/a valid config key/) as unknown,
    })
  })

  it('is shown a client certificate', async () => {
    const root = await openBy(await api.clientCertificate({user: 'root', groups: ['system:masters']}))
    expect(await get(root)).toMatchObject({ok: true})
    const jane = await openBy(await api.clientCertificate({user: 'jane'}))
    expect(await get(jane)).toMatchObject({
      kind: 'forbidden',
      status: 403,
      message: expect.stringMatching(
        /answered 403: configmaps "memory" is forbidden: User "jane" cannot get/,
      ) as unknown,
    })
  })

  it('knows nobody by a wrong token', async () => {
    expect(await get(await openBy({token: 'wrong'}))).toMatchObject({kind: 'unauthorized', status: 401})
  })

  it('is somebody else, if it may', async () => {
    const file = await api.kubeconfig({user: {token: api.adminToken}})
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(/^( +)token:/m, '$1as: jane\n$1as-groups: [a, b]\n$1token:'),
    )
    expect(await get(await open({env: {KUBECONFIG: file}}))).toMatchObject({
      kind: 'forbidden',
      message: expect.stringMatching(/User "jane" cannot get/) as unknown,
    })
  })

  it('is what its plugin says, which is asked again when the token is refused', async () => {
    const token = await dir.write('plugin-token', 'wrong')
    const command = await dir.write(
      'login',
      `#!/bin/sh\nprintf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$(cat "$TOKEN_FILE")"\n`,
      0o755,
    )
    const kube = await openBy({exec: {command, env: {TOKEN_FILE: token}}}, {PATH: process.env['PATH']})
    expect(await get(kube)).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringMatching(/\(2 attempts\)$/) as unknown,
    })
    await writeFile(token, api.adminToken)
    expect(await get(kube)).toMatchObject({ok: true})
  })

  it('does in a pod what its Role allows, and nothing else', async () => {
    const {folder, env} = await api.serviceAccountFolder({namespace: 'watch', serviceAccount: 'tazuna-watch'})
    const kube = await open({env, serviceAccountFolder: folder})
    expect([kube.origin, kube.namespace, kube.identity]).toEqual([
      api.url,
      'watch',
      'system:serviceaccount:watch:tazuna-watch',
    ])
    expect(await get(kube)).toMatchObject({
      kind: 'forbidden',
      message: expect.stringMatching(/User "system:serviceaccount:watch:tazuna-watch" cannot get resource/) as unknown,
    })
    const revoke = await api.grant('watch', 'tazuna-watch', [own])
    const read = await mustGet(kube)
    expect(await put(kube, {...read, data: {a: '1'}})).toMatchObject({ok: true})
    expect(await get(kube, 'kube-root-ca.crt')).toMatchObject({kind: 'forbidden'})
    await revoke()
    expect(await put(kube, read)).toMatchObject({kind: 'forbidden', mayHaveArrived: false})
  })

  it('takes the token that was rotated between two requests', async () => {
    const revoke = await api.grant('watch', 'tazuna-watch', [own])
    const {folder, env} = await api.serviceAccountFolder({namespace: 'watch', serviceAccount: 'tazuna-watch'})
    const kube = await open({env, serviceAccountFolder: folder})
    const file = `${folder}/token`
    const token = await readFile(file, 'utf8')
    expect(await get(kube)).toMatchObject({ok: true})
    await writeFile(file, 'of.another.cluster')
    expect(await get(kube)).toMatchObject({kind: 'unauthorized'})
    await writeFile(file, await api.tokenFor('watch', 'tazuna-watch', 600))
    expect(await get(kube)).toMatchObject({ok: true})
    await writeFile(file, token)
    expect(await get(kube)).toMatchObject({ok: true})
    await revoke()
  })

  it('waits no longer than it may for one that hangs, and reads once it is back', async () => {
    const kube = await open({
      env: {KUBECONFIG: await api.kubeconfig({user: {token: api.adminToken}})},
      policy: {attemptTimeout: 300, attempts: 2, backoff: 10},
    })
    const read = await mustGet(kube)
    await api.pause()
    try {
      expect(await get(kube)).toMatchObject({
        kind: 'unavailable',
        status: null,
        message: expect.stringMatching(/no answer within 0\.3 s \(2 attempts\)$/) as unknown,
      })
      expect(await put(kube, {...read, data: {a: '1'}})).toMatchObject({kind: 'unavailable', mayHaveArrived: true})
    } finally {
      api.resume()
    }
    expect(await get(kube)).toMatchObject({ok: true})
  })
})
