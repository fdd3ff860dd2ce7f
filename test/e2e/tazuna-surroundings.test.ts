import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'

import {expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {world} from '../support/world.ts'

/** An API server that knows no State and remembers who asked. */
async function startApi() {
  const tokens: string[] = []
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization ?? '')
    response.setHeader('content-type', 'application/json')
    if (request.url === '/api/v1') {
      const resources = [{name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['get'], singularName: ''}]
      response.end(JSON.stringify({kind: 'APIResourceList', groupVersion: 'v1', resources}))
    } else {
      response.statusCode = 404
      response.end(JSON.stringify({kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404}))
    }
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function kubeconfig(url: string): string {
  const names = ['one', 'two']
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: names.map(name => ({name, cluster: {server: url}})),
    users: names.map(name => ({name, user: {token: `token-${name}`}})),
    contexts: names.map(name => ({name, context: {cluster: name, user: name}})),
    'current-context': 'one',
  })
}

it.each([
  ['the current one', undefined, 'Bearer token-one'],
  ['the one of tazuna.kubeContext', 'two', 'Bearer token-two'],
])('tazuna uses %s of a relative KUBECONFIG', async (_title, context, token) => {
  await using api = await startApi()
  await using w = await world({knobs: {}})
  await w.dir.write('kube/config', kubeconfig(api.url))
  const tazuna = context === undefined ? '' : `tazuna: {kubeContext: ${context}}\n`
  await w.dir.write('tazuna-watch.yaml', `apiVersion: tazuna-watch/v1\n${tazuna}`)
  const env = {...w.tazuna.envWith({state: null}), TAZUNA_STAND_IN_STATE: '', KUBECONFIG: 'kube/config'}
  const result = await w.run(['--format', 'json'], {env})
  expect(result.stderr).toBe('')
  expect(reportOf(result).summary?.entries.added).toBeGreaterThan(0)
  expect(new Set(api.tokens)).toEqual(new Set([token]))
})

it('says what to do about a context that is not there', async () => {
  await using w = await world({knobs: {stopAt: '^', stopError: 'context "two" does not exist'}})
  const {stdout} = await w.run()
  expect(stdout).toContain('→ this context is not in the kubeconfig')
})
