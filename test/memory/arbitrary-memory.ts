import fc from 'fast-check'

import {causes} from '../../src/model/cause.ts'
import {diffTypes} from '../../src/model/diff-entry.ts'
import type {KnownEntry, KnownManifest, Memory, NotificationLog, ToldManifest} from '../../src/model/memory.ts'
import {reasons, runOutcomes} from '../../src/model/report.ts'
import {toTimestamp} from '../../src/model/time.ts'

/** Names as they come, and those that break what keeps things by name or takes names apart. */
const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '', 'web', 'web/x', 'a.b', '\ud800', 'ü', '0', ' ', '"\\', '\u0000'),
  fc.string({unit: 'binary', maxLength: 12}),
)
const time = fc.date({min: new Date(0), max: new Date('2999-12-31'), noInvalidDate: true}).map(toTimestamp)
const hash = fc.option(fc.constantFrom('0123456789ab', 'ba9876543210', ''))
const count = fc.nat(2000)
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary)

/** Plain objects, as what is decoded. */
function record<T>(model: {[K in keyof T]: fc.Arbitrary<T[K]>}): fc.Arbitrary<T> {
  return fc.record(model, {noNullPrototype: true})
}

function mapOf<T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>, maxLength = 4): fc.Arbitrary<Map<string, T>> {
  return fc.uniqueArray(fc.tuple(key, value), {selector: ([key]) => key, maxLength}).map(pairs => new Map(pairs))
}

const failing = record({code: name, groups: count, group: name, since: time})
const failure = record({codes: fc.array(name, {maxLength: 3}), toldAt: time})
const reference = record({to: name, channel: name, id: name})
const alert = record({
  name: fc.constantFrom('TazunaDrift' as const, 'TazunaWatchCheckFailed' as const),
  manifest: nullable(name),
  startsAt: time,
  deliveries: fc.nat(3),
})
const alertReceiver = record({
  configuredAt: time,
  failuresBeforeNotice: count,
  ended: fc.array(alert, {maxLength: 3}),
})
const toldEntry = record({diffType: fc.constantFrom(...diffTypes), hash})

const entry: fc.Arbitrary<KnownEntry> = record({
  diffType: fc.constantFrom(...diffTypes),
  hash,
  digest: fc.constantFrom(null, 'sha256:aa', 'sha256:bb'),
  storedHash: hash,
  firstSeenAt: time,
  changedAt: nullable(time),
  lastSeenAt: time,
  sightings: count,
  group: fc.constantFrom('last', 'other', ''),
  filteredBy: fc.constantFrom(null, null, 'always-sync' as const, 'ignore-rule' as const),
  again: fc.boolean(),
  cause: nullable(fc.constantFrom(...causes)),
  absentSince: fc.option(time, {freq: 2}),
}).map(entry => ({...entry, changedAt: entry.changedAt ?? entry.firstSeenAt}))

const folded = record({
  fingerprint: name,
  counts: record({added: count, modified: count, removed: count}),
  firstSeenAt: time,
})

/** A State key of this Manifest, of another, or a raw one. */
const stateKeyOf = (manifest: string) =>
  fc.oneof(
    name,
    name.map(rest => `${manifest}/${rest}`),
  )

const manifestOf = (manifest: string): fc.Arbitrary<KnownManifest> =>
  record({
    hasState: fc.boolean(),
    lastCheckedAt: nullable(time),
    lastAppliedAt: nullable(name),
    digest: nullable(name),
    failing: nullable(failing),
    goneSince: nullable(time),
    entries: mapOf(stateKeyOf(manifest), entry),
    folded: nullable(folded),
    seenNow: fc.boolean(),
  }).map(({seenNow, ...known}) => {
    // as usual: all seen when last checked
    if (!seenNow || known.lastCheckedAt === null) return known
    const lastSeenAt = known.lastCheckedAt
    return {...known, entries: new Map([...known.entries].map(([key, entry]) => [key, {...entry, lastSeenAt}]))}
  })

