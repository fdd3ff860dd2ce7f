import {randomBytes} from 'node:crypto'
import {readdir} from 'node:fs/promises'
import {gzipSync} from 'node:zlib'

import {describe, expect, it} from 'vitest'

import {addArchive, addArtifact, addFileLayer} from '../artifact/artifact-builder.ts'
import {expectBadEnd} from '../support/bad-run.ts'
import {reportOf} from '../support/cli.ts'
import {startFakeRegistry, type FakeRegistry} from '../support/fake-registry.ts'
import {file, tar} from '../support/tar.ts'
import {tempDir} from '../support/temp-dir.ts'
import {startGatewayReceiver, startWebhookReceiver, type ScriptedAnswer} from '../support/webhook-receiver.ts'
import {world} from '../support/world.ts'

type Told = {calls: number; delivery: 'delivered' | 'failed'; exitCode: number; detail: unknown}

const stderrOf = {
  delivered: /^$/,
  failed: /^error: telling notifier slack: .+ \(DELIVERY_FAILED\)\nhint: .+\n$/,
}

/** What a person sees when a receiver answers something else than it should: stderr, exit code and report. */
describe.concurrent('a webhook that answers', () => {
  it.each<[string, readonly [ScriptedAnswer, ...ScriptedAnswer[]], Told]>([
    ['200 ok', [{body: 'ok'}], {calls: 1, delivery: 'delivered', exitCode: 0, detail: null}],
    [
      '400 invalid_blocks, then ok',
      [{status: 400, body: 'invalid_blocks'}, {body: 'ok'}],
      {calls: 2, delivery: 'delivered', exitCode: 0, detail: expect.stringMatching(/plain text/)},
    ],
    [
      '400 twice',
      [{status: 400, body: 'invalid_payload'}],
      {calls: 2, delivery: 'failed', exitCode: 74, detail: expect.stringMatching(/invalid_payload/)},
    ],
    [
      '403 action_prohibited',
      [{status: 403, body: 'action_prohibited'}],
      {calls: 1, delivery: 'failed', exitCode: 74, detail: expect.stringMatching(/action_prohibited/)},
    ],
    [
      '404 no_service',
      [{status: 404, body: 'no_service'}],
      {calls: 1, delivery: 'failed', exitCode: 74, detail: expect.stringMatching(/no_service/)},
    ],
    [
      '410 channel_is_archived',
      [{status: 410, body: 'channel_is_archived'}],
      {calls: 1, delivery: 'failed', exitCode: 74, detail: expect.stringMatching(/channel_is_archived/)},
    ],
    [
      '429 with Retry-After, then ok',
      [{status: 429, headers: {'retry-after': '1'}}, {body: 'ok'}],
      {calls: 2, delivery: 'delivered', exitCode: 0, detail: null},
    ],
    [
      '429 without Retry-After, then ok',
      [{status: 429}, {body: 'ok'}],
      {calls: 2, delivery: 'delivered', exitCode: 0, detail: null},
    ],
    ['500, then ok', [{status: 500}, {body: 'ok'}], {calls: 2, delivery: 'delivered', exitCode: 0, detail: null}],
    [
      'with a broken connection, then ok',
      ['reset', {body: 'ok'}],
      {calls: 2, delivery: 'delivered', exitCode: 0, detail: null},
    ],
  ])('%s', async (_title, answers, {calls, delivery, exitCode, detail}) => {
    await using w = await world()
    const receiver = await startWebhookReceiver(...answers)
    const result = await w.run(['--format', 'json'], {env: {SLACK_WEBHOOK_URL: `${receiver.url}/services/canary-hook`}})
    await receiver.close()
    const [slack, pushgateway] = reportOf(result).notifications
    expect(result.exitCode).toBe(exitCode)
    expect(receiver.calls).toHaveLength(calls)
    expect(slack).toMatchObject({delivery, detail})
    expect(pushgateway).toMatchObject({delivery: 'delivered'})
    expect(result.stderr).toMatch(stderrOf[delivery])
    expect(result.stdout + result.stderr).not.toContain('canary')
  })
})

describe('a Pushgateway', () => {
  it('that answers 400 makes exit code 74, and Slack is told all the same', async () => {
    await using w = await world()
    const receiver = await startGatewayReceiver({status: 400, body: 'pushed metrics are invalid'})
    const result = await w.run(['--format', 'json'], {env: {PUSHGATEWAY_URL: receiver.url}})
    await receiver.close()
    expect(result.exitCode).toBe(74)
    expect(reportOf(result).notifications.map(({delivery}) => delivery)).toEqual(['delivered', 'failed'])
    expect(result.stderr).toMatch(/^error: telling sink pushgateway: .*pushed metrics are invalid.*\nhint: .+\n$/)
  })
})

const size = 512 * 1024
const noise = randomBytes(size)

describe('a full disk', () => {
  it.concurrent.each<[string, (registry: FakeRegistry) => void, RegExp]>([
    [
      'fetched',
      registry => void addArtifact(registry, [addFileLayer(registry, 'tazuna.yaml', noise)]),
      /: fetching layer sha256:\w+: EFBIG: file too large, write, in the folder \S+$/,
    ],
    [
      'unpacked',
      registry => void addArchive(registry, gzipSync(tar([file('tazuna.yaml', Buffer.alloc(size))]))),
      /: unpacking layer sha256:\w+: EFBIG: file too large, write, in the folder \S+$/,
    ],
  ])(
    'while an artifact is %s ends the run with the folder and the cause, and leaves nothing',
    async (title, add, says) => {
      await using registry = await startFakeRegistry()
      await using dir = await tempDir()
      add(registry)
      const env = {
        TAZUNA_WATCH_SOURCE: `oci://${registry.host}/acme/config:prod`,
        TMPDIR: dir.path,
        NODE_DISABLE_COMPILE_CACHE: '1',
      }
      const report = await expectBadEnd({
        title,
        prepare: () => Promise.resolve({env, fileLimit: size / 1024}),
        exitCode: 75,
        outcome: 'failed',
        code: 'ARTIFACT_STORE_IO',
        says,
      })
      expect(report.error?.message).toContain(`in the folder ${dir.path}`)
      expect(report.error?.hint).toContain(`free space and rights of ${dir.path}`)
      expect(report.error?.hint).toContain('TMPDIR')
      expect(await readdir(dir.path)).toEqual([])
    },
  )

  it('makes exit code 74 for the report in a file, after everybody was told', async () => {
    await using w = await world()
    const {exitCode, stderr} = await w.run(['--output', '/dev/full'])
    expect(exitCode).toBe(74)
    expect(stderr).toMatch(/^error: writing the report to \/dev\/full: .*ENOSPC.*\nhint: .+\n$/)
    expect(w.webhook.calls).toHaveLength(1)
  })
})
