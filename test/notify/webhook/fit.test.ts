import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import type {Notification} from '../../../src/notify/notifier.ts'
import {messageLimit} from '../../../src/notify/webhook/fit.ts'
import {renderMessage} from '../../../src/notify/webhook/message.ts'
import {WebhookMessage} from '../../../src/notify/webhook/message-schema.ts'
import {buildLargeReport, buildManifestNotice, buildNotification, buildReport} from '../../support/report-builder.ts'
import {anyNotification, anyText} from '../slack/any-notification.ts'
import {reasonSituations} from '../slack/reason-situations.ts'

const sizeOf = (message: WebhookMessage) => Buffer.byteLength(JSON.stringify(message))
const rowsOf = ({data}: WebhookMessage) => data.notice.manifests.flatMap(({open}) => open)

/** What is wrong with the size of a message, or with what it says about it; empty when all is well. */
function wrongWith(notification: Notification, message = renderMessage('ops', notification)): string[] {
  const {manifests, report} = notification
  const {data} = message
  const {notice, omitted} = data
  const sums: [string, number, number, number][] = [
    ['manifests', manifests.length, notice.manifests.length, omitted.notice.manifests],
    ['open', count('open', manifests), count('open', notice.manifests), omitted.notice.open],
    ['resolved', count('resolved', manifests), count('resolved', notice.manifests), omitted.notice.resolved],
    ['report.manifests', report.manifests.length, data.report.manifests.length, omitted.report.manifests],
    ['report.entries', report.entries.length, data.report.entries.length, omitted.report.entries],
    ['report.warnings', report.warnings.length, data.report.warnings.length, omitted.report.warnings],
    ...notice.manifests.flatMap(({name, open, resolved, omitted}): [string, number, number, number][] => {
      const whole = manifests.find(one => one.name === name)!
      return [
        [`open of ${name}`, whole.open.length, open.length, omitted.open],
        [`resolved of ${name}`, whole.resolved.length, resolved.length, omitted.resolved],
      ]
    }),
  ]
  return [
    ...(sizeOf(message) <= messageLimit ? [] : [`it has ${sizeOf(message)} bytes`]),
    ...(WebhookMessage.safeParse(message).success ? [] : ['it is not what the schema says']),
    ...sums.filter(([, whole, there, left]) => whole !== there + left).map(([what]) => `wrong count: ${what}`),
  ]
}

describe('a message inside its size', () => {
  it('is made of anything that can be told', () => {
    const seen = {whole: 0, cut: 0}
    fc.assert(
      fc.property(anyNotification(12, 8), notification => {
        expect(wrongWith(notification)).toEqual([])
        seen[/[1-9]/.test(JSON.stringify(renderMessage('ops', notification).data.omitted)) ? 'cut' : 'whole'] += 1
      }),
      {numRuns: 100, interruptAfterTimeLimit: 15_000},
    )
    expect(seen.whole).toBeGreaterThan(0)
    expect(seen.cut).toBeGreaterThan(0)
  })

  it('is made of many Manifests', () => {
    fc.assert(
      fc.property(anyNotification(150, 3), notification => {
        expect(wrongWith(notification)).toEqual([])
      }),
      {numRuns: 10, endOnFailure: true},
    )
  })

  it('is made of texts that are longer than the message', () => {
    fc.assert(
      fc.property(anyText, anyNotification(3, 3), (text, notification) => {
        const long = (text === '' ? '\u0000' : text).repeat(Math.ceil(20_000 / Math.max(1, text.length)))
        const {report} = notification
        const told: Notification = {
          ...notification,
          failing: {code: long, groups: 1, group: '1', since: '2026-11-21T09:00:00Z'},
          links: {runbookUrl: long, reportUrl: long},
          report: {
            ...report,
            cluster: long,
            watch: long,
            run: {...report.run, id: long, group: long},
            source: {
              kind: 'oci',
              ref: long,
              digest: long,
              revision: long,
              createdAt: null,
              verifiedBy: Array.from({length: 30}, () => long),
              url: long,
              previousDigest: long,
            },
            tazuna: {version: long, exitCode: 1},
            error: {code: long, message: long, hint: long},
          },
        }
        const message = renderMessage('ops', told)
        expect(wrongWith(told, message)).toEqual([])
        expect(message.data.omitted.cutTexts).toBeGreaterThan(20)
      }),
      {numRuns: 5, endOnFailure: true},
    )
  })

  it('says how many texts it had to cut, and cuts none that need not be', () => {
    const long = 'x'.repeat(2_000)
    const error = {code: 'TAZUNA_FAILED', message: long, hint: long}
    const short = renderMessage('ops', buildNotification(buildReport([], {error})))
    expect(short.data.report.error).toEqual(error)
    expect(short.data.omitted.cutTexts).toBe(0)
    const longer = {...error, message: '\uD83D\uDE00'.repeat(messageLimit)}
    const cut = renderMessage('ops', buildNotification(buildReport([], {error: longer})))
    expect(cut.data.report.error?.message).toMatch(/^(?:\uD83D\uDE00){149}\uFFFD…$/)
    expect(cut.data.omitted.cutTexts).toBe(2)
  })
})

