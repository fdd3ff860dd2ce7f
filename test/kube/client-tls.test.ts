import {readFile} from 'node:fs/promises'
import {createServer, type AddressInfo, type Socket} from 'node:net'
import {inspect} from 'node:util'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'

import type {Kube} from '../../src/kube/client.ts'
import {startProxy} from '../support/proxy.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'
import {opensslPath} from '../support/tls-server.ts'
import {makeCertificates, startKubeServer, status, type Certificates, type KubeServer} from './kube-server.ts'
import {kubeWorld, noEnd, type KubeWorld} from './kube-world.ts'

const get = (kube: Kube) => kube.getConfigMap('watch', 'memory', noEnd)
const base64 = async (file: string) => (await readFile(file)).toString('base64')

describe.skipIf(opensslPath === null)('an API server with TLS', () => {
  let folder: TempDir
  let certificates: Certificates
  let server: KubeServer
  let world: KubeWorld
  beforeAll(async () => {
    folder = await tempDir()
    certificates = await makeCertificates(folder.path)
  })
  afterAll(() => folder[Symbol.asyncDispose]())
  beforeEach(async () => {
    world = await kubeWorld()
    server = await startKubeServer(certificates)
  })
  afterEach(async () => {
    await world[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const clients = () => server.calls.map(({client}) => client)

  it('is known by its authority, from a file or from data', async () => {
    const {caFile, ca} = certificates
    for (const cluster of [
      {'certificate-authority': caFile},
      {'certificate-authority-data': Buffer.from(ca).toString('base64')},
    ]) {
      expect(await get(await world.openWith({server: server.url, ...cluster}))).toMatchObject({ok: true})
    }
    expect(server.calls.map(({authorization, client}) => [authorization, client])).toEqual([
      ['Bearer token-1', null],
      ['Bearer token-1', null],
    ])
  })

  it('is known by an authority of the config, too, where the kubeconfig names none', async () => {
    const kube = await world.openWith({server: server.url}, undefined, {caFile: certificates.caFile})
    expect(await get(kube)).toMatchObject({ok: true})
    await expect(world.openWith({server: server.url}, undefined, {caFile: '/gone'})).rejects.toMatchObject({
      name: 'KubeConfigError',
      message: expect.stringMatching(/^reading the further authorities: ENOENT/) as unknown,
    })
  })

  it('is not spoken to when it is another, and asked once only', async () => {
    const other = await tempDir()
    await using _ = other
    const {caFile} = await makeCertificates(other.path)
    for (const cluster of [{}, {'certificate-authority': caFile}]) {
      expect(await get(await world.openWith({server: server.url, ...cluster}))).toMatchObject({
        kind: 'unavailable',
        status: null,
        message: expect.stringMatching(
          /: (?:unable to verify|self-signed|certificate|unable to get)[^()]*$/,
        ) as unknown,
      })
    }
    expect(server.calls).toEqual([])
  })

  it('must have its own name, or the one that the kubeconfig says', async () => {
    const cluster = {server: server.url, 'certificate-authority': certificates.caFile}
    expect(await get(await world.openWith({...cluster, 'tls-server-name': 'kube.test'}))).toMatchObject({ok: true})
    expect(await get(await world.openWith({...cluster, 'tls-server-name': 'other.test'}))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/does not match certificate's altnames/) as unknown,
    })
    expect(server.calls).toHaveLength(1)
  })

  it('is taken unseen only if the kubeconfig says so', async () => {
    const kube = await world.openWith({server: server.url, 'insecure-skip-tls-verify': true})
    expect(await get(kube)).toMatchObject({ok: true})
  })

  it('is shown the certificate of a user, from files or from data', async () => {
    const {certFile, keyFile} = await certificates.client('jane')
    const cluster = {server: server.url, 'certificate-authority': certificates.caFile}
    for (const user of [
      {'client-certificate': certFile, 'client-key': keyFile},
      {'client-certificate-data': await base64(certFile), 'client-key-data': await base64(keyFile)},
    ]) {
      expect(await get(await world.openWith(cluster, user))).toMatchObject({ok: true})
    }
    expect(server.calls.map(({authorization, client}) => [authorization, client])).toEqual([
      [null, 'jane'],
      [null, 'jane'],
    ])
  })

  it('is not asked with certificates that cannot be used', async () => {
    const [jane, john] = [await certificates.client('jane'), await certificates.client('john')]
    const cluster = {server: server.url, 'certificate-authority': certificates.caFile}
    const notPem = await world.dir.write(
      'bad.crt',
      '-----BEGIN CERTIFICATE-----\nhunter22\n-----END CERTIFICATE-----\n',
    )
    for (const [more, user] of [
      [{}, {'client-certificate': jane.certFile, 'client-key': john.keyFile}],
      [{}, {'client-certificate': notPem, 'client-key': john.keyFile}],
      [{'certificate-authority': notPem}, {token: 'token-1'}],
    ]) {
      const error: unknown = await world.openWith({...cluster, ...more}, user).catch((caught: unknown) => caught)
      expect(error).toMatchObject({
        name: 'KubeConfigError',
        message: expect.stringMatching(/^the certificates for https:.* cannot be used: /) as unknown,
      })
      expect(inspect(error)).not.toContain('hunter22')
    }
  })

  it('is shown the certificate that a plugin gives, and another when that is refused', async () => {
    const [jane, john] = [await certificates.client('jane'), await certificates.client('john')]
    const answers = await Promise.all(
      [jane, john].map(async ({certFile, keyFile}, index) => {
        const status = {
          clientCertificateData: await readFile(certFile, 'utf8'),
          clientKeyData: await readFile(keyFile, 'utf8'),
        }
        const answer = {apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status}
        return await world.dir.write(`answer-${index + 1}`, JSON.stringify(answer))
      }),
    )
    await world.dir.write(
      '.kube/login',
      `#!/bin/sh\necho run >> "$0.runs"\ncat "${answers[0]?.slice(0, -1)}$(wc -l < "$0.runs")"\n`,
      0o755,
    )
    const kube = await world.openWith(
      {server: server.url, 'certificate-authority': certificates.caFile},
      {exec: {command: './login', apiVersion: 'client.authentication.k8s.io/v1'}},
    )
    server.script({body: ''}, status(401, 'Unauthorized', 'Unauthorized'))
    await get(kube)
    expect(await get(kube)).toMatchObject({ok: true})
    expect(clients()).toEqual(['jane', 'jane', 'john'])
  })

  it('is reached through the proxy of the kubeconfig, with everything', async () => {
    const {certFile, keyFile} = await certificates.client('jane')
    await using proxy = await startProxy({login: 'me:hunter22'})
    const {host} = new URL(proxy.url)
    const kube = await world.openWith(
      {server: server.url, 'certificate-authority': certificates.caFile, 'proxy-url': `http://me:hunter22@${host}`},
      {'client-certificate': certFile, 'client-key': keyFile},
    )
    expect(await get(kube)).toMatchObject({ok: true})
    expect(proxy.calls.map(({line}) => line)).toEqual([`CONNECT 127.0.0.1:${server.port}`])
    expect(clients()).toEqual(['jane'])
  })

  it('is reached through the proxy of the environment, but for the exceptions', async () => {
    await using proxy = await startProxy({tunnelTo: `127.0.0.1:${server.port}`})
    const cluster = {server: 'https://kube.test:6443', 'certificate-authority': certificates.caFile}
    const env = {HTTPS_PROXY: proxy.url}
    expect(await get(await world.openWith(cluster, undefined, {env}))).toMatchObject({ok: true})
    expect(proxy.calls.map(({line}) => line)).toEqual(['CONNECT kube.test:6443'])
    const direct = await world.openWith(cluster, undefined, {env: {...env, NO_PROXY: '.test'}, policy: {attempts: 1}})
    expect(await get(direct)).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/getaddrinfo|ENOTFOUND|EAI_AGAIN/) as unknown,
    })
    expect(proxy.calls).toHaveLength(1)
  })

  it('is not reached through a proxy that refuses, and its password is not shown', async () => {
    await using proxy = await startProxy({login: 'me:other'})
    const {host} = new URL(proxy.url)
    const kube = await world.openWith({
      server: server.url,
      'certificate-authority': certificates.caFile,
      'proxy-url': `http://me:hunter22@${host}`,
    })
    const result = await get(kube)
    expect(result).toMatchObject({kind: 'unavailable', message: expect.stringMatching(/407/) as unknown})
    expect(inspect(result)).not.toContain('hunter22')
    expect(server.calls).toEqual([])
  })

  it('is given up in time also when it hangs before TLS', async () => {
    const sockets = new Set<Socket>()
    const silent = createServer(socket => void sockets.add(socket))
    await new Promise<void>(resolve => void silent.listen(0, '127.0.0.1', resolve))
    const {port} = silent.address() as AddressInfo
    const policy = {attempts: 2, attemptTimeout: 200}
    const kube = await world.openWith({server: `https://127.0.0.1:${port}`}, undefined, {policy})
    const start = performance.now()
    expect(await get(kube)).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/: no answer within 0\.2 s \(2 attempts\)$/) as unknown,
    })
    await kube.close()
    expect(performance.now() - start).toBeLessThan(2000)
    for (const socket of sockets) socket.destroy()
    await new Promise<void>(resolve => void silent.close(() => resolve()))
  })

  it('looks like a pod finds it', async () => {
    const account = `${world.path}/serviceaccount`
    await world.dir.write('serviceaccount/token', 'token-1')
    await world.dir.write('serviceaccount/ca.crt', certificates.ca)
    await world.dir.write('serviceaccount/namespace', 'watch')
    const kube = await world.open({
      env: {KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port)},
      serviceAccountFolder: account,
    })
    expect(kube.namespace).toBe('watch')
    expect(await get(kube)).toMatchObject({ok: true})
    await world.dir.write('serviceaccount/token', 'token-2')
    await get(kube)
    expect(server.calls.map(({authorization}) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2'])
  })
})
