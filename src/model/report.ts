import {z} from 'zod'

import {causes} from './cause.ts'

/**
 * The report: the product's main interface, one versioned document per run, completed or failed. Every key is always
 * there, in this order; null means unknown. v1 only ever gains keys. `schema/report.v1.json` is made from this file.
 * Import it for its types only: the pipeline never loads the schema.
 */

const time = z.iso.datetime().describe('RFC 3339, UTC, to the second')
const hash = z.string().nullable()
const count = z.int().nonnegative()

export const runOutcomes = ['clean', 'drift', 'incomplete', 'failed'] as const
export type RunOutcome = (typeof runOutcomes)[number]

export const manifestOutcomes = ['clean', 'drift', 'error', 'not-checked', 'gone'] as const
export type ManifestOutcome = (typeof manifestOutcomes)[number]

/** Why a notifier is told, in the order in which people are told. */
export const reasons = [
  'mass-drift',
  'check-failed',
  'baseline',
  'first-drift',
  'new-entries',
  'entries-changed',
  'manifest-gone',
  'reminder',
  'check-recovered',
  'some-resolved',
  'all-resolved',
] as const
export type Reason = (typeof reasons)[number]

export const ReportResource = z.strictObject({
  group: z.string().describe('`""` for the core group'),
  version: z.string(),
  kind: z.string(),
  namespace: z.string().nullable().describe('null when tazuna prints none'),
  name: z.string(),
})

/** An entry without what only a run knows: the form that `parse` prints. */
export const ParsedEntry = z.strictObject({
  manifest: z.string(),
  stateKey: z.string(),
  diffType: z.enum(['added', 'modified', 'removed', 'always-sync']),
  resource: ReportResource.nullable().describe('null for a raw key'),
  oldHash: hash.describe('null for added, for kind Secret, and where unknown'),
  newHash: hash.describe('null for removed and for kind Secret'),
})
export type ParsedEntry = z.infer<typeof ParsedEntry>

export const ReportEntry = ParsedEntry.extend({
  filteredBy: z.enum(['always-sync', 'ignore-rule']).nullable().describe('null: this entry is drift'),
  ignoreReason: z.string().nullable(),
  mutedUntil: time.nullable(),
  firstSeenAt: time.nullable(),
  changedAt: time.nullable(),
  cause: z
    .enum(causes)
    .nullable()
    .describe(
      'with what it came: another artifact than the run before had, so perhaps not applied yet; or the same one',
    ),
  fingerprint: z.string().describe('identity across runs: cluster, watch and State key, hashed'),
})
export type ReportEntry = z.infer<typeof ReportEntry>

export const ReportManifest = z.strictObject({
  name: z.string(),
  outcome: z.enum(manifestOutcomes),
  resources: count.nullable().describe('entries in State; null without State'),
  lastAppliedAt: time.nullable(),
  gitCommit: z.string().nullable(),
  firstSeenAt: time.nullable(),
  lastCheckedAt: time.nullable(),
  error: z.string().nullable(),
})
export type ReportManifest = z.infer<typeof ReportManifest>

export const ReportSource = z.strictObject({
  kind: z.enum(['oci', 'path']),
  ref: z.string().describe('as given'),
  digest: z.string().nullable(),
  revision: z.string().nullable(),
  createdAt: time.nullable(),
  verifiedBy: z.array(z.string()),
  url: z.string().nullable().describe('where its content comes from, as its pusher noted it'),
  previousDigest: z.string().nullable().describe('of the artifact that the run before opened; null where unknown'),
})
export type ReportSource = z.infer<typeof ReportSource>

export const ReportWarning = z.strictObject({code: z.string(), message: z.string()})
export type ReportWarning = z.infer<typeof ReportWarning>

export const ReportError = z.strictObject({code: z.string(), message: z.string(), hint: z.string()})
export type ReportError = z.infer<typeof ReportError>

export const ReportNotification = z.strictObject({
  name: z.string(),
  type: z.string(),
  role: z.enum(['notifier', 'sink']),
  delivery: z.enum(['delivered', 'failed', 'nothing-due', 'dry-run']),
  reasons: z.array(z.enum(reasons)),
  pending: count.describe('Manifests still due'),
  attempts: count,
  detail: z.string().nullable(),
  preview: z.string().optional().describe('dry run only: the payload as people read it, where it is none for them'),
  payload: z.unknown().optional().describe('dry run only: what would be sent; an object or exposition text'),
})
export type ReportNotification = z.infer<typeof ReportNotification>

export const ReportSummary = z.strictObject({
  coverage: z.strictObject({expected: count.nullable(), checked: count, unnamed: count}),
  manifests: z.strictObject({drift: count, clean: count, error: count, notChecked: count, gone: count}),
  entries: z.strictObject({
    added: count,
    modified: count,
    removed: count,
    alwaysSync: count,
    ignored: count,
  }),
})
export type ReportSummary = z.infer<typeof ReportSummary>

export const Report = z
  .strictObject({
    schema: z.literal('tazuna-watch/report/v1'),
    outcome: z.enum(runOutcomes),
    cluster: z.string().nullable().describe('null when the config could not be read'),
    watch: z.string(),
    run: z.strictObject({
      id: z.string(),
      group: z.string(),
      startedAt: time,
      finishedAt: time,
      durationSeconds: z.number().nonnegative(),
      previousRunAt: time.nullable(),
      dryRun: z.boolean(),
      version: z.string(),
    }),
    source: ReportSource.nullable(),
    tazuna: z.strictObject({version: z.string().nullable(), exitCode: z.int().nullable()}),
    summary: ReportSummary.nullable().describe('null when the run failed: zeros would read as clean'),
    manifests: z.array(ReportManifest).describe('in the order of tazuna.yaml'),
    entries: z.array(ReportEntry).describe('every row, also filtered ones; by Manifest, then State key'),
    warnings: z.array(ReportWarning),
    error: ReportError.nullable(),
    notifications: z.array(ReportNotification).describe('one per notifier and sink, in config order'),
  })
  .meta({title: 'tazuna-watch report', description: 'Result of one run of tazuna-watch, completed or failed.'})
export type Report = z.infer<typeof Report>

export const ParsedDiff = z
  .strictObject({
    schema: z.literal('tazuna-watch/diff/v1'),
    manifests: z.array(z.strictObject({name: z.string()})),
    entries: z.array(ParsedEntry),
  })
  .meta({title: 'tazuna-watch parse', description: 'The text of `tazuna state diff`, parsed; nothing filtered.'})
export type ParsedDiff = z.infer<typeof ParsedDiff>
