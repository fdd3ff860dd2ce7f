import {readFileSync} from 'node:fs'

import {describe, expect, it} from 'vitest'

import {Report} from '../../../src/model/report.ts'
import {renderMessage} from '../../../src/notify/webhook/message.ts'
import {WebhookMessage} from '../../../src/notify/webhook/message-schema.ts'
import {canary, singing} from '../../support/canary.ts'
import {reasonSituations} from '../slack/reason-situations.ts'
import {situations} from '../slack/situations.ts'
import {compactJson} from './compact-json.ts'

const all = Object.entries({...situations, ...reasonSituations})
/** What is told of many entries would fill a file that nobody reads: see fit.test.ts. */
const readable = all.filter(([, {report}]) => report.entries.length < 100)

describe('a message as JSON', () => {
  it.each(readable)('reads well for %s', async (name, notification) => {
    const text = `${compactJson(renderMessage('ops', notification))}\n`
    expect(JSON.parse(text)).toEqual(renderMessage('ops', notification))
    await expect(text).toMatchFileSnapshot(`renderings/${name.replaceAll(/\W+/g, '-').toLowerCase()}.json`)
  })

  it.each(all)('is what the schema says for %s', (_, notification) => {
    const message: unknown = JSON.parse(JSON.stringify(renderMessage('ops', notification)))
    expect(WebhookMessage.parse(message)).toEqual(message)
  })

  it.each(readable)('holds the report as it is for %s', (_, {...notification}) => {
    const {report, omitted} = renderMessage('ops', notification).data
    expect(Report.parse(report)).toEqual({...notification.report, notifications: []})
    expect(JSON.stringify(omitted)).not.toMatch(/[1-9]/)
  })

  it('has its keys in the order of the schema', () => {
    const {properties} = JSON.parse(
      readFileSync(new URL('../../../schema/webhook.v1.json', import.meta.url), 'utf8'),
    ) as {
      properties: {data: {properties: {notice: {properties: {manifests: {items: {properties: object}}}}}}}
    }
    const {data} = renderMessage('ops', reasonSituations['first drift']!)
    expect(Object.keys(data)).toEqual(Object.keys(properties.data.properties))
    expect(Object.keys(data.notice)).toEqual(Object.keys(properties.data.properties.notice.properties))
    expect(Object.keys(data.notice.manifests[0]!)).toEqual(
      Object.keys(properties.data.properties.notice.properties.manifests.items.properties),
    )
  })

  it('says why and what is new, not only what there is', () => {
    const {timestamp, data} = renderMessage('ops', reasonSituations['first drift']!)
    expect(timestamp).toBe('2026-11-21T09:00:02Z')
    expect(data.reasons).toEqual(['first-drift'])
    expect(data.notice.manifests.map(({name, reasons, open}) => [name, reasons, open.map(one => one.status)])).toEqual([
      ['ingress-nginx', [], ['open']],
      ['batch', ['first-drift'], ['new']],
    ])
  })

  it('has nothing of what is only for the memory', () => {
    const kept = canary('Kept')
    const notification = reasonSituations['a failing Manifest with drift from before']!
    const manifests = notification.manifests.map(manifest => ({
      ...manifest,
      open: manifest.open.map(entry => ({...entry, hash: kept.word})),
      folded: {
        fingerprint: kept.word,
        counts: {added: 1, modified: 0, removed: 0},
        firstSeenAt: '2026-11-21T09:00:00Z',
      },
      failing: manifest.failing === null ? null : {...manifest.failing, group: kept.word},
    }))
    const thread = {to: kept.word, channel: kept.word, id: kept.word}
    const failing = {code: 'X', groups: 1, group: kept.word, since: '2026-11-21T09:00:00Z'}
    const told = renderMessage('ops', {...notification, manifests, thread, failing})
    expect(singing([kept], {message: JSON.stringify(told)})).toEqual([])
  })
})
