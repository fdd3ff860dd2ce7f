import {describe, expect, it} from 'vitest'

import type {Notification} from '../../../src/notify/notifier.ts'
import {messageId} from '../../../src/notify/webhook/message-id.ts'
import {buildReport, buildNotification} from '../../support/report-builder.ts'
import {reasonSituations} from '../slack/reason-situations.ts'
import {situations} from '../slack/situations.ts'

const all = {...situations, ...reasonSituations}
const first = all['first drift']!
const resolved = all['some drift that is resolved']!
const failing = all['a failing Manifest with drift from before']!

const withRun = (one: Notification, run: Partial<Notification['report']['run']>): Notification => ({
  ...one,
  report: {...one.report, run: {...one.report.run, ...run}},
})
const withManifest = (one: Notification, over: object): Notification => ({
  ...one,
  manifests: one.manifests.map((manifest, index) => (index === 0 ? {...manifest, ...over} : manifest)),
})
const withOpen = (one: Notification, over: object): Notification =>
  withManifest(one, {open: one.manifests[0]!.open.map(entry => ({...entry, ...over}))})

describe('the id of a message', () => {
  it.each(Object.entries(all))('is short and without a dot for %s', (_, notification) => {
    expect(messageId('ops', notification)).toMatch(/^msg_[0-9a-f]{32}$/)
  })

  it('is another for everything else that is told', () => {
    const notifications = Object.values(all)
    expect(new Set(notifications.map(one => messageId('ops', one))).size).toBe(notifications.length)
  })

  it.each<[string, Notification, (one: Notification) => Notification]>([
    [
      'in a retry of the run',
      first,
      one =>
        withRun(one, {
          id: 'other',
          startedAt: '2026-11-21T09:05:00Z',
          finishedAt: '2026-11-21T09:05:02Z',
          durationSeconds: 9,
          previousRunAt: '2026-11-21T09:00:02Z',
        }),
    ],
    ['when a failure was counted once more', failing, one => withFailing(one, {groups: 5, group: '43'})],
    ['with other hashes in the memory', first, one => withOpen(one, {hash: 'abc'})],
    ['when ages changed', first, one => withOpen(one, {firstSeenAt: '2026-11-01T00:00:00Z'})],
    ['with other links', first, one => ({...one, links: {runbookUrl: 'https://a.example', reportUrl: null}})],
  ])('stays %s', (_, notification, change) => {
    expect(messageId('ops', change(notification))).toBe(messageId('ops', notification))
  })

  it.each<[string, Notification, (one: Notification) => Notification]>([
    ['in another run, as that of a reminder is', first, one => withRun(one, {group: 'tomorrow'})],
    ['for another cluster', first, one => ({...one, report: {...one.report, cluster: 'dev'}})],
    ['for another watch', first, one => ({...one, report: {...one.report, watch: 'edge'}})],
    ['for another reason', first, one => ({...one, reasons: ['reminder']})],
    ['for another reason of a Manifest', first, one => withManifest(one, {reasons: ['reminder']})],
    ['with another diff type', first, one => withOpen(one, {diffType: 'removed'})],
    ['with another status', first, one => withOpen(one, {status: 'changed'})],
    ['with another State key', first, one => withOpen(one, {stateKey: 'other'})],
    ['with less that is open', first, one => withManifest(one, {open: []})],
    ['with other content', first, one => withHash(one, 'ffff')],
    ['with other that is resolved', resolved, one => withManifest(one, {resolved: []})],
    ['when a Manifest fails otherwise', failing, one => withFailing(one, {code: 'not-checked'})],
    ['when the run fails', first, one => ({...one, failing: {code: 'X', groups: 1, group: '1', since: ''}})],
    ['when a Manifest is gone', first, one => withManifest(one, {goneSince: '2026-11-21T09:00:00Z'})],
    [
      'for a mass drift',
      first,
      one => ({...one, massDrift: {kind: 'all-gone', since: '2026-11-21T09:00:00Z', affected: 1, total: 1}}),
    ],
  ])('is another %s', (_, notification, change) => {
    expect(messageId('ops', change(notification))).not.toBe(messageId('ops', notification))
  })

  it('is another for another notifier', () => {
    expect(messageId('web', first)).not.toBe(messageId('ops', first))
  })

  it('does not take the same State key in another Manifest for the same', () => {
    expect(messageId('ops', sameKeys('1', '2'))).not.toBe(messageId('ops', sameKeys('2', '2')))
  })
})

function withFailing(one: Notification, over: object): Notification {
  return {
    ...one,
    manifests: one.manifests.map(manifest =>
      manifest.failing === null ? manifest : {...manifest, failing: {...manifest.failing, ...over}},
    ),
  }
}

function withHash(one: Notification, newHash: string): Notification {
  return {...one, report: {...one.report, entries: one.report.entries.map(entry => ({...entry, newHash}))}}
}

/** As many Manifests as there are hashes, each with a row of the same State key. */
function sameKeys(...hashes: readonly string[]): Notification {
  return buildNotification(
    buildReport(
      hashes.map((newHash, index) => ({name: `${index}`, rows: [{type: 'modified', resource: 'a', newHash}]})),
    ),
  )
}
