import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {Kube, KubeOptions} from '../../src/kube/client.ts'
import {startKubeServer, status, type KubeServer} from './kube-server.ts'
import {kubeWorld, noEnd, type KubeWorld} from './kube-world.ts'

let world: KubeWorld
let server: KubeServer
beforeEach(async () => {
  world = await kubeWorld()
  server = await startKubeServer()
})
afterEach(async () => {
  await world[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const get = (kube: Kube) => kube.getConfigMap('watch', 'memory', noEnd)
const used = () => server.calls.map(({authorization}) => authorization)
const refused = status(401, 'Unauthorized', 'Unauthorized')

const script = (text: string) => world.dir.write('.kube/login', `#!/bin/sh\necho run >> "$0.runs"\n${text}\n`, 0o755)
/** Gives `token-N` for the Nth run. */
const counting = (more = '') =>
  script(
    `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-%d"${more}}}' "$(wc -l < "$0.runs")"`,
  )
const openWith = (options?: Partial<KubeOptions>) =>
  world.openWith(
    {server: server.url},
    {exec: {command: './login', apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never'}},
    options,
  )

describe('a credential plugin', () => {
  it('runs once for all requests', async () => {
    await counting()
    const secrets: string[] = []
    const kube = await openWith({onSecret: secret => void secrets.push(secret.reveal())})
    expect(secrets).toEqual(['token-1'])
    await get(kube)
    await get(kube)
    expect(used()).toEqual(['Bearer token-1', 'Bearer token-1'])
  })

  it('runs again once what it gave has expired', async () => {
    await counting(',"expirationTimestamp":"2026-11-21T09:00:00Z"')
    let now = Date.parse('2026-11-21T08:59:59.999Z')
    const kube = await openWith({now: () => now})
    await get(kube)
    now += 1
    await get(kube)
    expect(used()).toEqual(['Bearer token-1', 'Bearer token-2'])
  })

  it('runs again, once, when what it gave is refused', async () => {
    await counting()
    const kube = await openWith()
    server.script(refused)
    expect(await get(kube)).toMatchObject({ok: true})
    expect(used()).toEqual(['Bearer token-1', 'Bearer token-2'])
    server.script(refused, refused)
    expect(await get(kube)).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringMatching(/401: Unauthorized \(2 attempts\)$/) as unknown,
    })
    expect(used()).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-2', 'Bearer token-3'])
  })

  it('that fails later is a result: it may pass, or not', async () => {
    await counting()
    const kube = await openWith()
    await script('echo "session expired" >&2; exit 1')
    server.script(refused, refused)
    expect(await get(kube)).toMatchObject({
      kind: 'unavailable',
      status: null,
      message: expect.stringMatching(
        /^reading ConfigMap .*: running the credential plugin .*login: exit 1: session expired$/,
      ) as unknown,
    })
    await script('echo token-9')
    const result = await get(kube)
    expect(result).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringMatching(/its answer is no ExecCredential with a status$/) as unknown,
    })
    expect(inspect(result)).not.toContain('token-9')
  })

  it('that cannot be used is known when it is opened', async () => {
    await expect(openWith()).rejects.toMatchObject({
      name: 'KubeConfigError',
      message: expect.stringMatching(/login: there is no such program$/) as unknown,
    })
    await script('sleep 60')
    await expect(openWith({execTimeout: 300})).rejects.toMatchObject({isTemporary: true})
    await expect(openWith({signal: AbortSignal.timeout(300)})).rejects.toMatchObject({isTemporary: true})
  })
})
