import type {DiffEntry} from './diff-entry.ts'
import type {ErrorCode} from './error-code.ts'
import type {StateKey} from './state-key.ts'

/** What is expected of one Manifest: `stored` is null without State, else the recorded hash of each State key. */
export type ListedManifest = {
  readonly name: string
  readonly stored: ReadonlyMap<StateKey, string> | null
  /** RFC 3339, as printed. */
  readonly lastAppliedAt: string | null
  readonly gitCommit: string | null
}

/** Every named Manifest in the order of tazuna.yaml; two of one name are two items. */
export type StateList = readonly ListedManifest[]

/** One block of `tazuna state diff`: the rows of one Manifest, in the order printed. */
export type DiffBlock = {readonly manifest: string; readonly entries: readonly DiffEntry[]}

/** Manifests that WARN lines of tazuna say were skipped. */
export type Skipped = {
  readonly named: readonly string[]
  readonly unnamed: number
  /** Lines that name no Manifest although it is not said to be unnamed. */
  readonly unattributed: readonly string[]
}

/** Why a tazuna ended with another code than 0; `manifest` is the one that its error text names. */
export type TazunaFailure = {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string | null
  readonly manifest: string | null
  /** The first line of tazuna's own error. */
  readonly line: string
}

/** One `tazuna state diff`: its complete blocks, and how it ended. `failure` is null exactly when it exited with 0 and was understood. */
export type DiffOutput = {
  readonly blocks: readonly DiffBlock[]
  readonly exitCode: number | null
  readonly failure: TazunaFailure | null
  readonly skipped: Skipped
}

/** Both reads. `list` is null when it could not be used, and `listFailure` tells why; `moved` are the Manifests on which the two do not agree. */
export type StateReading = {
  readonly version: string | null
  readonly list: StateList | null
  readonly listFailure: {readonly message: string; readonly hint: string | null} | null
  readonly outputs: readonly DiffOutput[]
  readonly moved: ReadonlySet<string>
}
