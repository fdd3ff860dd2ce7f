import {join} from 'node:path'
import {describe, expect, it} from 'vitest'

import {noChanges} from '../../../src/demo/stand-in/print.ts'
import {toConfigMap} from '../../../src/demo/stand-in/state-data.ts'
import {requireExecutable} from '../../support/executables.ts'
import {configMap, stateOf, writeSource} from '../../support/tazuna-yaml.ts'
import {tempDir} from '../../support/temp-dir.ts'
import {fakeApi, makeCertificate, type Answer, writeKubeconfig} from './fake-api.ts'
import {run} from './run-in-process.ts'

const objects = [configMap('n', 'a')]
const stored = toConfigMap('web', stateOf('web', objects), 'late')

describe('state from an API server', () => {
  it('is asked for with discovery once and one GET for each named Manifest, and the token', async () => {
    await using dir = await tempDir()
    await using api = await fakeApi(answerStored)
    const file = await writeSource(dir.path, [
      ['web', objects],
      ['', objects],
      ['none', []],
    ])
    const KUBECONFIG = await writeKubeconfig(dir.path, api.url, {token: 'the-token'})
    expect(await run(['state', 'diff', '-f', file], {}, {KUBECONFIG})).toMatchObject({code: 0, stdout: noChanges})
    expect(api.calls).toEqual([
      'GET /api/v1 Bearer the-token',
      'GET /api/v1/namespaces/tazuna/configmaps/tazuna-state-web Bearer the-token',
      'GET /api/v1/namespaces/tazuna/configmaps/tazuna-state-none Bearer the-token',
    ])
  })

  it('is not asked for when no Manifest has a name', async () => {
    await using dir = await tempDir()
    await using api = await fakeApi(answerStored)
    const file = await writeSource(dir.path, [['', objects]])
    const KUBECONFIG = await writeKubeconfig(dir.path, api.url)
    expect((await run(['state', 'diff', '-f', file], {}, {KUBECONFIG})).stdout).toBe(noChanges)
    expect(api.calls).toEqual([])
  })

  it.each([
    [
      'a forbidden ConfigMap',
      (path: string) =>
        path.includes('configmaps')
          ? {
              status: 403,
              body: {
                kind: 'Status',
                message:
                  'configmaps "tazuna-state-web" is forbidden: User "u" cannot get resource "configmaps" in API group "" in the namespace "tazuna"',
              },
            }
          : {status: 200, body: {}},
      'configmaps "tazuna-state-web" is forbidden: User "u" cannot get resource "configmaps" in API group "" in the namespace "tazuna"',
    ],
    [
      'forbidden discovery',
      () => ({
        status: 403,
        body: {kind: 'Status', message: 'forbidden: User "system:anonymous" cannot get path "/api/v1"'},
      }),
      'failed to get API group resources: unable to retrieve the complete list of server APIs: v1: forbidden: User "system:anonymous" cannot get path "/api/v1"',
    ],
    [
      'refused credentials',
      () => ({status: 401, body: 'no Status'}),
      'failed to get API group resources: unable to retrieve the complete list of server APIs: v1: the server has asked for the client to provide credentials',
    ],
  ])('fails on %s with the text of client-go', async (_, answer, message) => {
    await using dir = await tempDir()
    await using api = await fakeApi(answer)
    const file = await writeSource(dir.path, {web: objects})
    const KUBECONFIG = await writeKubeconfig(dir.path, api.url)
    for (const command of ['list', 'diff']) {
      expect(await run(['state', command, '-f', file], {}, {KUBECONFIG})).toEqual({
        code: 1,
        stdout: '',
        stderr: `error: failed to get state for manifest "web": failed to get state ConfigMap tazuna-state-web: ${message}\n`,
      })
    }
  })

  it('fails when nobody listens, and when the connection breaks', async () => {
    await using dir = await tempDir()
    const file = await writeSource(dir.path, {web: objects})
    const prefix =
      'error: failed to get state for manifest "web": failed to get state ConfigMap tazuna-state-web: failed to get API group resources: unable to retrieve the complete list of server APIs: v1: Get '
    let url: string
    {
      await using api = await fakeApi(() => null)
      url = api.url
      const KUBECONFIG = await writeKubeconfig(dir.path, url)
      const printed = await run(['state', 'diff', '-f', file], {}, {KUBECONFIG})
      expect(printed.stderr).toBe(`${prefix}"${url}/api/v1": EOF\n`)
    }
    const KUBECONFIG = await writeKubeconfig(dir.path, url)
    const printed = await run(['state', 'diff', '-f', file], {}, {KUBECONFIG})
    const address = url.replace('http://', '')
    expect(printed.stderr).toBe(`${prefix}"${url}/api/v1": dial tcp ${address}: connect: connection refused\n`)
  })
})

