import {readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {parse} from 'yaml'

import {kubeApiserverAvailable} from '../support/kube-processes.ts'
import {startKubeApiserver, type KubeApiserver} from '../support/kube-apiserver.ts'

const configMaps = '/api/v1/namespaces/acme/configmaps'
const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews'

describe.skipIf(!kubeApiserverAvailable)('a real kube-apiserver', () => {
  let api: KubeApiserver
  beforeAll(async () => {
    api = await startKubeApiserver()
    await api.createNamespace('acme')
    await api.createNamespace('other')
    await api.createServiceAccount('acme', 'reader')
  })
  afterAll(() => api[Symbol.asyncDispose]())

  const readMaps = {apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list']}
  const statusAs = async (token: string, path: string) =>
    (await api.request('GET', path, undefined, {as: {token}})).status

  it('is ready', async () => {
    expect(await api.request('GET', '/readyz')).toStrictEqual({status: 200, body: 'ok'})
  })

  it('has the version that its module pins', async () => {
    const {body} = await api.request('GET', '/version')
    expect(body).toMatchObject({gitVersion: 'v1.35.4', major: '1', minor: '35'})
  })

  it('knows nobody with a wrong token', async () => {
    expect(await statusAs('wrong', configMaps)).toBe(401)
  })

  it('lets a service account do what it was granted, there and until it is revoked, and nothing else', async () => {
    const token = await api.tokenFor('acme', 'reader')
    expect(await statusAs(token, configMaps)).toBe(403)

    const revoke = await api.grant('acme', 'reader', [readMaps])
    const write = await api.request('POST', configMaps, {metadata: {name: 'mine'}}, {as: {token}})
    expect([await statusAs(token, configMaps), write.status]).toStrictEqual([200, 403])
    expect(await statusAs(token, '/api/v1/namespaces/other/configmaps')).toBe(403)

    await revoke()
    expect(await statusAs(token, configMaps)).toBe(403)
  })

  it('grants by name of the object, also to an account of another namespace', async () => {
    const token = await api.tokenFor('acme', 'reader')
    const names = {...readMaps, resourceNames: ['memory'], verbs: ['get']}
    const revoke = await api.grant('other', {namespace: 'acme', name: 'reader'}, [names])
    const inOther = '/api/v1/namespaces/other/configmaps'
    // 404: it may see that there is none
    expect(await statusAs(token, `${inOther}/memory`)).toBe(404)
    expect(await statusAs(token, `${inOther}/another`)).toBe(403)
    await revoke()
    expect(await statusAs(token, `${inOther}/memory`)).toBe(403)
  })

  it('waits until a grant and its end are in force', async () => {
    const token = await api.tokenFor('acme', 'reader')
    const statuses: number[][] = []
    for (let round = 1; round <= 40; round += 1) {
      const revoke = await api.grant('acme', 'reader', [{...readMaps, verbs: ['get']}])
      const granted = await statusAs(token, `${configMaps}/absent`)
      await revoke()
      statuses.push([granted, await statusAs(token, `${configMaps}/absent`)])
    }
    expect(statuses).toStrictEqual(Array.from({length: 40}, () => [404, 403]))
  })

  it('waits for its own revocation only, where two grants allow the same', async () => {
    const token = await api.tokenFor('acme', 'reader')
    const [first, second] = [
      await api.grant('acme', 'reader', [readMaps]),
      await api.grant('acme', 'reader', [readMaps]),
    ]
    await first()
    expect(await statusAs(token, configMaps)).toBe(200)
    await second()
    expect(await statusAs(token, configMaps)).toBe(403)
  })

  it('refuses an update with a stale resourceVersion', async () => {
    const made = await api.request('POST', configMaps, {metadata: {name: 'memory'}, data: {run: '1'}})
    const read = made.body as {metadata: object; data: object}
    const first = await api.request('PUT', `${configMaps}/memory`, {...read, data: {run: '2'}})
    const second = await api.request('PUT', `${configMaps}/memory`, {...read, data: {run: '3'}})
    expect([made.status, first.status, second.status]).toStrictEqual([201, 200, 409])
    expect(second.body).toMatchObject({kind: 'Status', reason: 'Conflict'})
    const {body} = await api.request('GET', `${configMaps}/memory`)
    expect(body).toMatchObject({data: {run: '2'}})
  })

  it('takes a ConfigMap of 1 MiB, and refuses one byte more', async () => {
    const mebibyte = 1_048_576
    const fits = await api.request('POST', configMaps, {metadata: {name: 'fits'}, data: {k: 'x'.repeat(mebibyte)}})
    const tooLong = await api.request('POST', configMaps, {
      metadata: {name: 'more'},
      data: {k: 'x'.repeat(mebibyte + 1)},
    })
    expect([fits.status, tooLong.status]).toStrictEqual([201, 422])
    expect(tooLong.body).toMatchObject({message: expect.stringContaining('may not be more than 1048576 bytes')})
  })

  it('takes a client certificate: CN is the user, each O a group', async () => {
    const as = await api.clientCertificate({user: 'o/brien+1', groups: ['acme:ops', 'acme:dev']})
    const {status, body} = await api.request('POST', whoAmI, {}, {as})
    expect(status).toBe(201)
    const {userInfo} = (body as {status: {userInfo: {username: string; groups: string[]}}}).status
    expect(userInfo.username).toBe('o/brien+1')
    expect(userInfo.groups.toSorted()).toStrictEqual(['acme:dev', 'acme:ops', 'system:authenticated'])
    expect((await api.request('GET', configMaps, undefined, {as})).status).toBe(403)
  })

  it('lets a client certificate of system:masters do everything', async () => {
    const as = await api.clientCertificate({user: 'root', groups: ['system:masters']})
    expect((await api.request('GET', configMaps, undefined, {as})).status).toBe(200)
  })

  it('refuses an unknown field with strict field validation only', async () => {
    const map = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'strict'}, dta: {}}
    const strict = await api.request('POST', `${configMaps}?dryRun=All&fieldValidation=Strict`, map)
    const ignoring = await api.request('POST', `${configMaps}?dryRun=All&fieldValidation=Ignore`, map)
    expect([strict.status, ignoring.status]).toStrictEqual([400, 201])
    expect(strict.body).toMatchObject({message: expect.stringContaining('unknown field "dta"')})
  })

  it('enforces Pod Security by the label of a namespace', async () => {
    await api.createNamespace('restricted', {'pod-security.kubernetes.io/enforce': 'restricted'})
    const pod = {metadata: {name: 'pod'}, spec: {containers: [{name: 'main', image: 'main'}]}}
    const [open, restricted] = await Promise.all([
      api.request('POST', '/api/v1/namespaces/acme/pods?dryRun=All', pod),
      api.request('POST', '/api/v1/namespaces/restricted/pods?dryRun=All', pod),
    ])
    expect([open.status, restricted.status]).toStrictEqual([201, 403])
    expect(restricted.body).toMatchObject({
      message: expect.stringContaining('violates PodSecurity "restricted:latest"'),
    })
  })

  it('hangs while it is paused, and then answers what was asked meanwhile', async () => {
    for (let round = 1; round <= 10; round += 1) {
      await api.pause()
      try {
        const waiting = api.request('GET', '/readyz')
        await expect(Promise.race([waiting, sleep(100, 'nothing')])).resolves.toBe('nothing')
        api.resume()
        expect(await waiting).toStrictEqual({status: 200, body: 'ok'})
      } finally {
        api.resume()
      }
    }
  })

  it('rejects a request that is given up while it is paused', async () => {
    await api.pause()
    try {
      const given = api.request('GET', '/readyz', undefined, {signal: AbortSignal.timeout(300)})
      await expect(given).rejects.toThrow(/aborted due to timeout/u)
    } finally {
      api.resume()
    }
  })

  it('gives a service account the folder and the variables of a container', async () => {
    const {folder, env} = await api.serviceAccountFolder({namespace: 'acme', serviceAccount: 'reader'})
    expect((await readdir(folder)).filter(name => !name.startsWith('.')).toSorted()).toStrictEqual([
      'ca.crt',
      'namespace',
      'token',
    ])
    const read = (name: string) => readFile(join(folder, name), 'utf8')
    expect([await read('ca.crt'), await read('namespace')]).toStrictEqual([api.ca, 'acme'])
    expect(`${env.KUBERNETES_SERVICE_HOST}:${env.KUBERNETES_SERVICE_PORT}`).toBe(api.host)
    const {body} = await api.request('POST', whoAmI, {}, {as: {token: await read('token')}})
    expect(body).toMatchObject({status: {userInfo: {username: 'system:serviceaccount:acme:reader'}}})
  })

  it('writes kubeconfigs with a token, a client certificate or a command', async () => {
    const certificate = await api.clientCertificate({user: 'jane'})
    const exec = {command: 'login', args: ['--now'], env: {REGION: 'tokyo'}}
    const paths = await Promise.all([
      api.kubeconfig({user: {token: api.adminToken}, namespace: 'acme'}),
      api.kubeconfig({user: certificate}),
      api.kubeconfig({user: {exec}}),
    ])
    const configs = await Promise.all(paths.map(async path => parse(await readFile(path, 'utf8')) as Kubeconfig))
    const cluster = {'certificate-authority-data': Buffer.from(api.ca).toString('base64'), server: api.url}
    expect(configs.flatMap(({clusters}) => clusters)).toStrictEqual(
      Array.from({length: 3}, () => ({name: 'test', cluster})),
    )
    expect(configs.map(({contexts}) => contexts[0]?.context)).toStrictEqual([
      {cluster: 'test', namespace: 'acme', user: 'test'},
      {cluster: 'test', user: 'test'},
      {cluster: 'test', user: 'test'},
    ])
    expect(configs.map(({users}) => users[0]?.user)).toStrictEqual([
      {token: api.adminToken},
      {'client-certificate': certificate.certFile, 'client-key': certificate.keyFile},
      {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: 'login',
          args: ['--now'],
          env: [{name: 'REGION', value: 'tokyo'}],
          interactiveMode: 'Never',
          provideClusterInfo: false,
        },
      },
    ])
  })
})

describe.skipIf(!kubeApiserverAvailable)('an ended kube-apiserver', () => {
  it('leaves no process and no file, also if it was paused, and ends at once', async () => {
    const api = await startKubeApiserver()
    const {caFile} = api
    await api.pause()
    const start = performance.now()
    await api[Symbol.asyncDispose]()
    expect(performance.now() - start).toBeLessThan(4_000)
    await expect(fetch(api.url)).rejects.toThrow('fetch failed')
    await expect(readFile(caFile)).rejects.toThrow('ENOENT')
  })
})

type Kubeconfig = {
  clusters: unknown[]
  contexts: {context: unknown}[]
  users: {user: unknown}[]
}
