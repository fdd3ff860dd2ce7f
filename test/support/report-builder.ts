import {createHash} from 'node:crypto'

import type {DiffType} from '../../src/model/diff-entry.ts'
import type {ManifestNotice, Notice, OpenEntry} from '../../src/model/notice.ts'
import {Report, type Reason, type ReportEntry, type ReportManifest} from '../../src/model/report.ts'
import {toResource} from '../../src/model/state-key.ts'
import type {Links, Notification} from '../../src/notify/notifier.ts'

/** A Manifest of a report to be, with its rows. Its outcome is `drift` if a row of it is drift, else `clean`. */
export type ManifestSpec = {name: string; rows?: readonly RowSpec[]} & Partial<ReportManifest>

/** A row: diff type and resource as tazuna prints them, `apps/v1/Deployment/web/nginx`, or a raw key. */
export type RowSpec = {type: DiffType; resource: string} & Partial<Omit<ReportEntry, 'resource'>>

/** A valid report of these Manifests; outcome and summary follow from them unless given. Throws if it is not valid. */
export function buildReport(manifests: readonly ManifestSpec[], over: Partial<Report> = {}): Report {
  const built = manifests.map(buildManifest)
  const entries = manifests.flatMap(({name, rows = []}) => rows.map(row => buildEntry(name, row)))
  return Report.parse({
    schema: 'tazuna-watch/report/v1',
    outcome: outcomeOf(built),
    cluster: 'prod-tokyo',
    watch: 'default',
    run: {
      id: '01JD7Z0000000000000000TEST',
      group: '01JD7Z0000000000000000TEST',
      startedAt: '2026-11-21T09:00:00Z',
      finishedAt: '2026-11-21T09:00:02Z',
      durationSeconds: 1.5,
      previousRunAt: null,
      dryRun: false,
      version: '0.1.0',
    },
    source: {
      kind: 'oci',
      ref: 'oci://ghcr.io/acme/tazuna-config:prod',
      digest: `sha256:${hashOf('artifact')}`,
      revision: 'prod@sha1:4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c',
      createdAt: '2026-11-20T08:00:00Z',
      verifiedBy: [],
      url: null,
      previousDigest: null,
    },
    tazuna: {version: '0.4.4', exitCode: 0},
    summary: summaryOf(built, entries),
    manifests: built,
    entries,
    warnings: [],
    error: null,
    notifications: [],
    ...over,
  } satisfies Report)
}

/** A report of a run that checked nothing. */
export function buildFailedReport(error: NonNullable<Report['error']>, over: Partial<Report> = {}): Report {
  const tazuna = {version: null, exitCode: null}
  return buildReport([], {outcome: 'failed', summary: null, source: null, tazuna, error, ...over})
}

/** `manifests` Manifests of `rows` rows each, of all three diff types in turn. */
export function buildLargeReport(manifests: number, rows: number): Report {
  const types = ['added', 'modified', 'removed'] as const
  return buildReport(
    Array.from({length: manifests}, (_, m) => ({
      name: `team-${m}`,
      rows: Array.from({length: rows}, (_, r) => ({
        type: types[(m + r) % 3]!,
        resource: `apps/v1/Deployment/team-${m}/service-${r}`,
      })),
    })),
  )
}

/**
 * What a notifier without `match` is told of a report, as if it had never been told anything: every row is new. Any part
 * of the notice may be given.
 */
export function buildNotification(
  report: Report,
  {runbookUrl = null, reportUrl = null, ...notice}: Partial<Links & Notice> = {},
): Notification {
  const isIncomplete = report.outcome === 'failed' || report.outcome === 'incomplete'
  const entries = report.entries.filter(({filteredBy}) => filteredBy === null)
  const manifests = noticesOf(report)
  const implied: Reason[] = [
    ...(isIncomplete ? (['check-failed'] as const) : []),
    ...(entries.length > 0 ? (['baseline'] as const) : []),
    ...(manifests.some(({goneSince}) => goneSince !== null) ? (['manifest-gone'] as const) : []),
  ]
  return {
    reasons: implied,
    manifests,
    muted: 0,
    massDrift: null,
    failing: null,
    thread: null,
    ...notice,
    report: {...report, entries},
    links: {runbookUrl, reportUrl},
  }
}

/** What is stated of one Manifest: nothing, but for what is given. */
export function buildManifestNotice(name: string, over: Partial<ManifestNotice> = {}): ManifestNotice {
  return {
    name,
    reasons: [],
    open: [],
    resolved: [],
    folded: null,
    checked: true,
    lastCheckedAt: '2026-11-21T09:00:02Z',
    failing: null,
    goneSince: null,
    ...over,
  }
}

