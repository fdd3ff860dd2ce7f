import type {FilteredEntry, LedgerManifest} from '../model/ledger.ts'
import type {RunOutcome} from '../model/report.ts'

/** What one run saw, in the form in which it is compared with the memory. */
export type Observation = {
  readonly run: {readonly id: string; readonly group: string; readonly startedAt: Date}
  /** When the reading began: of two readings the later one is the newer. */
  readonly readAt: Date
  /** The time that ages and waits are counted from. */
  readonly now: Date
  readonly outcome: RunOutcome
  /** Why the run is `failed` or `incomplete`. */
  readonly errorCode: string | null
  /** Empty when the run failed. */
  readonly manifests: readonly LedgerManifest[]
  /** Every row that was printed, also those that are no drift. */
  readonly entries: readonly FilteredEntry[]
  /** Manifests on which the two reads did not agree: they prove no absence. */
  readonly moved: ReadonlySet<string>
  /** `state list` was read to its end: what it does not name is gone. */
  readonly listKnown: boolean
  readonly source: {readonly ref: string; readonly digest: string | null} | null
  /** First-seen of the drift per Manifest, as another place than the memory knows it. */
  readonly recovered: ReadonlyMap<string, string>
  /** That other place could not be asked yet: what is young now may be old. */
  readonly agesLost: boolean
}
