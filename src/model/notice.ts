import type {Cause} from './cause.ts'
import type {DiffType} from './diff-entry.ts'
import type {Failing, Folded, MassDrift} from './memory.ts'
import type {MessageReference} from './message-reference.ts'
import type {Reason} from './report.ts'
import type {StateKey} from './state-key.ts'

/**
 * What one notifier is to be told in one message, and why. A message states all there is: everything open that
 * concerns its notifier, not only what made it due. Nothing is due when there are no reasons.
 */
export type Notice = {
  /** In the order of the closed list. */
  readonly reasons: readonly Reason[]
  /** Every Manifest with something to say, in the order of the ledger; gone ones too. */
  readonly manifests: readonly ManifestNotice[]
  /** Open entries that concern this notifier and are muted. */
  readonly muted: number
  /** While State is missing widely: then `manifests` is empty, and only these counts are told. */
  readonly massDrift: MassDriftNotice | null
  /** The failing of the run as a whole, if it is to be told or was told; of Manifests it stands with them. */
  readonly failing: Failing | null
  /** The one message that told of all this before, if this only goes on with it; null: it stands by itself. */
  readonly thread: MessageReference | null
}

export type MassDriftNotice = Pick<MassDrift, 'kind' | 'since'> & {
  /** Manifests concerned, of how many. */
  readonly affected: number
  readonly total: number
}

export type ManifestNotice = {
  readonly name: string
  /** Why this Manifest made the message due; empty when it is only stated along. */
  readonly reasons: readonly Reason[]
  /** Its open drift, by State key; as it was last known where the Manifest was not checked in this run. */
  readonly open: readonly OpenEntry[]
  /** Proven gone since the notifier was told; only with `resolved: true`. */
  readonly resolved: readonly ResolvedEntry[]
  /** In place of entries when these were too many to remember. */
  readonly folded: Folded | null
  /** It was checked in this run. If not, `open` is "unchecked since" `lastCheckedAt`. */
  readonly checked: boolean
  readonly lastCheckedAt: string | null
  /** It fails or is skipped, run after run; null where that is not to be told. */
  readonly failing: Failing | null
  readonly goneSince: string | null
}

export type OpenEntry = {
  readonly stateKey: StateKey
  readonly diffType: DiffType
  /** As it is kept: the start of the content hash, or its HMAC of a Secret. Not for people. */
  readonly hash: string | null
  /** Against what this notifier was told before. */
  readonly status: 'new' | 'changed' | 'open'
  /** It had gone, and came back. */
  readonly again: boolean
  /** With what it came; null where that is not known. */
  readonly cause: Cause | null
  readonly firstSeenAt: string
  readonly changedAt: string
}

export type ResolvedEntry = {
  readonly stateKey: StateKey
  readonly diffType: DiffType
  readonly firstSeenAt: string
  /** When it was found to be absent. */
  readonly absentSince: string
  /** False: it came and went while the notifier could not be reached. */
  readonly wasTold: boolean
}
