import {filterEntries} from '../drift/filter.ts'
import type {Observation} from '../drift/observation.ts'
import {toFindings} from '../drift/to-findings.ts'
import type {DiffEntry, DriftType} from '../model/diff-entry.ts'
import {newReport, type RunIdentity} from '../model/new-report.ts'
import type {Report} from '../model/report.ts'
import {toTimestamp} from '../model/time.ts'
import type {Match} from '../notify/match.ts'

/**
 * A report that is made up, to try a notifier: of one drifted entry. That it is a test stands where every message begins,
 * and in a warning.
 */
export function testRun(run: RunIdentity, entry: DiffEntry): {report: Report; seen: Observation} {
  const identity = {...run, cluster: `TEST, not real${run.cluster === null ? '' : `: ${run.cluster}`}`}
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

/** What is asked of an entry: its Manifest, its resource as patterns have it, its diff type. */
export type AskedEntry = {
  readonly manifest?: string | undefined
  readonly resource?: string | undefined
  readonly diffType?: DriftType | undefined
}

/** An entry as it is asked for. What is not asked fits the match. */
export function sampleEntry(match: Match | undefined, asked: AskedEntry = {}): DiffEntry & {diffType: DriftType} {
  const manifest = asked.manifest ?? sampleOf(match?.manifest?.[0] ?? 'test')
  const resource = asked.resource ?? sampleResource(match?.resource?.[0] ?? '/v1/ConfigMap/test/test')
  const diffType = asked.diffType ?? match?.diffType?.[0] ?? 'modified'
  return {
    manifest,
    stateKey: `${manifest}/${resource}`,
    diffType,
    oldHash: diffType === 'added' ? null : '0'.repeat(64),
    newHash: diffType === 'removed' ? null : 'f'.repeat(64),
  }
}

const usual = ['', 'v1', 'Test', 'test', 'test']

/** A resource that a pattern matches; of five parts, with a namespace, where the pattern leaves that open. */
function sampleResource(pattern: string): string {
  const parts = pattern.split('/')
  const open = parts.indexOf('**')
  const room = usual.length - (parts.length - 1)
  const filled =
    open === -1 || room < 1
      ? parts
      : [...parts.slice(0, open), ...usual.slice(open, open + room), ...parts.slice(open + 1)]
  return filled.map((part, index) => (part === '*' && usual[index]) || sampleOf(part)).join('/')
}

/** A text that a pattern matches. */
function sampleOf(pattern: string): string {
  return pattern.replaceAll(/\*+/g, 'test').replaceAll('?', 't')
}
