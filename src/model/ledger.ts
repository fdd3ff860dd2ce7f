import type {DiffEntry} from './diff-entry.ts'
import type {ReportError, ReportWarning} from './report.ts'

/** What this run found out about one Manifest. Only `checked` says anything about its entries. */
export type LedgerManifest = {
  readonly name: string
  readonly state: 'checked' | 'error' | 'not-checked'
  /** The first line of the error; null unless `error`, or `not-checked` for a reason of its own. */
  readonly error: string | null
  /** Entries in State; null without State or where the list is unknown. */
  readonly resources: number | null
  readonly lastAppliedAt: string | null
  readonly gitCommit: string | null
}

/** The outputs of tazuna, accounted for: every Manifest with what is known of it, and all rows. */
export type Ledger = {
  /** In the order of `state list`; without it, as printed. */
  readonly manifests: readonly LedgerManifest[]
  /** By that order, then State key; the old hash of modified rows joined from the State. */
  readonly entries: readonly DiffEntry[]
  readonly coverage: {readonly expected: number | null; readonly unnamed: number}
  /** Something was checked, even where it is not known what. */
  readonly checkedAny: boolean
  /** Every expected Manifest was checked, and nothing is in doubt. */
  readonly complete: boolean
  /** Why it is not complete. */
  readonly error: ReportError | null
  /** Manifests on which the two reads did not agree: they prove no absence. */
  readonly moved: ReadonlySet<string>
  readonly warnings: readonly ReportWarning[]
}

/** An entry with the reason why it is not drift, or null. */
export type FilteredEntry = {
  readonly entry: DiffEntry
  readonly filteredBy: 'always-sync' | 'ignore-rule' | null
  readonly ignoreReason: string | null
}
