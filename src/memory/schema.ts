import {z} from 'zod'

import {causes} from '../model/cause.ts'
import {diffTypes} from '../model/diff-entry.ts'
import {reasons, runOutcomes} from '../model/report.ts'

/**
 * The document that a memory is kept as. Lists of objects with a name instead of objects by name, so that anything can
 * be one; what has its usual value is left out. A change of this file is a new version with a step in migrate.ts; a new
 * optional field alone is none, as a tazuna-watch that does not know it refuses the document and so keeps it.
 */

const time = z.iso.datetime()
const count = z.int().nonnegative()
const set = z.literal(true)

const failing = z.strictObject({code: z.string(), groups: count, group: z.string(), since: time})
const reference = z.strictObject({to: z.string(), channel: z.string(), id: z.string()})
const toldFailure = z.strictObject({codes: z.array(z.string()), toldAt: time})

/** `key` is the State key without the Manifest and its slash in front; `rawKey` is one that does not begin so. */
const stateKey = {key: z.string().optional(), rawKey: z.string().optional()}

const content = z.strictObject({...stateKey, type: z.enum(diffTypes), hash: z.string().optional()})

const entry = z.strictObject({
  ...content.shape,
  storedHash: z.string().optional(),
  /** Unless it is that of the Manifest; empty: of a folder. */
  digest: z.string().optional(),
  firstSeenAt: time,
  /** Unless it is `firstSeenAt`. */
  changedAt: time.optional(),
  /** Unless it is `lastCheckedAt` of the Manifest. */
  lastSeenAt: time.optional(),
  /** Unless it is 1. */
  sightings: count.optional(),
  /** Unless it is that of the last run. */
  group: z.string().optional(),
  filteredBy: z.enum(['always-sync', 'ignore-rule']).optional(),
  again: set.optional(),
  cause: z.enum(causes).optional(),
  absentSince: time.optional(),
})

const folded = z.strictObject({
  fingerprint: z.string(),
  counts: z.strictObject({added: count, modified: count, removed: count}),
  firstSeenAt: time,
})

const manifest = z.strictObject({
  name: z.string(),
  hasState: set.optional(),
  lastCheckedAt: time.optional(),
  /** As tazuna wrote it. */
  lastAppliedAt: z.string().optional(),
  digest: z.string().optional(),
  failing: failing.optional(),
  goneSince: time.optional(),
  entries: z.array(entry).optional(),
  folded: folded.optional(),
})

const told = z.strictObject({
  name: z.string(),
  toldAt: time,
  reasons: z.array(z.enum(reasons)).optional(),
  /** `same`: those of the Manifest that are present and not filtered. */
  entries: z.union([z.literal('same'), z.array(content)]).optional(),
  folded: z.string().optional(),
  left: z.array(z.strictObject({...stateKey, toldAt: time})).optional(),
  failure: toldFailure.optional(),
  goneAt: time.optional(),
  reference: reference.optional(),
})

const notifier = z.strictObject({
  name: z.string(),
  joinedAt: time,
  configuredAt: time,
  baselineAt: time.optional(),
  deliveredAt: time.optional(),
  failedSince: time.optional(),
  failure: toldFailure.optional(),
  massDrift: z.strictObject({since: time, toldAt: time}).optional(),
  reference: reference.optional(),
  manifests: z.array(told).optional(),
})

const alert = z.strictObject({
  name: z.enum(['TazunaDrift', 'TazunaWatchCheckFailed']),
  manifest: z.string().optional(),
  startsAt: time,
})

const alertReceiver = z.strictObject({
  id: z.string(),
  configuredAt: time,
  failuresBeforeNotice: count,
  ended: z.array(alert.extend({deliveries: count.optional()})).optional(),
})

const mute = z.strictObject({
  key: z.string(),
  reason: z.string(),
  createdAt: time,
  until: time,
  /** Here a State key is always whole: a mute knows no Manifest. */
  content: z.array(content).optional(),
})

export const memoryDocument = z.strictObject({
  schema: z.literal('tazuna-watch/memory/v1'),
  /** The version of tazuna-watch. */
  writtenBy: z.string(),
  cluster: z.string(),
  watch: z.string(),
  source: z.string().optional(),
  digest: z.string().optional(),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  lastRun: z
    .strictObject({id: z.string(), group: z.string(), startedAt: time, readAt: time, outcome: z.enum(runOutcomes)})
    .optional(),
  lastSuccessAt: time.optional(),
  agesLost: set.optional(),
  failing: failing.optional(),
  massDrift: z
    .strictObject({
      kind: z.enum(['state-missing', 'all-added', 'all-gone']),
      since: time,
      manifests: z.array(z.string()),
      over: set.optional(),
    })
    .optional(),
  manifests: z.array(manifest),
  notifiers: z.array(notifier),
  alertReceivers: z.array(alertReceiver).optional(),
  mutes: z.array(mute),
  claim: z.strictObject({run: z.string(), group: z.string(), at: time, until: time}).optional(),
  /** Of all the rest; see checksum.ts. */
  checksum: z.string(),
})

export type MemoryDocument = z.input<typeof memoryDocument>
export type ManifestDocument = z.input<typeof manifest>
export type EntryDocument = z.input<typeof entry>
export type NotifierDocument = z.input<typeof notifier>
export type ToldDocument = z.input<typeof told>
export type ContentDocument = z.input<typeof content>
export type KeyDocument = Pick<ContentDocument, 'key' | 'rawKey'>
