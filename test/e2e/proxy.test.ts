import {describe, expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {startProxy} from '../support/proxy.ts'
import {opensslPath, startTlsServer} from '../support/tls-server.ts'
import {world} from '../support/world.ts'

/** What the bundle leaves out of its libraries must not be what a proxy needs. */
describe.skipIf(opensslPath === null)('run behind a proxy', () => {
  it.concurrent('tells Slack through a tunnel and pushes through a plain proxy', async () => {
    await using w = await world()
    await using slack = await startTlsServer()
    await using proxy = await startProxy({login: 'ci:canary-proxy', tunnelTo: `127.0.0.1:${slack.port}`})
    const proxyUrl = proxy.url.replace('//', '//ci:canary-proxy@')
    await w.dir.write('tazuna-watch.yaml', `apiVersion: tazuna-watch/v1\nhttp: {caFile: ${slack.caFile}}\n`)
    const result = await w.run(['--format', 'json'], {
      env: {SLACK_WEBHOOK_URL: 'https://receiver.test/hook', https_proxy: proxyUrl, http_proxy: proxyUrl},
    })
    expect({exitCode: result.exitCode, stderr: result.stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(reportOf(result).notifications.map(({delivery}) => delivery)).toEqual(['delivered', 'delivered'])
    expect(proxy.calls.map(({line}) => line)).toEqual([
      'CONNECT receiver.test:443',
      `PUT ${w.gateway.url}/metrics/job@base64/dGF6dW5hLXdhdGNo/cluster@base64/dGVzdA`,
    ])
    expect(slack.calls).toHaveLength(1)
    expect(slack.calls[0]).toMatch(/^POST \/hook \{/)
    expect(w.gateway.calls).toHaveLength(1)
  })

  it.concurrent('fails without its password in any word when the proxy refuses', async () => {
    await using w = await world()
    await using proxy = await startProxy({login: 'ci:other'})
    const proxyUrl = proxy.url.replace('//', '//ci:canary-proxy@')
    const result = await w.run(['--format', 'json'], {
      env: {SLACK_WEBHOOK_URL: 'https://receiver.test/hook', https_proxy: proxyUrl, no_proxy: '127.0.0.1'},
    })
    expect(result.exitCode).toBe(74)
    expect(reportOf(result).notifications.map(({delivery}) => delivery)).toEqual(['failed', 'delivered'])
    expect(result.stdout + result.stderr).not.toMatch(/canary-proxy|Y2k6Y2FuYXJ5/)
  })
})
