import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import type {Report} from '../../../src/model/report.ts'
import {renderMessage} from '../../../src/notify/slack/message.ts'
import {blockTexts, type SlackPayload} from '../../../src/notify/slack/payload.ts'
import {payloadProblems} from '../../../src/notify/slack/payload-problems.ts'
import {renderSlackText} from '../../../src/notify/slack/text.ts'
import {buildNotification, buildReport, type ManifestSpec, type RowSpec} from '../../support/report-builder.ts'
import {hostileNames} from './situations.ts'

const anyText = fc.oneof(
  fc.constantFrom(...hostileNames),
  fc.array(fc.integer({min: 0, max: 0xffff}), {maxLength: 40}).map(units => String.fromCharCode(...units)),
  fc.string({unit: 'grapheme', maxLength: 400}),
  fc.tuple(fc.constantFrom(...hostileNames), fc.integer({min: 1, max: 50})).map(([name, times]) => name.repeat(times)),
)
const anyTime = fc
  .date({min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true})
  .map(date => `${date.toISOString().slice(0, 19)}Z`)
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, {nil: null})
const anyHash = orNull(fc.oneof(anyText, fc.constant('a1'.repeat(32))))

const anyRow: fc.Arbitrary<RowSpec> = fc.record({
  type: fc.constantFrom('added', 'modified', 'removed', 'always-sync'),
  resource: fc.oneof(
    anyText,
    fc
      .tuple(anyText, anyText)
      .map(([kind, name]) => `apps/v1/${kind.replaceAll('/', '')}/web/${name.replaceAll('/', '')}`),
  ),
  oldHash: anyHash,
  newHash: anyHash,
  firstSeenAt: orNull(anyTime),
})

const anyManifest = (maxRows: number): fc.Arbitrary<ManifestSpec> =>
  fc.record({
    name: anyText,
    rows: fc.array(anyRow, {maxLength: maxRows, size: 'max'}),
    outcome: fc.constantFrom('drift', 'error', 'not-checked', 'gone', 'clean'),
    resources: orNull(fc.nat()),
    lastAppliedAt: orNull(anyTime),
    gitCommit: orNull(fc.oneof(anyText, fc.constant('4f'.repeat(20)))),
    error: orNull(anyText),
  })

const anyFrame: fc.Arbitrary<Partial<Report>> = fc.record(
  {
    outcome: fc.constantFrom('clean', 'drift', 'incomplete', 'failed'),
    cluster: orNull(anyText),
    watch: anyText,
    summary: fc.constant(null),
    source: fc.record({
      kind: fc.constantFrom('oci', 'path'),
      ref: anyText,
      digest: orNull(anyText),
      revision: orNull(anyText),
      createdAt: fc.constant(null),
      verifiedBy: fc.constant([]),
    }),
    tazuna: fc.record({version: orNull(anyText), exitCode: fc.constant(null)}),
    warnings: fc.array(fc.record({code: anyText, message: anyText}), {maxLength: 20}),
    error: orNull(fc.record({code: anyText, message: anyText, hint: anyText})),
  },
  {requiredKeys: []},
)

const anyLinks = fc.record({
  runbookUrl: orNull(
    fc.oneof(
      anyText,
      fc.webUrl({withQueryParameters: true}),
      anyText.map(text => `https://a.example/${text}`),
    ),
  ),
  reportUrl: orNull(fc.oneof(fc.webUrl(), fc.constant(`https://a.example/${'&'.repeat(190)}`))),
})

/** Names are made unique, as in any report that has rows. */
const anyNotification = (maxManifests: number, maxRows: number) =>
  fc
    .tuple(fc.array(anyManifest(maxRows), {maxLength: maxManifests, size: 'max'}), anyFrame, anyLinks)
    .map(([manifests, frame, links]) => {
      const unique = manifests.map((manifest, index) => ({...manifest, name: `${index} ${manifest.name}`}))
      return buildNotification(buildReport(unique, frame), links)
    })

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
    const payload = renderMessage(buildNotification(report, {runbookUrl: name, reportUrl: `https://a.example/${name}`}))
    expect(wrongWith(payload)).toEqual([])
    expect(renderSlackText(payload)).toMatch(/^• removed .*\n• modified /m)
  })
})