describe('a message of too much', () => {
  it('is filled: what is left out would not have had room', () => {
    const message = renderMessage('ops', buildNotification(buildLargeReport(100, 100)))
    expect(sizeOf(message)).toBeGreaterThan(messageLimit - 4096)
    expect(sizeOf(message)).toBeLessThanOrEqual(messageLimit)
  })

  it('has something of each Manifest rather than all of the first', () => {
    const message = renderMessage('ops', buildNotification(buildLargeReport(100, 100)))
    const counts = message.data.notice.manifests.map(({open}) => open.length)
    expect(counts).toHaveLength(100)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    expect(Math.min(...counts)).toBeGreaterThan(0)
  })

  it('has each entry with its row of the report', () => {
    const message = renderMessage('ops', buildNotification(buildLargeReport(100, 100)))
    const rows = message.data.report.entries.map(({stateKey}) => stateKey)
    expect(rowsOf(message).map(({stateKey}) => stateKey)).toEqual(rows)
  })

  it('has what is removed before the rest', () => {
    const message = renderMessage('ops', buildNotification(buildLargeReport(1, 10_000)))
    const types = new Set(rowsOf(message).map(({diffType}) => diffType))
    expect([...types]).toEqual(['removed'])
    expect(message.data.notice.manifests[0]?.omitted.open).toBe(10_000 - rowsOf(message).length)
  })

  it('has what is new before all that was told, also where that is removed', () => {
    const all = buildNotification(buildLargeReport(1, 10_000))
    const manifests = all.manifests.map(manifest => ({
      ...manifest,
      open: manifest.open.map((entry, index) =>
        index === 9_000 ? {...entry, diffType: 'added' as const} : {...entry, status: 'open' as const},
      ),
    }))
    const rows = rowsOf(renderMessage('ops', {...all, manifests}))
    expect(rows.filter(({status}) => status === 'new')).toMatchObject([{diffType: 'added'}])
    expect(new Set(rows.filter(({status}) => status === 'open').map(({diffType}) => diffType))).toEqual(
      new Set(['removed']),
    )
  })

  it('has the one Manifest that made it due, and what is new there', () => {
    const known = reasonSituations['one new entry among much that is known']!
    const copies = Array.from({length: 20}, (_, copy) =>
      known.manifests.map(manifest => ({...manifest, name: `${manifest.name}-${copy}`, reasons: []})),
    )
    const manifests = [...copies.flat(), ...known.manifests]
    const message = renderMessage('ops', {...known, manifests})
    expect(message.data.notice.manifests.length).toBeLessThan(manifests.length)
    const due = message.data.notice.manifests.filter(({reasons}) => reasons.length > 0)
    expect(due.map(({name, open}) => [name, open.filter(({status}) => status === 'new').length])).toEqual([
      ['team-31', 1],
    ])
  })

  it('has names in their order, and says that lists are not whole', () => {
    const message = renderMessage('ops', buildNotification(buildLargeReport(1000, 10)))
    const {notice, omitted, report} = message.data
    const numbers = notice.manifests.map(({name}) => Number(name.split('-')[1]))
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    expect(omitted.notice).toEqual({
      manifests: 1000 - notice.manifests.length,
      open: 10_000 - rowsOf(message).length,
      resolved: 0,
    })
    expect(omitted.report.manifests).toBe(1000 - report.manifests.length)
    expect(omitted.report.entries).toBe(10_000 - report.entries.length)
  })

  it('keeps its few words about drift when a cluster has thousands of clean Manifests', () => {
    const clean = Array.from({length: 3000}, (_, index) => ({name: `clean-${index}`}))
    const drifted = {name: 'web', rows: [{type: 'removed' as const, resource: 'a'}]}
    const message = renderMessage('ops', buildNotification(buildReport([...clean, drifted])))
    expect(rowsOf(message)).toHaveLength(1)
    expect(message.data.report.manifests.at(-1)?.name).toBe('web')
    expect(message.data.omitted).toMatchObject({notice: {manifests: 0, open: 0}, report: {entries: 0}})
    expect(message.data.omitted.report.manifests).toBeGreaterThan(1000)
  })

  it('has no warnings in place of drift', () => {
    const warnings = Array.from({length: 5000}, (_, index) => ({code: 'X', message: `warning ${index}`.repeat(10)}))
    const report = {...buildLargeReport(10, 10), warnings}
    const message = renderMessage('ops', buildNotification(report))
    expect(rowsOf(message)).toHaveLength(100)
    expect(message.data.report.warnings.length).toBeGreaterThan(50)
    expect(message.data.report.warnings).toEqual(warnings.slice(0, message.data.report.warnings.length))
  })

  it('has what was resolved, too', () => {
    const times = {firstSeenAt: '2026-11-16T08:30:00Z', absentSince: '2026-11-21T09:00:00Z'}
    const resolved = Array.from({length: 5000}, (_, index) => ({
      stateKey: `web/apps/v1/Deployment/web/service-${index}`,
      diffType: 'removed' as const,
      wasTold: true,
      ...times,
    }))
    const manifests = [buildManifestNotice('web', {reasons: ['all-resolved'], resolved})]
    const message = renderMessage('ops', buildNotification(buildReport([{name: 'web'}]), {manifests}))
    const [web] = message.data.notice.manifests
    expect(web?.resolved).toEqual(resolved.slice(0, web?.resolved.length))
    expect(web?.resolved.length).toBeGreaterThan(1000)
    expect(web?.omitted).toEqual({open: 0, resolved: 5000 - web!.resolved.length})
  })
})

function count(
  list: 'open' | 'resolved',
  manifests: readonly {readonly open: readonly object[]; readonly resolved: readonly object[]}[],
): number {
  return manifests.reduce((sum, manifest) => sum + manifest[list].length, 0)
}
