import fc from 'fast-check'

import {causes} from '../../../src/model/cause.ts'
import {diffTypes} from '../../../src/model/diff-entry.ts'
import type {Failing} from '../../../src/model/memory.ts'
import type {ManifestNotice, Notice, OpenEntry, ResolvedEntry} from '../../../src/model/notice.ts'
import {reasons, type Report} from '../../../src/model/report.ts'
import type {Notification} from '../../../src/notify/notifier.ts'
import {buildNotification, buildReport, type ManifestSpec, type RowSpec} from '../../support/report-builder.ts'
import {hostileNames} from './situations.ts'

/** Texts that try to leave their place, and any others. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
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
      verifiedBy: fc.array(anyText, {maxLength: 2}),
      url: orNull(anyText),
      previousDigest: orNull(anyText),
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

const anyReasons = fc.subarray([...reasons])
const anyFailing: fc.Arbitrary<Failing> = fc.record({
  code: fc.oneof(anyText, fc.constantFrom('error', 'not-checked', 'TAZUNA_FAILED')),
  groups: fc.nat(),
  group: anyText,
  since: anyTime,
})
const anyResolved: fc.Arbitrary<ResolvedEntry> = fc.record({
  stateKey: anyText,
  diffType: fc.constantFrom(...diffTypes),
  firstSeenAt: anyTime,
  absentSince: anyTime,
  wasTold: fc.boolean(),
})
const anyOpen: fc.Arbitrary<OpenEntry> = fc.record({
  stateKey: anyText,
  diffType: fc.constantFrom(...diffTypes),
  hash: fc.constant(null),
  status: fc.constantFrom('new', 'changed', 'open'),
  again: fc.boolean(),
  cause: fc.constantFrom(null, ...causes),
  firstSeenAt: anyTime,
  changedAt: anyTime,
})
const anyCounts = fc.record({added: fc.nat(), modified: fc.nat(), removed: fc.nat()})

/** What may be told of a Manifest besides its rows. */
const anyManifestNotice: fc.Arbitrary<Omit<ManifestNotice, 'name' | 'open'>> = fc.record({
  reasons: anyReasons,
  resolved: fc.array(anyResolved, {maxLength: 4}),
  folded: fc.option(fc.record({fingerprint: anyText, counts: anyCounts, firstSeenAt: anyTime}), {nil: null, freq: 4}),
  checked: fc.boolean(),
  lastCheckedAt: orNull(anyTime),
  failing: orNull(anyFailing),
  goneSince: fc.option(anyTime, {nil: null, freq: 4}),
})

const anyNotice: fc.Arbitrary<Partial<Notice>> = fc.record({
  reasons: anyReasons,
  muted: fc.nat(),
  massDrift: fc.option(
    fc.record({
      kind: fc.constantFrom('state-missing', 'all-added', 'all-gone'),
      since: anyTime,
      affected: fc.nat(),
      total: fc.nat(),
    }),
    {nil: null, freq: 8},
  ),
  failing: orNull(anyFailing),
})

/**
 * Whatever can be told. Names are made unique, as in any report that has rows; of what is open, part has no row in this
 * run.
 */
export function anyNotification(maxManifests: number, maxRows: number): fc.Arbitrary<Notification> {
  return fc
    .record({
      manifests: fc.array(fc.tuple(anyManifest(maxRows), anyManifestNotice, fc.array(anyOpen, {maxLength: maxRows})), {
        maxLength: maxManifests,
        size: 'max',
      }),
      frame: anyFrame,
      links: anyLinks,
      notice: anyNotice,
    })
    .map(({manifests, frame, links, notice}) => {
      const unique = manifests.map(([manifest], index) => ({...manifest, name: `${index} ${manifest.name}`}))
      const implied = buildNotification(buildReport(unique, frame), links)
      const notices = manifests.map(([, told, open], index) => {
        const {name} = unique[index]!
        const rows = implied.manifests.find(one => one.name === name)?.open ?? []
        return {...told, name, open: [...rows, ...open]}
      })
      return {...implied, ...notice, manifests: notices}
    })
}