describe('the kubeconfig', () => {
  it('that is missing hides a missing tazuna.yaml', async () => {
    await using dir = await tempDir()
    for (const env of [
      {KUBECONFIG: join(dir.path, 'nope')},
      {HOME: dir.path},
      {HOME: dir.path, KUBERNETES_SERVICE_HOST: '::1'},
    ]) {
      expect(await run(['state', 'diff', '-f', 'nope'], {}, env)).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'error: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable\n',
      })
    }
  })

  it('names a context that is there', async () => {
    await using dir = await tempDir()
    const KUBECONFIG = await dir.write('config', 'current-context: nope\nclusters: [{name: a, cluster: {server: x}}]\n')
    expect((await run(['state', 'list'], {}, {KUBECONFIG})).stderr).toBe(
      'error: invalid configuration: context was not found for specified context: nope\n',
    )
  })

  it('is merged from several files: the first current context and the first of each name win', async () => {
    await using dir = await tempDir()
    await using api = await fakeApi(answerStored)
    const file = await writeSource(dir.path, {web: objects})
    const chosen = await dir.write('a/chosen', 'current-context: second\n')
    const named = await dir.write(
      'b/named',
      `current-context: first
contexts:
- {name: first, context: {cluster: nowhere, user: file}}
- {name: second, context: {cluster: api, user: file}}
users: [{name: file, user: {tokenFile: ./token}}]
`,
    )
    await dir.write('b/token', 'from-file\n')
    const last = await dir.write(
      'c/last',
      `clusters: [{name: api, cluster: {server: ${api.url}/}}]\nusers: [{name: file, user: {token: not-this}}]\n`,
    )
    const KUBECONFIG = `${chosen}:${join(dir.path, 'missing')}:${named}:${last}`
    expect((await run(['state', 'diff', '-f', file], {}, {KUBECONFIG})).stdout).toBe(noChanges)
    expect(api.calls[0]).toBe('GET /api/v1 Bearer from-file')
  })

  it('of the home folder is read when there is nothing else', async () => {
    await using dir = await tempDir()
    const file = await writeSource(dir.path, {})
    await writeKubeconfig(join(dir.path, '.kube'), 'http://127.0.0.1:1')
    expect((await run(['state', 'list', '-f', file], {}, {HOME: dir.path})).code).toBe(0)
  })
})

const openssl = requireExecutable('openssl', 'install openssl')

describe.skipIf(openssl === null)('state from an API server with TLS', () => {
  it('uses the service account of a pod, in front of the home folder', async () => {
    await using dir = await tempDir()
    const certificate = await makeCertificate(dir.path, 'server')
    await using api = await fakeApi(answerStored, {cert: certificate.cert, key: certificate.key})
    await dir.write('account/token', 'pod-token\n')
    await dir.write('account/ca.crt', certificate.cert)
    await dir.write('.kube/config', 'not: [valid')
    const file = await writeSource(dir.path, {web: objects})
    const env = {
      HOME: dir.path,
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: new URL(api.url).port,
    }
    const printed = await run(['state', 'diff', '-f', file], {serviceAccount: join(dir.path, 'account')}, env)
    expect(printed).toEqual({code: 0, stdout: noChanges, stderr: ''})
    expect(api.calls[0]).toBe('GET /api/v1 Bearer pod-token')
  })

  it('proves itself with a client certificate, and trusts the CA of its kubeconfig alone', async () => {
    await using dir = await tempDir()
    const server = await makeCertificate(dir.path, 'server')
    const client = await makeCertificate(dir.path, 'client')
    await using api = await fakeApi(answerStored, {
      cert: server.cert,
      key: server.key,
      ca: client.cert,
      requestCert: true,
    })
    const file = await writeSource(dir.path, {web: objects})
    const user = {
      'client-certificate-data': Buffer.from(client.cert).toString('base64'),
      'client-key': 'client.key',
    }
    const trusting = await writeKubeconfig(dir.path, api.url, user, {'certificate-authority': 'server.crt'})
    expect(await run(['state', 'diff', '-f', file], {}, {KUBECONFIG: trusting})).toEqual({
      code: 0,
      stdout: noChanges,
      stderr: '',
    })
    const doubting = await writeKubeconfig(dir.path, api.url, user)
    expect((await run(['state', 'diff', '-f', file], {}, {KUBECONFIG: doubting})).stderr).toMatch(
      /v1: Get "https:\/\/127\.0\.0\.1:\d+\/api\/v1": tls: failed to verify certificate: x509: certificate signed by unknown authority\n$/,
    )
    const careless = await writeKubeconfig(dir.path, api.url, user, {'insecure-skip-tls-verify': true})
    expect((await run(['state', 'diff', '-f', file], {}, {KUBECONFIG: careless})).code).toBe(0)
  })
})

function answerStored(path: string): Answer {
  if (path === '/api/v1') return {status: 200, body: {kind: 'APIResourceList', resources: []}}
  if (path.endsWith('/tazuna-state-web')) return {status: 200, body: stored}
  return {status: 404, body: {kind: 'Status', reason: 'NotFound', message: 'not found'}}
}
