import {writeFileSync} from 'node:fs'
import {rename, rm} from 'node:fs/promises'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {Kube} from '../../src/kube/client.ts'
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

const openWithFile = (user: object = {tokenFile: 'token'}) => world.openWith({server: server.url}, user)
const writeToken = (text: string) => world.dir.write('.kube/token', text)

describe('a token', () => {
  it('that is refused is refused: there is no other', async () => {
    const kube = await world.openWith({server: server.url}, {token: 'one'})
    server.script(refused)
    expect(await get(kube)).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringMatching(/401: Unauthorized$/) as unknown,
    })
    expect(used()).toEqual(['Bearer one'])
  })
})

describe('nobody', () => {
  it('asks without authorization', async () => {
    await get(await world.openWith({server: server.url}, null))
    expect(used()).toEqual([null])
  })
})

describe('a token in a file', () => {
  it('is read again for each request', async () => {
    await writeToken('one\n')
    const kube = await openWithFile()
    await writeToken('two')
    await get(kube)
    await world.dir.write('.kube/new', ' three \n')
    await rename(`${world.path}/.kube/new`, `${world.path}/.kube/token`)
    await get(kube)
    expect(used()).toEqual(['Bearer two', 'Bearer three'])
  })

  it('is read again, once, when it is refused, also for a PUT', async () => {
    await writeToken('one')
    const kube = await openWithFile()
    const first = await get(kube)
    if (!first.ok) throw new Error(first.message)
    server.answer = ({authorization, body}) => {
      if (authorization !== 'Bearer one') return {body}
      writeFileSync(`${world.path}/.kube/token`, 'two')
      return refused
    }
    await writeToken('one')
    expect(await kube.updateConfigMap(first.value, noEnd)).toMatchObject({ok: true})
    expect(used()).toEqual(['Bearer one', 'Bearer one', 'Bearer two'])
    server.script(refused)
    expect(await get(kube)).toMatchObject({kind: 'unauthorized'})
    expect(used()).toHaveLength(4)
  })

  it('is the last one known while the file is away, empty or nonsense', async () => {
    await writeToken('one')
    const kube = await openWithFile()
    await rm(`${world.path}/.kube/token`)
    await get(kube)
    await writeToken('')
    await get(kube)
    await writeToken('hunter\n22')
    await get(kube)
    expect(used()).toEqual(['Bearer one', 'Bearer one', 'Bearer one'])
  })

  it('may have another in place of it', async () => {
    const kube = await openWithFile({tokenFile: 'token', token: 'fallback'})
    await get(kube)
    await writeToken('one')
    await get(kube)
    expect(used()).toEqual(['Bearer fallback', 'Bearer one'])
  })

  it.each([
    ['', /token is empty$/],
    ['hunter\n22', /token holds no token$/],
  ])('cannot be %j', async (text, message) => {
    await writeToken(text)
    await expect(openWithFile()).rejects.toMatchObject({
      name: 'KubeConfigError',
      message: expect.stringMatching(message) as unknown,
    })
  })
})
