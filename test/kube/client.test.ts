import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {RunEvent} from '../../src/event.ts'
import type {ConfigMap} from '../../src/kube/config-map.ts'
import type {Kube, KubeOptions} from '../../src/kube/client.ts'
import {freePort} from '../support/ports.ts'
import {configMap, startKubeServer, status, type KubeServer, type Scripted} from './kube-server.ts'
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

const open = (options?: Partial<KubeOptions>) => world.openWith({server: server.url}, {token: 'hunter22'}, options)
const get = (kube: Kube, signal = noEnd) => kube.getConfigMap('watch', 'memory', signal)
const read = configMap() as unknown as ConfigMap
const put = (kube: Kube, signal = noEnd) => kube.updateConfigMap(read, signal)
const lines = () => server.calls.map(({line}) => line)
const path = '/api/v1/namespaces/watch/configmaps/memory'

describe('openKube', () => {
  it('knows where it is and as whom, and sends nothing', async () => {
    const kube = await open()
    expect([kube.origin, kube.namespace, kube.identity]).toEqual([server.url, 'default', 'user "me" of context "here"'])
    expect(server.calls).toEqual([])
  })

  it('throws for a kubeconfig that cannot be used', async () => {
    await expect(world.open({context: 'prod'})).rejects.toMatchObject({name: 'KubeConfigError'})
    await expect(open({env: {HTTP_PROXY: 'socks5://x'}})).resolves.toBeDefined() // loopback has no proxy
    await expect(world.openWith({server: server.url, 'proxy-url': 'socks5://x'})).rejects.toMatchObject({
      message: 'the proxy-url of the kubeconfig is no URL of an HTTP proxy',
    })
    await expect(world.openWith({server: server.url}, {tokenFile: 'gone'})).rejects.toMatchObject({
      message: expect.stringMatching(/^reading the token: ENOENT.*\.kube\/gone/) as unknown,
    })
  })

  it('tells of its secrets and of every attempt', async () => {
    const secrets: string[] = []
    const events: RunEvent[] = []
    const kube = await open({
      onSecret: secret => void secrets.push(secret.reveal()),
      onEvent: event => void events.push(event),
    })
    server.script({status: 503}, 'reset')
    await get(kube)
    expect(secrets).toEqual(['hunter22'])
    expect(events).toMatchObject(
      [503, null, 200].map(status => ({type: 'request', method: 'GET', origin: server.url, status})),
    )
  })

  it('can be closed twice, and while an answer is awaited', async () => {
    const kube = await open({policy: {attempts: 1}})
    server.script('hang')
    const waiting = get(kube)
    await expect.poll(() => server.calls.length).toBe(1)
    await Promise.all([kube.close(), kube.close()])
    expect(await waiting).toMatchObject({ok: false, kind: 'unavailable'})
  })
})

describe('getConfigMap', () => {
  it('asks for it by name, with the token', async () => {
    server.script({body: configMap({data: {a: '1'}, binaryData: {b: 'AAE='}}, {labels: {l: '1'}, annotations: null})})
    const result = await get(await open())
    expect(result).toEqual({
      ok: true,
      value: configMap({data: {a: '1'}, binaryData: {b: 'AAE='}}, {labels: {l: '1'}, annotations: {}}),
    })
    expect(server.calls).toMatchObject([
      {
        line: `GET ${path}`,
        authorization: 'Bearer hunter22',
        body: '',
        headers: {accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'tazuna-watch'},
      },
    ])
  })

  it('asks below the path of a gateway, with strange names escaped, as somebody else', async () => {
    const user = {username: 'me', password: 'hunter22', as: 'bob', 'as-groups': ['a', 'b']}
    const kube = await world.openWith({server: `${server.url}/k8s/c-1/`}, user)
    await kube.getConfigMap('a/../b', 'c?d', noEnd)
    expect(server.calls).toMatchObject([
      {
        line: 'GET /k8s/c-1/api/v1/namespaces/a%2F..%2Fb/configmaps/c%3Fd',
        authorization: `Basic ${Buffer.from('me:hunter22').toString('base64')}`,
        headers: {'impersonate-user': 'bob', 'impersonate-group': 'a, b'},
      },
    ])
  })
})

describe('updateConfigMap', () => {
  it('writes what was read, with what it did not know, but managedFields, and gives the new version', async () => {
    const metadata = {
      labels: {l: '1'},
      annotations: {a: '2'},
      ownerReferences: [{name: 'o'}],
      finalizers: ['f'],
      managedFields: [{manager: 'kubectl'}],
    }
    server.script(
      {body: configMap({immutable: false, data: {a: '1'}}, metadata)},
      {body: configMap({data: {a: '2'}}, {resourceVersion: '8'})},
    )
    const kube = await open()
    const first = await get(kube)
    if (!first.ok) throw new Error(first.message)
    const second = await kube.updateConfigMap({...first.value, data: {a: '2'}, binaryData: {b: 'AAE='}}, noEnd)
    expect(second).toMatchObject({ok: true, value: {metadata: {resourceVersion: '8'}}})
    expect(server.calls[1]).toMatchObject({
      line: `PUT ${path}?fieldManager=tazuna-watch`,
      authorization: 'Bearer hunter22',
      headers: {'content-type': 'application/json'},
    })
    const {managedFields: _, ...kept} = metadata
    expect(JSON.parse(server.calls[1]?.body ?? '')).toEqual(
      configMap({immutable: false, data: {a: '2'}, binaryData: {b: 'AAE='}}, kept),
    )
  })
})

