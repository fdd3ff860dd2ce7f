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
  const manifests = ledger.manifests.map(manifest => toReportManifest(manifest, drifted, ledger, checkedAt))
  const outcome = toOutcome(ledger, manifests)
  return {
    outcome,
    summary: outcome === 'failed' ? null : toSummary(ledger, manifests, entries),
    manifests,
    entries: entries.map(filtered => toReportEntry(filtered, identity)),
    error: ledger.error ?? (outcome === 'incomplete' ? unproven(manifests) : null),
  }
}

/** tazuna had nothing against it, but what it said of some Manifests proves nothing. */
function unproven(manifests: readonly ReportManifest[]): Findings['error'] {
  const names = manifests.filter(({outcome}) => outcome === 'not-checked').map(({name}) => `"${name}"`)
  const message = `running tazuna state diff: the State of ${names.slice(0, 5).join(', ')} changed while it was read, so it is not known to be in sync`
  return {code: 'MANIFEST_SKIPPED', message, hint: 'an apply was running: the next run looks again'}
}

function toOutcome({complete, checkedAny}: Ledger, manifests: readonly ReportManifest[]): RunOutcome {
  if (!complete) return checkedAny ? 'incomplete' : 'failed'
  if (manifests.some(({outcome}) => outcome === 'not-checked')) return 'incomplete'
  return manifests.some(({outcome}) => outcome === 'drift') ? 'drift' : 'clean'
}

function toReportManifest(
  {name, state, error, resources, lastAppliedAt, gitCommit}: LedgerManifest,
  drifted: ReadonlySet<string>,
  {coverage, moved}: Ledger,
  checkedAt: string,
): ReportManifest {
  // without the list, or while the two reads do not agree, no drift is no proof
  const isProven = coverage.expected !== null && !moved.has(name)
  const checked: ManifestOutcome = drifted.has(name) ? 'drift' : isProven ? 'clean' : 'not-checked'
  const outcome = state === 'checked' ? checked : state
  return {
    name,
    outcome,
    resources,
    lastAppliedAt: normaliseTimestamp(lastAppliedAt),
    gitCommit,
    firstSeenAt: null,
    lastCheckedAt: outcome === 'drift' || outcome === 'clean' ? checkedAt : null,
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
    cause: null,
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
