import {createServer, type RequestListener} from 'node:http'
import {createServer as createTcpServer, type AddressInfo} from 'node:net'
import {getCACertificates, setDefaultCACertificates} from 'node:tls'
import {gzipSync} from 'node:zlib'

import {afterEach, describe, expect, it} from 'vitest'

import {httpClient, readText, type Http, type HttpOptions, type HttpRequest} from '../src/http.ts'
import {startProxy} from './support/proxy.ts'
import {opensslPath, startTlsServer} from './support/tls-server.ts'
import {startWebhookReceiver} from './support/webhook-receiver.ts'

const clients: Http[] = []

afterEach(() => Promise.all(clients.splice(0).map(client => client.close())))

function open(options: Partial<HttpOptions> = {}): Http {
  const client = httpClient({env: {}, ...options})
  clients.push(client)
  return client
}

/** Status and text of one GET. */
async function get(client: Http, url: string, request: Partial<HttpRequest> = {}): Promise<string> {
  const {status, body} = await client.request({method: 'GET', url, ...request})
  return `${status} ${await readText(body, 1_000)}`
}

describe('httpClient', () => {
  it('sends method, path, query, headers and body as they are', async () => {
    await using server = await serve()
    await get(open(), `${server.url}/a%20b?c=d#e`, {method: 'PUT', headers: {'x-test': 'yes'}, body: 'text'})
    expect(server.calls).toMatchObject([
      {method: 'PUT', path: '/a%20b?c=d', body: 'text', headers: {'x-test': 'yes', 'accept-encoding': 'identity'}},
    ])
  })

  it.each([200, 204, 301, 404, 500])('takes any status for an answer: %i', async status => {
    await using server = await serve({status, headers: {location: 'http://127.0.0.1:1/'}})
    const {status: got, headers, body} = await open().request({method: 'GET', url: server.url})
    expect({got, location: headers['location']}).toEqual({got: status, location: 'http://127.0.0.1:1/'})
    expect(await readText(body, 10)).toBe('')
    expect(server.calls).toHaveLength(1)
  })

  it('gives the bytes as they were sent, never decoded', async () => {
    const bytes = gzipSync('text')
    await using server = await listenWith((_request, response) => {
      response.writeHead(200, {'content-encoding': 'gzip'}).end(bytes)
    })
    const {body, headers} = await open().request({method: 'GET', url: server.url})
    expect(headers['content-encoding']).toBe('gzip')
    expect(Buffer.from(await body.arrayBuffer()).equals(bytes)).toBe(true)
  })

  it('gives up on a receiver that says nothing', async () => {
    await using server = await listenWith(() => undefined)
    await expect(get(open(), server.url, {headersTimeout: 200})).rejects.toMatchObject({
      code: 'UND_ERR_HEADERS_TIMEOUT',
    })
  })

  it('gives up on an answer that stops in the middle', async () => {
    await using server = await listenWith((_request, response) => {
      response.writeHead(200, {'content-length': 10}).write('half')
    })
    await expect(get(open(), server.url, {bodyTimeout: 200})).rejects.toMatchObject({code: 'UND_ERR_BODY_TIMEOUT'})
  })

  it('fails with a connection that breaks, before and in the answer', async () => {
    await using before = await listenWith((_request, response) => response.socket?.resetAndDestroy())
    await using within = await listenWith((_request, response) => {
      response.writeHead(200, {'content-length': 10}).write('half', () => response.socket?.resetAndDestroy())
    })
    await expect(get(open(), before.url)).rejects.toMatchObject({code: expect.any(String) as string})
    await expect(get(open(), within.url)).rejects.toMatchObject({code: expect.any(String) as string})
  })

  it('ends with its signal, before, while waiting and in the answer', async () => {
    await using server = await listenWith((request, response) => {
      if (request.url === '/half') response.writeHead(200, {'content-length': 10}).write('half')
    })
    const client = open()
    await expect(get(client, server.url, {signal: AbortSignal.abort(new Error('before'))})).rejects.toThrow('before')
    await expect(get(client, server.url, {signal: AbortSignal.timeout(50)})).rejects.toThrow('timeout')
    await expect(get(client, `${server.url}/half`, {signal: AbortSignal.timeout(100)})).rejects.toThrow('timeout')
  })

  it.each(['no-url', '', 'ftp://127.0.0.1/', 'http://'])('rejects the URL "%s"', async url => {
    await expect(open().request({method: 'GET', url})).rejects.toBeInstanceOf(Error)
  })

  it('ends with its signal while a server never gets through with TLS', async () => {
    const silent = createTcpServer(() => undefined)
    await new Promise<void>(resolve => void silent.listen(0, '127.0.0.1', resolve))
    try {
      const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/`
      const startedAt = performance.now()
      await expect(get(open(), url, {signal: AbortSignal.timeout(100)})).rejects.toThrow(/timeout/)
      expect(performance.now() - startedAt).toBeLessThan(5_000)
    } finally {
      silent.close()
    }
  })

  it('can be closed unused, twice, and while an answer is open', async () => {
    await using server = await listenWith((_request, response) => {
      response.writeHead(200, {'content-length': 10}).write('half')
    })
    await httpClient({env: {}}).close()
    const client = httpClient({env: {}})
    const {body} = await client.request({method: 'GET', url: server.url})
    const reading = readText(body, 10)
    await Promise.all([client.close(), expect(reading).rejects.toBeInstanceOf(Error)])
    await client.close()
  })

  it('loads ahead what it needs', async () => {
    const client = open()
    await client.prepare()
    await using server = await serve({body: 'ok'})
    expect(await get(client, server.url)).toBe('200 ok')
  })
})

describe('readText', () => {
  it.each([
    ['all of a short body', pieces('ab', 'cd'), 10, 'abcd'],
    ['nothing of an empty one', pieces(), 10, ''],
    ['as much as it may of a long one', pieces('abc', 'def', 'ghi'), 4, 'abcd'],
    ['a character that came in two pieces', pieces(Buffer.of(0xc3), Buffer.of(0xbc)), 10, 'ü'],
    ['exactly the limit', pieces('abcd'), 4, 'abcd'],
  ])('reads %s', async (_title, body, limit, expected) => {
    expect(await readText(body, limit)).toBe(expected)
  })

  it('reads no further than it needs', async () => {
    let read = 0
    const endless = (async function* () {
      for (;;) {
        read += 1
        yield Buffer.alloc(100, 'x')
      }
    })()
    expect(await readText(endless, 1_000)).toHaveLength(1_000)
    expect(read).toBe(10)
  })

  it('closes the connection of what it leaves', async () => {
    let closed: () => void
    const ended = new Promise<void>(resolve => (closed = resolve))
    await using server = await listenWith((_request, response) => {
      response.writeHead(200).write('x'.repeat(100_000))
      response.on('close', () => closed())
    })
    const {body} = await open().request({method: 'GET', url: server.url})
    expect(await readText(body, 10)).toBe('x'.repeat(10))
    await ended
  })
})

describe('proxy variables', () => {
  it.each<[string, (proxy: string) => NodeJS.ProcessEnv]>([
    ['http_proxy', proxy => ({http_proxy: proxy})],
    ['HTTP_PROXY', proxy => ({HTTP_PROXY: proxy})],
    ['the lower-case one first', proxy => ({http_proxy: proxy, HTTP_PROXY: 'http://127.0.0.1:1'})],
    ['the upper-case one when the other is empty', proxy => ({http_proxy: '', HTTP_PROXY: proxy})],
    ['each scheme its own', proxy => ({http_proxy: proxy, https_proxy: 'http://127.0.0.1:1'})],
    ['one without http://', proxy => ({http_proxy: proxy.replace('http://', '')})],
    ['no_proxy for others', proxy => ({http_proxy: proxy, no_proxy: 'example.com,127.0.0.2,127.0.0.1:1'})],
  ])('send plain requests by the proxy: %s', async (_title, toEnv) => {
    await using proxy = await startProxy()
    await using server = await serve({body: 'ok'})
    expect(await get(open({env: toEnv(proxy.url)}), `${server.url}/path?a=b`)).toBe('200 ok')
    expect(proxy.calls).toEqual([{line: `GET ${server.url}/path?a=b`, authorization: null}])
    expect(server.calls).toMatchObject([{path: '/path?a=b'}])
  })

  it.each<[string, (proxy: string, host: string) => NodeJS.ProcessEnv]>([
    ['no_proxy names the host', proxy => ({http_proxy: proxy, no_proxy: 'example.com, 127.0.0.1'})],
    ['NO_PROXY does', proxy => ({http_proxy: proxy, NO_PROXY: '127.0.0.1'})],
    ['no_proxy names host and port', (proxy, host) => ({http_proxy: proxy, no_proxy: host})],
    ['no_proxy is *', proxy => ({http_proxy: proxy, no_proxy: '*'})],
    ['the proxy is for https alone', proxy => ({https_proxy: proxy})],
    ['HTTPS_PROXY is there alone', proxy => ({HTTPS_PROXY: proxy})],
    ['the variables are empty', () => ({http_proxy: '', https_proxy: '', no_proxy: ''})],
  ])('leave the proxy out where %s', async (_title, toEnv) => {
    await using proxy = await startProxy()
    await using server = await serve({body: 'ok'})
    expect(await get(open({env: toEnv(proxy.url, new URL(server.url).host)}), server.url)).toBe('200 ok')
    expect(proxy.calls).toEqual([])
  })

  it('carry user and password, which no error tells', async () => {
    await using proxy = await startProxy({login: 'ci:sec:ret'})
    await using server = await serve({body: 'ok'})
    const withLogin = (login: string) => ({http_proxy: proxy.url.replace('//', `//${login}@`)})
    expect(await get(open({env: withLogin('ci:sec%3Aret')}), server.url)).toBe('200 ok')
    const error = await get(open({env: withLogin('ci:wrong-one')}), server.url).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(Error)
    expect(`${String(error)}${JSON.stringify(error)}`).not.toContain('wrong-one')
    expect(proxy.calls.map(({authorization}) => authorization)).toEqual(
      ['ci:sec:ret', 'ci:wrong-one'].map(login => `Basic ${Buffer.from(login).toString('base64')}`),
    )
    expect(server.calls).toHaveLength(1)
  })
})

describe.skipIf(opensslPath === null)('TLS', () => {
  it('refuses a certificate that nobody has signed', async () => {
    await using server = await startTlsServer()
    await expect(get(open(), server.url)).rejects.toMatchObject({code: 'DEPTH_ZERO_SELF_SIGNED_CERT'})
    expect(server.calls).toEqual([])
  })

  it('takes it when it is in caFile', async () => {
    await using server = await startTlsServer()
    expect(await get(open({caFile: server.caFile}), server.url)).toBe('200 ok')
    expect(server.calls).toEqual(['GET /'])
  })

  it('refuses the certificate of another host all the same', async () => {
    await using server = await startTlsServer()
    await using proxy = await startProxy({tunnelTo: `127.0.0.1:${server.port}`})
    const client = open({caFile: server.caFile, env: {https_proxy: proxy.url}})
    await expect(get(client, 'https://another.test/')).rejects.toMatchObject({code: 'ERR_TLS_CERT_ALTNAME_INVALID'})
    expect(server.calls).toEqual([])
  })

  it('adds caFile to the authorities of the system', async () => {
    await using trusted = await startTlsServer()
    await using own = await startTlsServer()
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, trusted.certificate])
    try {
      const client = open({caFile: own.caFile})
      expect(await get(client, trusted.url)).toBe('200 ok')
      expect(await get(client, own.url)).toBe('200 ok')
    } finally {
      setDefaultCACertificates(before)
    }
  })

  it.each(['no/such/file.pem', '/'])('fails with the name of a caFile that cannot be read: %s', async caFile => {
    const client = open({caFile})
    await expect(client.prepare()).rejects.toBeInstanceOf(Error)
    await expect(get(client, 'http://127.0.0.1:1/')).rejects.toThrow(/ENOENT|EISDIR/)
    await client.close()
  })

  it('goes through the tunnel of a proxy', async () => {
    await using server = await startTlsServer()
    await using proxy = await startProxy({login: 'ci:secret', tunnelTo: `127.0.0.1:${server.port}`})
    const env = {HTTPS_PROXY: proxy.url.replace('//', '//ci:secret@')}
    const client = open({caFile: server.caFile, env})
    expect(await get(client, 'https://receiver.test/hook', {method: 'POST', body: 'text'})).toBe('200 ok')
    expect(proxy.calls).toEqual([
      {line: 'CONNECT receiver.test:443', authorization: `Basic ${Buffer.from('ci:secret').toString('base64')}`},
    ])
    expect(server.calls).toEqual(['POST /hook text'])
  })

  it.each<[string, (proxy: string) => NodeJS.ProcessEnv]>([
    ['http_proxy', proxy => ({http_proxy: proxy})],
    ['HTTP_PROXY', proxy => ({HTTP_PROXY: proxy})],
    ['http_proxy beside an empty https_proxy', proxy => ({http_proxy: proxy, https_proxy: ''})],
  ])('goes through no proxy that is for plain requests alone: %s', async (_title, toEnv) => {
    await using server = await startTlsServer()
    await using proxy = await startProxy()
    await using plain = await serve({body: 'ok'})
    const client = open({caFile: server.caFile, env: toEnv(proxy.url)})
    expect(await get(client, server.url)).toBe('200 ok')
    expect(proxy.calls).toEqual([])
    await get(client, plain.url)
    expect(proxy.calls.map(({line}) => line)).toEqual([`GET ${plain.url}/`])
  })

  it.each<[string, (proxy: string) => NodeJS.ProcessEnv]>([
    ['https_proxy first', proxy => ({https_proxy: proxy, HTTPS_PROXY: 'http://127.0.0.1:1'})],
    ['HTTPS_PROXY when the other is empty', proxy => ({https_proxy: '', HTTPS_PROXY: proxy})],
    ['one beside that of plain requests', proxy => ({https_proxy: proxy, http_proxy: 'http://127.0.0.1:1'})],
  ])('goes through the proxy for TLS: %s', async (_title, toEnv) => {
    await using server = await startTlsServer()
    await using proxy = await startProxy()
    expect(await get(open({caFile: server.caFile, env: toEnv(proxy.url)}), server.url)).toBe('200 ok')
    expect(proxy.calls.map(({line}) => line)).toEqual([`CONNECT 127.0.0.1:${server.port}`])
  })

  it('fails with a tunnel that the proxy refuses', async () => {
    await using server = await startTlsServer()
    await using proxy = await startProxy({login: 'ci:secret'})
    const client = open({caFile: server.caFile, env: {https_proxy: proxy.url.replace('//', '//ci:wrong-one@')}})
    const error = await get(client, server.url).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(Error)
    expect(`${String(error)}${JSON.stringify(error)}`).not.toContain('wrong-one')
    expect(server.calls).toEqual([])
  })
})

type Listening = AsyncDisposable & {readonly url: string}

async function* pieces(...texts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text)
}

async function listenWith(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener)
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** A receiver that records, with one answer for all calls. */
async function serve(answer: {status?: number; headers?: Record<string, string>; body?: string} = {}) {
  const receiver = await startWebhookReceiver(answer)
  return {...receiver, [Symbol.asyncDispose]: () => receiver.close()}
}