describe('an answer', () => {
  const tooLong = {causes: [{reason: 'FieldValueTooLong', message: 'Too long', field: ''}]}

  it.each<[string, Scripted, string, string | RegExp]>([
    [
      '404',
      status(404, 'NotFound', 'configmaps "memory" not found'),
      'not-found',
      '404: configmaps "memory" not found',
    ],
    ['404 of somebody else', {status: 404, body: '404 page not found'}, 'invalid', '404: 404 page not found'],
    ['404 of a path', status(404, '', 'the server could not find'), 'invalid', '404: the server could not find'],
    ['403', status(403, 'Forbidden', 'User "a" cannot'), 'forbidden', '403: User "a" cannot'],
    ['403 of a gateway', {status: 403, body: '<html>no</html>'}, 'forbidden', '403'],
    ['401', status(401, 'Unauthorized', 'Unauthorized'), 'unauthorized', '401: Unauthorized'],
    ['401 that quotes', {status: 401, body: 'who is hunter22?'}, 'unauthorized', '401: who is [redacted]?'],
    ['409', status(409, 'Conflict', 'has been modified'), 'conflict', '409: has been modified'],
    ['413', status(413, 'RequestEntityTooLarge', 'limit is 3145728'), 'too-large', '413: limit is 3145728'],
    ['422 of size', status(422, 'Invalid', 'Too long', tooLong), 'too-large', '422: Too long'],
    [
      '422',
      status(422, 'Invalid', 'is immutable', {causes: [{reason: 'FieldValueForbidden'}]}),
      'invalid',
      '422: is immutable',
    ],
    ['400', status(400, 'BadRequest', 'unknown\nfield'), 'invalid', '400: unknown field'],
    ['405 without words', {status: 405}, 'invalid', '405'],
    ['302, which is not followed', {status: 302, headers: {location: '/login'}}, 'invalid', '302'],
  ])('%s is what it says, at once', async (_title, answer, kind, happened) => {
    const kube = await open()
    server.script(answer, answer)
    expect(await get(kube)).toEqual({
      ok: false,
      kind,
      status: (answer as {status: number}).status,
      message: expect.stringContaining(`reading ConfigMap watch/memory on ${server.url} as user "me"`) as unknown,
      mayHaveArrived: false,
    })
    expect(await put(kube)).toMatchObject({
      kind,
      message: `updating ConfigMap watch/memory on ${server.url} as user "me" of context "here": the API server answered ${String(happened)}`,
      mayHaveArrived: false,
    })
    expect(lines()).toEqual([`GET ${path}`, `PUT ${path}?fieldManager=tazuna-watch`])
  })

  it('of etcd that an object is too large is no trouble that passes', async () => {
    server.script(status(500, '', 'etcdserver: request is too large'))
    expect(await put(await open())).toMatchObject({kind: 'too-large', status: 500, mayHaveArrived: false})
  })

  it.each([
    ['a page', '<html>log in</html>'],
    ['nothing', ''],
    ['another object', {kind: 'Secret', metadata: read.metadata}],
    ['a ConfigMap without version', configMap({}, {resourceVersion: ''})],
    ['a ConfigMap of numbers', configMap({data: {a: 1}})],
  ])('of 200 with %s is no ConfigMap, and no missing one', async (_title, body) => {
    const kube = await open()
    server.script({body}, {body})
    expect(await get(kube)).toMatchObject({kind: 'invalid', status: 200, mayHaveArrived: false})
    expect(await put(kube)).toMatchObject({
      kind: 'invalid',
      mayHaveArrived: true,
      message: expect.stringMatching(/answered 200 with something else than was asked for$/) as unknown,
    })
  })

  it('is taken up to its limit', async () => {
    const size = JSON.stringify(configMap({data: {a: 'ä'}})).length + 1
    server.answer = () => ({body: configMap({data: {a: 'ä'}})})
    expect(await get(await open({policy: {answerLimit: size}}))).toMatchObject({ok: true})
    expect(await get(await open({policy: {answerLimit: size - 1}}))).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/answered 200 with more than we take$/) as unknown,
    })
  })
})

