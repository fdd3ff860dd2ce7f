import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {renderMessage} from '../../../src/notify/slack/message.ts'
import {blockTexts, type SlackPayload} from '../../../src/notify/slack/payload.ts'
import {payloadProblems} from '../../../src/notify/slack/payload-problems.ts'
import {renderSlackText} from '../../../src/notify/slack/text.ts'
import {buildManifestNotice, buildNotification, buildReport} from '../../support/report-builder.ts'
import {anyNotification, anyText} from './any-notification.ts'
import {hostileNames} from './situations.ts'

/** What Slack could refuse or misread; empty when all is well. Mentions need a `<`, links are ours. */
function wrongWith(payload: SlackPayload): string[] {
  const texts = payload.blocks.flatMap(blockTexts)
  const marked = texts.filter(({type}) => type === 'mrkdwn')
  const all = [payload.text, ...texts.map(({text}) => text)]
  return [
    ...payloadProblems(payload),
    ...(JSON.stringify(payload).length < 40_000 ? [] : ['size']),
    ...all.filter(text => /<(?!https?:\/\/)/.test(text)),
    ...texts.filter(text => (text.type === 'mrkdwn' ? !text.verbatim : text.emoji)).map(({text}) => text),
    ...marked.filter(({text}) => text.split('`').length % 2 === 0).map(({text}) => text),
  ]
}

describe('a message inside every limit', () => {
  it('is made of any report', () => {
    fc.assert(
      fc.property(anyNotification(12, 8), notification => {
        expect(wrongWith(renderMessage(notification))).toEqual([])
      }),
      {numRuns: 300, interruptAfterTimeLimit: 15_000},
    )
  })

  it('is made of many Manifests', () => {
    fc.assert(
      fc.property(anyNotification(120, 3), notification => {
        expect(wrongWith(renderMessage(notification))).toEqual([])
      }),
      {numRuns: 25, endOnFailure: true},
    )
  })

  it('is made of 10,000 hostile rows', () => {
    fc.assert(
      fc.property(
        fc.array(anyText, {minLength: 50, maxLength: 50}),
        fc.constantFrom(1, 40, 1000),
        (names, manifests) => {
          const specs = Array.from({length: manifests}, (_, m) => ({
            name: `${m}${names[m % 50]}`,
            rows: Array.from({length: 10_000 / manifests}, (_, r) => ({
              type: (['added', 'modified', 'removed'] as const)[r % 3]!,
              resource: `${r}${names[r % 50]}`,
            })),
          }))
          expect(wrongWith(renderMessage(buildNotification(buildReport(specs))))).toEqual([])
        },
      ),
      {numRuns: 6, endOnFailure: true},
    )
  })

  it('is made by the last rung alone, whatever is cut', () => {
    fc.assert(
      fc.property(anyNotification(6, 4), notification => {
        expect(wrongWith(renderMessage(notification, []))).toEqual([])
      }),
      {numRuns: 300, interruptAfterTimeLimit: 15_000},
    )
  })
})

/** A problem at one rung would only show as a step down the ladder: so here all rows have to be there. */
describe('a message of one hostile name', () => {
  it.each(hostileNames)('shows its rows, whatever the name does: %j', name => {
    const resource = `apps/v1/${name.replaceAll('/', ':')}/web/${name.replaceAll('/', ':')}`
    const report = buildReport(
      [
        {
          name,
          gitCommit: name,
          rows: [
            {type: 'modified', resource, oldHash: name, newHash: name},
            {type: 'removed', resource: name.replaceAll('/', ':'), oldHash: name},
          ],
        },
        {name: 'other', outcome: 'error', error: name},
        {name: `not ${name}`, outcome: 'not-checked'},
      ],
      {cluster: name, error: {code: name, message: name, hint: name}, warnings: [{code: name, message: name}]},
    )
    const links = {runbookUrl: name, reportUrl: `https://a.example/${name}`}
    const payload = renderMessage(buildNotification(report, links))
    expect(wrongWith(payload)).toEqual([])
    expect(renderSlackText(payload)).toMatch(/^• removed .*\n• modified /m)
  })

  it.each(hostileNames)('shows all that is told with a memory: %j', name => {
    const report = buildReport([{name, outcome: 'not-checked'}], {cluster: name, watch: name})
    const firstSeenAt = '2026-11-16T08:30:00Z'
    const failing = {code: name, groups: 4, group: name, since: firstSeenAt}
    const resolved = {
      stateKey: name,
      diffType: 'removed',
      firstSeenAt,
      absentSince: firstSeenAt,
      wasTold: true,
    } as const
    const open = {
      stateKey: name,
      diffType: 'added',
      hash: null,
      status: 'changed',
      again: true,
      cause: 'new-artifact',
      firstSeenAt,
      changedAt: firstSeenAt,
    } as const
    const due = ['check-failed', 'new-entries', 'some-resolved', 'manifest-gone'] as const
    const told = {reasons: due, checked: false, failing, lastCheckedAt: null}
    const payload = renderMessage(
      buildNotification(report, {
        reasons: due,
        failing,
        manifests: [
          buildManifestNotice(name, {...told, reasons: due.slice(0, 3), open: [open], resolved: [resolved]}),
          buildManifestNotice(`not ${name}`, {...told, goneSince: firstSeenAt}),
        ],
      }),
    )
    expect(wrongWith(payload)).toEqual([])
    const text = renderSlackText(payload)
    expect(text).toMatch(/^• added .* · changed: other content since 5 d · drift since 5 d\n✓ removed /m)
    expect(text).toMatch(/ are no longer in tazuna\.yaml;| is no longer in tazuna\.yaml;/)
    expect(text).toMatch(/^• .* · fails since 5 d, 4 runs in a row/m)
  })
})
