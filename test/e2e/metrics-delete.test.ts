import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {cli, type CliOptions, type CliResult} from '../support/cli.ts'
import {requireExecutable} from '../support/executables.ts'
import {startPushgateway} from '../support/pushgateway.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'
import {startWebhookReceiver} from '../support/webhook-receiver.ts'
import {world} from '../support/world.ts'

const gatewayPath = requireExecutable('prometheus-pushgateway', 'apt-get install prometheus-pushgateway')
const base64url = (text: string) => Buffer.from(text).toString('base64url')

let dir: TempDir
beforeEach(async () => {
  dir = await tempDir()
})
afterEach(() => dir[Symbol.asyncDispose]())

function metricsDelete(words: readonly string[] = [], options: CliOptions = {}): Promise<CliResult> {
  return cli(['metrics', 'delete', ...words], {cwd: dir.path, ...options})
}

describe('metrics delete', () => {
  it('deletes the group of this watch, and says which', async () => {
    const gateway = await startWebhookReceiver({status: 202})
    await dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1
cluster: prod/tokyo
metrics: {pushgateway: {url: "${gateway.url}/base/", job: mine, basicAuth: {username: u, password: {env: PW}}}}
`,
    )
    const result = await metricsDelete(['--watch', 'apps'], {env: {PW: 'geheimnis'}})
    await gateway.close()
    expect(result).toEqual({
      exitCode: 0,
      stdout: `deleted the group job="mine", cluster="prod/tokyo", scope="apps" from ${gateway.url}/base/\n`,
      stderr: '',
    })
    expect(gateway.calls.map(({method, path, headers, body}) => [method, path, headers.authorization, body])).toEqual([
      [
        'DELETE',
        `/base/metrics/job@base64/${base64url('mine')}/cluster@base64/${base64url('prod/tokyo')}/scope@base64/${base64url('apps')}`,
        `Basic ${Buffer.from('u:geheimnis').toString('base64')}`,
        '',
      ],
    ])
  })

  it('needs no file, and shows no password', async () => {
    const gateway = await startWebhookReceiver({status: 202})
    const url = gateway.url.replace('://', '://user:geheimnis@')
    const result = await metricsDelete(['--cluster', 'test', '-v'], {env: {PUSHGATEWAY_URL: url}})
    await gateway.close()
    expect(result.exitCode).toBe(0)
    expect(result.stdout).toBe(
      `deleted the group job="tazuna-watch", cluster="test" from ${gateway.url.replace('://', '://[redacted]@')}\n`,
    )
    expect(result.stderr).toMatch(/^info: DELETE http:\/\/127\.0\.0\.1:\d+ was answered 202 after [\d.]+ s\n$/)
  })

  it.each([
    ['no Pushgateway', {}, 'CONFIG_INVALID', 'the config has no Pushgateway'],
    ['no cluster', {PUSHGATEWAY_URL: 'http://127.0.0.1:1'}, 'CONFIG_INVALID', 'cluster: missing'],
  ])('ends with 78 when there is %s', async (title, env: Record<string, string>, code, message) => {
    const result = await metricsDelete(title === 'no cluster' ? [] : ['--cluster', 'test'], {env})
    expect(result).toMatchObject({exitCode: 78, stdout: ''})
    expect(result.stderr).toContain(`(${code})`)
    expect(result.stderr).toContain(message)
  })

  it('ends with 78 when a secret is missing', async () => {
    const basicAuth = '{username: u, password: {env: NO_PW}}'
    await dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1\ncluster: c\nmetrics: {pushgateway: {url: "http://g", basicAuth: ${basicAuth}}}\n`,
    )
    const result = await metricsDelete()
    expect(result).toMatchObject({exitCode: 78, stdout: ''})
    expect(result.stderr).toMatch(/^error: .*NO_PW.* \(SECRET_MISSING\)\nhint: .+\n$/)
  })

  it('ends with 74 and the answer when the gateway refuses', async () => {
    const gateway = await startWebhookReceiver({status: 403, body: 'no'})
    const result = await metricsDelete(['--cluster', 'test'], {env: {PUSHGATEWAY_URL: gateway.url}})
    await gateway.close()
    expect(result).toMatchObject({exitCode: 74, stdout: ''})
    expect(result.stderr).toMatch(
      /^error: deleting the group job="tazuna-watch", cluster="test": .*403.* \(DELIVERY_FAILED\)\nhint: .+\n$/,
    )
  })

  it.skipIf(gatewayPath === null)('removes what a run pushed from a real Pushgateway, and nothing else', async () => {
    await using gateway = await startPushgateway(gatewayPath!)
    await using w = await world()
    const env = {PUSHGATEWAY_URL: gateway.url}
    await w.run([], {env})
    await w.run(['--watch', 'other'], {env})
    expect((await gateway.metrics()).map(({labels}) => labels['scope'])).toHaveLength(2)
    expect((await w.run(['metrics', 'delete', '--watch', 'other'], {env})).exitCode).toBe(0)
    expect((await gateway.metrics()).map(({labels}) => labels)).toEqual([{job: 'tazuna-watch', cluster: 'test'}])
  })
})