describe('trouble', () => {
  const busy = {...status(429, 'TooManyRequests', 'busy'), headers: {'retry-after': '0'}}

  it.each<[string, Scripted]>([
    ['429', busy],
    ['500', status(500, 'InternalError', 'etcd')],
    ['503', {status: 503, body: '<html>'}],
    ['408', {status: 408}],
    ['a broken connection', 'reset'],
    ['half an answer', 'half'],
    ['silence', 'hang'],
  ])('of a GET is tried again, but not for ever: %s', async (_title, trouble) => {
    const kube = await open({policy: {attemptTimeout: 300}})
    server.script(trouble, trouble)
    expect(await get(kube)).toMatchObject({ok: true})
    expect(lines()).toHaveLength(3)
    server.script(trouble, trouble, trouble, trouble)
    expect(await get(kube)).toMatchObject({
      kind: 'unavailable',
      mayHaveArrived: false,
      message: expect.stringMatching(/ \(4 attempts\)$/) as unknown,
    })
    expect(lines()).toHaveLength(7)
  })

  it.each<[string, Scripted, string]>([
    ['500', status(500, 'InternalError', 'etcd'), 'the API server answered 500: etcd'],
    ['504', {status: 504}, 'the API server answered 504'],
    ['a broken connection', 'reset', 'read ECONNRESET'],
    ['half an answer', 'half', 'read ECONNRESET'],
    ['silence', 'hang', 'no answer within 0.3 s'],
  ])('of a PUT is left to whoever asked, since it may have arrived: %s', async (_title, trouble, happened) => {
    const kube = await open({policy: {attemptTimeout: 300}})
    server.script(trouble)
    const result = await put(kube)
    expect(result).toMatchObject({kind: 'unavailable', mayHaveArrived: true})
    expect(result.ok ? '' : result.message).toMatch(new RegExp(`: (?:${happened}|other side closed|terminated)$`))
    expect(lines()).toHaveLength(1)
  })

  it('of a PUT that was turned away is tried again', async () => {
    const kube = await open()
    server.script(busy, busy)
    expect(await put(kube)).toMatchObject({ok: true})
    server.script(busy, busy, busy, busy)
    expect(await put(kube)).toMatchObject({kind: 'unavailable', status: 429, mayHaveArrived: false})
    expect(lines()).toHaveLength(7)
  })

  it('of finding nobody there is tried again, and nothing arrived', async () => {
    const port = await freePort()
    const kube = await world.openWith({server: `http://127.0.0.1:${port}`})
    expect(await put(kube)).toMatchObject({
      kind: 'unavailable',
      status: null,
      mayHaveArrived: false,
      message: expect.stringMatching(/: connect ECONNREFUSED 127\.0\.0\.1:\d+ \(4 attempts\)$/) as unknown,
    })
  })

  it('is waited for as long as the server says', async () => {
    const kube = await open()
    server.script({...busy, headers: {'retry-after': '1'}})
    const start = performance.now()
    expect(await get(kube)).toMatchObject({ok: true})
    expect(performance.now() - start).toBeGreaterThan(950)
  })

  it('is not waited for longer than there is time', async () => {
    const kube = await open({policy: {totalTimeout: 500}})
    server.script({...busy, headers: {'retry-after': '1'}})
    const start = performance.now()
    expect(await get(kube)).toMatchObject({kind: 'unavailable', status: 429})
    expect(performance.now() - start).toBeLessThan(400)
    server.script('hang', 'hang', 'hang')
    expect(await get(await open({policy: {totalTimeout: 500}}))).toMatchObject({kind: 'unavailable', status: null})
    expect(performance.now() - start).toBeLessThan(1500)
  })

  it.each([
    ['an interrupt', () => AbortSignal.abort('SIGTERM'), 'interrupted'],
    ['the deadline', () => AbortSignal.timeout(0), 'no time was left before the deadline'],
  ])('of %s is said, and nothing is sent', async (_title, signalOf, text) => {
    const kube = await open()
    const signal = signalOf()
    await expect.poll(() => signal.aborted).toBe(true)
    expect(await put(kube, signal)).toMatchObject({
      kind: 'unavailable',
      mayHaveArrived: false,
      message: expect.stringContaining(`: ${text}`) as unknown,
    })
    expect(server.calls).toEqual([])
  })

  it('of an interrupt in the middle ends what is awaited', async () => {
    const kube = await open()
    server.script('hang', {...busy, headers: {'retry-after': '20'}})
    const interrupt = new AbortController()
    const waiting = put(kube, interrupt.signal)
    await expect.poll(() => server.calls.length).toBe(1)
    interrupt.abort('SIGTERM')
    expect(await waiting).toMatchObject({
      kind: 'unavailable',
      mayHaveArrived: true,
      message: expect.stringMatching(/: interrupted$/) as unknown,
    })
    const between = new AbortController()
    const sleeping = get(kube, between.signal)
    await expect.poll(() => server.calls.length).toBe(2)
    setTimeout(() => between.abort('SIGTERM'), 50)
    expect(await sleeping).toMatchObject({kind: 'unavailable', status: 429})
  })
})
