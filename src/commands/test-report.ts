import {filterEntries} from '../drift/filter.ts'
import type {Observation} from '../drift/observation.ts'
import {toFindings} from '../drift/to-findings.ts'
import type {DiffEntry} from '../model/diff-entry.ts'
import {newReport, type RunIdentity} from '../model/new-report.ts'
import type {Report} from '../model/report.ts'
import {toTimestamp} from '../model/time.ts'
import type {Match} from '../notify/match.ts'

/**
 * A report that is made up, to try a notifier: one drifted entry that fits what the notifier matches. That it is a test
 * stands where every message begins, and in a warning.
 */
export function testRun(run: RunIdentity, match: Match | undefined): {report: Report; seen: Observation} {
  const identity = {...run, cluster: `TEST, not real${run.cluster === null ? '' : `: ${run.cluster}`}`}
  const entry = sampleEntry(match)
  const ledger = {
    manifests: [
      {
        name: entry.manifest,
        state: 'checked',
        error: null,
        resources: 1,
        lastAppliedAt: null,
        gitCommit: null,
      },
    ],
    entries: [entry],
    coverage: {expected: 1, unnamed: 0},
    complete: true,
    checkedAny: true,
    error: null,
    moved: new Set<string>(),
    warnings: [],
  } as const
  const {entries} = filterEntries(ledger.entries, [], run.startedAt, true)
  const report = {
    ...newReport(identity),
    ...toFindings(ledger, entries, identity, toTimestamp(run.startedAt)),
    warnings: [{code: 'TEST', message: 'this is a test by `tazuna-watch notify test`: nothing drifted'}],
  }
  const seen: Observation = {
    run,
    readAt: run.startedAt,
    now: run.startedAt,
    outcome: report.outcome,
    errorCode: null,
    manifests: ledger.manifests,
    entries,
    moved: ledger.moved,
    listKnown: true,
    source: null,
    recovered: new Map(),
    agesLost: false,
  }
  return {report, seen}
}

/** An entry that fits every field of a match. */
export function sampleEntry(match: Match | undefined): DiffEntry {
  const manifest = sampleOf(match?.manifest?.[0] ?? 'test')
  const resource = sampleOf(match?.resource?.[0] ?? '/v1/ConfigMap/test/test')
  const diffType = match?.diffType?.[0] ?? 'modified'
  return {
    manifest,
    stateKey: `${manifest}/${resource}`,
    diffType,
    oldHash: diffType === 'added' ? null : '0'.repeat(64),
    newHash: diffType === 'removed' ? null : 'f'.repeat(64),
  }
}

/** A text that a pattern matches. */
function sampleOf(pattern: string): string {
  return pattern.replaceAll(/\*+/g, 'test').replaceAll('?', 't')
}
