import {join} from 'node:path'

import {expect, it} from 'vitest'

import {WatchError} from '../src/errors.ts'
import {httpClient} from '../src/http.ts'
import {fileMemory} from '../src/memory/file.ts'
import type {Report} from '../src/model/report.ts'
import {toEntryMatcher} from '../src/notify/match.ts'
import {incomingWebhook} from '../src/notify/slack/incoming-webhook.ts'
import {Secret} from '../src/secret.ts'
import {watch} from '../src/watch.ts'
import {entry, listed, output, reading} from './support/state-reading.ts'
import {tempDir} from './support/temp-dir.ts'
import {startWebhookReceiver} from './support/webhook-receiver.ts'

const begin = Date.parse('2026-11-21T09:00:00Z')
const hour = 3_600_000
const drifted = reading([listed('web', 'a', 'b')], output([entry('web', 'modified', 'a')]))
const inSync = reading([listed('web', 'a', 'b')], output([]))

/** Hours in which the registry is down, and Slack: just when the second reminder is due. */
const apiDown = new Set([30])
const slackDown = new Set([48, 49, 50])

/** driftive would send 168 messages, Alertmanager by default 42. */
it('tells of one drift 7 times in a week of hourly runs, loses nothing and calls nothing resolved', async () => {
  await using dir = await tempDir()
  const slack = await startWebhookReceiver()
  const http = httpClient({env: {}})
  const hook = new Secret(`${slack.url}/hook`)
  const down = new Secret('http://127.0.0.1:9/hook')
  const told: number[] = []

  const runAt = async (at: number, isDrifted: boolean): Promise<Report> => {
    const clock = () => new Date(begin + at * hour)
    const identity = {cluster: 'prod', watch: 'default'}
    const calls = slack.calls.length
    const report = await watch({
      run: {...identity, id: `run-${at}`, group: `run-${at}`, dryRun: false, version: '0.0.0', startedAt: clock()},
      memory: fileMemory({...identity, path: join(dir.path, 'memory.json'), writtenBy: '0.0.0', clock}),
      newMemoryKey: () => '0'.repeat(64),
      minSightings: 1,
      graceAfterNewArtifact: 0,
      recoverFirstSeen: null,
      openSource: () => {
        if (apiDown.has(at)) throw new WatchError('ARTIFACT_NETWORK', 'pulling the source: the registry is down')
        return Promise.resolve({
          folder: dir.path,
          file: 'tazuna.yaml',
          report: {
            kind: 'path',
            ref: '.',
            digest: null,
            revision: null,
            createdAt: null,
            verifiedBy: [],
            url: null,
            previousDigest: null,
          },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        })
      },
      readState: () => Promise.resolve(isDrifted ? drifted : inSync),
      ignore: [],
      notifiers: [
        {
          notifier: incomingWebhook({
            name: 'ops',
            webhookUrl: slackDown.has(at) ? down : hook,
            http,
            redact: text => text,
            sendPolicy: {attempts: 1},
          }),
          rules: {
            name: 'ops',
            matches: toEntryMatcher(undefined),
            remindAfter: 24 * hour,
            changeInterval: 6 * hour,
            failuresBeforeNotice: 2,
            resolved: true,
          },
        },
      ],
      sinks: [],
      links: {runbookUrl: null, reportUrl: null},
      warnings: [],
      clock,
      timeLeft: () => 60_000,
      onEvent: () => undefined,
      redact: text => text,
      interrupt: new AbortController().signal,
      readingSignal: new AbortController().signal,
      deliverySignal: new AbortController().signal,
    })
    if (slack.calls.length > calls) told.push(at)
    return report
  }

  try {
    for (let at = 0; at < 168; at += 1) {
      const {outcome, notifications} = await runAt(at, true)
      expect({at, outcome}).toEqual({at, outcome: apiDown.has(at) ? 'failed' : 'drift'})
      expect(notifications[0]?.delivery).toBe(
        slackDown.has(at) ? 'failed' : told.at(-1) === at ? 'delivered' : 'nothing-due',
      )
    }
    expect(told).toEqual([0, 24, 51, 75, 99, 123, 147])
    expect(slack.calls).toHaveLength(7)
    for (const {body} of slack.calls) expect(body).not.toMatch(/in sync|settled|resolved/)
    expect(slack.calls.at(-1)?.body).toContain('since 6 d')

    // only now there is proof
    expect((await runAt(168, false)).notifications[0]).toMatchObject({delivery: 'delivered', reasons: ['all-resolved']})
    expect(slack.calls).toHaveLength(8)
  } finally {
    await http.close()
    await slack.close()
  }
})
