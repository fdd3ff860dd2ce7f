import {fingerprint} from '../model/fingerprint.ts'
import type {DiffEntry} from '../model/diff-entry.ts'
import type {FilteredEntry, Ledger, LedgerManifest} from '../model/ledger.ts'
import type {
  ManifestOutcome,
  ParsedEntry,
  Report,
  ReportEntry,
  ReportManifest,
  ReportSummary,
  RunOutcome,
} from '../model/report.ts'
import {isSecret, toResource} from '../model/state-key.ts'
import {normaliseTimestamp} from '../model/time.ts'

export type Identity = {readonly cluster: string; readonly watch: string}

/** The part of a report that tells what was found. */
export type Findings = Pick<Report, 'outcome' | 'summary' | 'manifests' | 'entries' | 'error'>

/**
 * From the ledger and the filtered entries to the findings of a report. A run that checked no Manifest `failed`; one
 * whose ledger is not complete is `incomplete`, or `failed` where tazuna itself ended without checking anything.
 */
export function toFindings(
  ledger: Ledger,
  entries: readonly FilteredEntry[],
  identity: Identity,
  checkedAt: string,
): Findings {
  const drifted = new Set(entries.filter(({filteredBy}) => filteredBy === null).map(({entry}) => entry.manifest))
  const manifests = ledger.manifests.map(manifest => toReportManifest(manifest, drifted, checkedAt))
  const outcome = toOutcome(ledger, drifted.size > 0)
  return {
    outcome,
    summary: outcome === 'failed' ? null : toSummary(ledger, manifests, entries),
    manifests,
    entries: entries.map(filtered => toReportEntry(filtered, identity)),
    error: ledger.error,
  }
}

function toOutcome(ledger: Ledger, hasDrift: boolean): RunOutcome {
  if (ledger.complete) return hasDrift ? 'drift' : 'clean'
  return ledger.checkedAny ? 'incomplete' : 'failed'
}

function toReportManifest(
  {name, state, error, resources, lastAppliedAt, gitCommit}: LedgerManifest,
  drifted: ReadonlySet<string>,
  checkedAt: string,
): ReportManifest {
  const outcome: ManifestOutcome = state === 'checked' ? (drifted.has(name) ? 'drift' : 'clean') : state
  return {
    name,
    outcome,
    resources,
    lastAppliedAt: normaliseTimestamp(lastAppliedAt),
    gitCommit,
    firstSeenAt: null,
    lastCheckedAt: state === 'checked' ? checkedAt : null,
    error,
  }
}

function toReportEntry({entry, filteredBy, ignoreReason}: FilteredEntry, {cluster, watch}: Identity): ReportEntry {
  return {
    ...toParsedEntry(entry),
    filteredBy,
    ignoreReason,
    mutedUntil: null,
    firstSeenAt: null,
    changedAt: null,
    fingerprint: fingerprint(cluster, watch, entry.stateKey),
  }
}

/** An entry as the outputs show it: hashes of a Secret include its plaintext and are never shown. */
export function toParsedEntry({manifest, stateKey, diffType, oldHash, newHash}: DiffEntry): ParsedEntry {
  const hidden = isSecret(manifest, stateKey)
  return {
    manifest,
    stateKey,
    diffType,
    resource: toResource(manifest, stateKey),
    oldHash: hidden ? null : oldHash,
    newHash: hidden ? null : newHash,
  }
}

function toSummary(
  ledger: Ledger,
  manifests: readonly ReportManifest[],
  entries: readonly FilteredEntry[],
): ReportSummary {
  const withOutcome = (outcome: ManifestOutcome) => manifests.filter(manifest => manifest.outcome === outcome).length
  const surviving = (diffType: string) =>
    entries.filter(({entry, filteredBy}) => filteredBy === null && entry.diffType === diffType).length
  const filtered = (by: FilteredEntry['filteredBy']) => entries.filter(({filteredBy}) => filteredBy === by).length
  return {
    coverage: {
      expected: ledger.coverage.expected,
      checked: withOutcome('drift') + withOutcome('clean'),
      unnamed: ledger.coverage.unnamed,
    },
    manifests: {
      drift: withOutcome('drift'),
      clean: withOutcome('clean'),
      error: withOutcome('error'),
      notChecked: withOutcome('not-checked'),
      gone: withOutcome('gone'),
    },
    entries: {
      added: surviving('added'),
      modified: surviving('modified'),
      removed: surviving('removed'),
      alwaysSync: filtered('always-sync'),
      ignored: filtered('ignore-rule'),
    },
  }
}