/** The notices of a report to which all drift is new; `over` tells what is known of single entries, by State key. */
export function noticesOf(
  report: Report,
  over: Readonly<Record<string, Partial<OpenEntry>>> = {},
): readonly ManifestNotice[] {
  const rows = Map.groupBy(
    report.entries.filter(({filteredBy}) => filteredBy === null),
    ({manifest}) => manifest,
  )
  return report.manifests.flatMap(({name, outcome, lastCheckedAt}) => {
    const open = (rows.get(name) ?? []).map(row => toOpenEntry(row, report, over[row.stateKey]))
    const isGone = outcome === 'gone'
    if (open.length === 0 && !isGone) return []
    const checked = outcome === 'drift' || outcome === 'clean'
    const goneSince = isGone ? report.run.startedAt : null
    return [
      buildManifestNotice(name, {
        reasons: [isGone ? 'manifest-gone' : 'baseline'],
        open,
        checked,
        lastCheckedAt,
        goneSince,
      }),
    ]
  })
}

function toOpenEntry(
  {stateKey, diffType, firstSeenAt, changedAt, cause}: ReportEntry,
  {run}: Report,
  over: Partial<OpenEntry> = {},
): OpenEntry {
  const first = firstSeenAt ?? run.startedAt
  return {
    stateKey,
    diffType,
    hash: null,
    status: 'new',
    again: false,
    cause,
    firstSeenAt: first,
    changedAt: changedAt ?? first,
    ...over,
  }
}

/** A hash as tazuna prints it, the same for the same text. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function buildManifest({name, rows = [], ...over}: ManifestSpec): ReportManifest {
  return {
    name,
    outcome: rows.some(isDrift) ? 'drift' : 'clean',
    resources: 12,
    lastAppliedAt: '2026-11-19T22:01:00Z',
    gitCommit: '4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c',
    firstSeenAt: null,
    lastCheckedAt: '2026-11-21T09:00:02Z',
    error: null,
    ...over,
  }
}

function buildEntry(manifest: string, {type, resource, ...over}: RowSpec): ReportEntry {
  const stateKey = resource.split('/').length < 4 ? resource : `${manifest}/${resource}`
  const parsed = toResource(manifest, stateKey)
  const isHidden = parsed?.kind === 'Secret'
  return {
    manifest,
    stateKey,
    diffType: type,
    resource: parsed,
    oldHash: isHidden || type === 'added' ? null : hashOf(`old ${stateKey}`),
    newHash: isHidden || type === 'removed' ? null : hashOf(`new ${stateKey}`),
    filteredBy: type === 'always-sync' ? 'always-sync' : null,
    ignoreReason: null,
    mutedUntil: null,
    firstSeenAt: null,
    changedAt: null,
    cause: null,
    fingerprint: hashOf(stateKey).slice(0, 16),
    ...over,
  }
}

function isDrift({type, filteredBy = null}: RowSpec): boolean {
  return type !== 'always-sync' && filteredBy === null
}

function outcomeOf(manifests: readonly ReportManifest[]): Report['outcome'] {
  if (manifests.some(({outcome}) => outcome === 'error' || outcome === 'not-checked')) return 'incomplete'
  return manifests.some(({outcome}) => outcome === 'drift') ? 'drift' : 'clean'
}

function summaryOf(manifests: readonly ReportManifest[], entries: readonly ReportEntry[]): Report['summary'] {
  const having = (outcome: ReportManifest['outcome']) => manifests.filter(one => one.outcome === outcome).length
  const drift = entries.filter(({filteredBy}) => filteredBy === null)
  const ofType = (type: DiffType) => drift.filter(({diffType}) => diffType === type).length
  const outcomes = {
    drift: having('drift'),
    clean: having('clean'),
    error: having('error'),
    notChecked: having('not-checked'),
    gone: having('gone'),
  }
  return {
    coverage: {expected: manifests.length - outcomes.gone, checked: outcomes.drift + outcomes.clean, unnamed: 0},
    manifests: outcomes,
    entries: {
      added: ofType('added'),
      modified: ofType('modified'),
      removed: ofType('removed'),
      alwaysSync: entries.filter(({filteredBy}) => filteredBy === 'always-sync').length,
      ignored: entries.filter(({filteredBy}) => filteredBy === 'ignore-rule').length,
    },
  }
}
