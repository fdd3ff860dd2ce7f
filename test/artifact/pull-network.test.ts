import {createServer, type AddressInfo} from 'node:net'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {StoredDescriptor} from '../support/fake-registry.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {forwarding, openPullWorld, type PullWorld} from './pull-world.ts'

describe('pullArtifact over a network', () => {
  let world: PullWorld
  let layer: StoredDescriptor
  let manifest: StoredDescriptor
  beforeEach(async () => {
    world = await openPullWorld()
    layer = addFileLayer(world.registry, 'tazuna.yaml', 'x'.repeat(1000))
    manifest = addArtifact(world.registry, [layer])
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it('says that nobody is there', async () => {
    const port = await closedPort()
    expect(await world.failure(':prod', {reference: `oci://127.0.0.1:${port}/acme/config`})).toMatchObject({
      code: 'ARTIFACT_NETWORK',
      message: expect.stringContaining(`http://127.0.0.1:${port} cannot be reached: connect ECONNREFUSED`) as unknown,
    })
  })

  it('sees a registry without TLS where TLS is expected, and names the setting', async () => {
    const error = await world.failure(':prod', {
      reference: 'oci://registry.example.com/acme/config:prod',
      http: forwarding('https://registry.example.com', `https://${world.registry.host}`),
    })
    expect(error).toMatchObject({
      code: 'ARTIFACT_TLS',
      message: expect.stringContaining('https://registry.example.com does not speak TLS') as unknown,
      hint: expect.stringMatching(/^if this registry has no TLS, set source.plainHttp/) as unknown,
    })
  })

  it('sees a registry with TLS where plain HTTP is expected', async () => {
    // a TLS alert: what a TLS server answers to text
    const server = createServer(socket => void socket.end(Buffer.of(0x15, 3, 1, 0, 2, 2, 0x46)))
    await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
    try {
      const {port} = server.address() as AddressInfo
      expect(await world.failure(':prod', {reference: `oci://127.0.0.1:${port}/acme/config`})).toMatchObject({
        code: 'ARTIFACT_TLS',
        message: expect.stringContaining('does not speak plain HTTP') as unknown,
      })
    } finally {
      server.close()
    }
  })

  it.each([
    ['registry.example.com', false, 'https://registry.example.com'],
    ['registry.example.com', true, 'http://registry.example.com'],
    ['registry:5000', false, 'https://registry:5000'],
    ['docker.io', false, 'https://registry-1.docker.io'],
    ['index.docker.io', false, 'https://registry-1.docker.io'],
    ['127.evil.example', false, 'https://127.evil.example'],
    ['localhost.evil.example', false, 'https://localhost.evil.example'],
    ['localhost', false, 'http://localhost'],
    ['127.8.8.8:5000', false, 'http://127.8.8.8:5000'],
    ['[::1]:5000', false, 'http://[::1]:5000'],
    ['[::2]:5000', false, 'https://[::2]:5000'],
  ])('reaches %s (plainHttp: %s) at %s', async (host, plainHttp, origin) => {
    const http = forwarding(origin, `http://${world.registry.host}`)
    await using artifact = await world.pull(':prod', {reference: `oci://${host}/acme/config:prod`, plainHttp, http})
    expect(artifact.digest).toBe(manifest.digest)
  })
})

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  await new Promise(resolve => void server.close(resolve))
  return port
}