type Entries = ToldManifest['entries']

/** Often just what is there. */
const toldOf = (manifest: string, known: KnownManifest | undefined): fc.Arbitrary<ToldManifest> =>
  record({
    toldAt: time,
    reasons: fc.uniqueArray(fc.constantFrom(...reasons), {maxLength: 3}),
    entries: fc.oneof<fc.Arbitrary<Entries>[]>(
      mapOf(stateKeyOf(manifest), toldEntry),
      fc.constant(presentContent(known)),
      fc.constant(new Map([...presentContent(known)].slice(1))),
      fc.constant(new Map([...presentContent(known)].map(([key, entry]) => [key, {...entry, hash: 'another'}]))),
      fc.constant(
        new Map([...presentContent(known)].map(([key, {hash}]) => [key, {diffType: 'added' as const, hash}])),
      ),
    ),
    folded: nullable(name),
    left: mapOf(stateKeyOf(manifest), time),
    failure: nullable(failure),
    goneAt: nullable(time),
    reference: nullable(reference),
  })

function presentContent(known: KnownManifest | undefined): Entries {
  return new Map(
    [...(known?.entries ?? [])]
      .filter(([, {absentSince, filteredBy}]) => absentSince === null && filteredBy === null)
      .map(([key, {diffType, hash}]) => [key, {diffType, hash}]),
  )
}

function named<T>(of: (name: string) => fc.Arbitrary<T>): fc.Arbitrary<Map<string, T>> {
  return fc
    .uniqueArray(name, {maxLength: 4})
    .chain(names => fc.tuple(...names.map(name => of(name).map(value => [name, value] as const))))
    .map(pairs => new Map(pairs))
}

const logOf = (manifests: Memory['manifests']): fc.Arbitrary<NotificationLog> =>
  record({
    joinedAt: time,
    configuredAt: time,
    baselineAt: nullable(time),
    deliveredAt: nullable(time),
    failedSince: nullable(time),
    failure: nullable(failure),
    massDrift: nullable(record({since: time, toldAt: time})),
    reference: nullable(reference),
    manifests: fc
      .tuple(fc.subarray([...manifests.keys()]), fc.array(name, {maxLength: 1}))
      .chain(([known, others]) =>
        fc.tuple(
          ...[...new Set([...known, ...others])].map(name =>
            toldOf(name, manifests.get(name)).map(told => [name, told] as const),
          ),
        ),
      )
      .map(pairs => new Map(pairs)),
  })

/** Any memory that the types allow. */
export const arbitraryMemory: fc.Arbitrary<Memory> = named(manifestOf).chain(manifests =>
  record({
    cluster: name,
    watch: name,
    source: nullable(name),
    digest: nullable(name),
    key: fc.constant('0123456789abcdef'.repeat(4)),
    lastRun: nullable(
      record({
        id: name,
        group: fc.constantFrom('last', ''),
        startedAt: time,
        readAt: time.map(text => text.replace('Z', '.123Z')),
        outcome: fc.constantFrom(...runOutcomes),
      }),
    ),
    lastSuccessAt: nullable(time),
    agesLost: fc.boolean(),
    failing: nullable(failing),
    massDrift: nullable(
      record({
        kind: fc.constantFrom('state-missing' as const, 'all-added' as const, 'all-gone' as const),
        since: time,
        manifests: fc.array(name, {maxLength: 3}),
        over: fc.boolean(),
      }),
    ),
    manifests: fc.constant(manifests),
    notifiers: named(() => logOf(manifests)),
    alertReceivers: mapOf(name, alertReceiver),
    mutes: fc.array(
      record({
        key: name,
        reason: name,
        createdAt: time,
        until: time,
        content: nullable(mapOf(name, toldEntry)),
      }),
      {maxLength: 2},
    ),
    claim: nullable(record({run: name, group: name, at: time, until: time})),
  }),
)
