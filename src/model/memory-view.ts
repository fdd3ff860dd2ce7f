import type {Alert} from './alert.ts'
import type {DiffType} from './diff-entry.ts'
import type {Claim, Failing, Folded, LastRun, MassDrift, NotificationLog, ToldFailure} from './memory.ts'
import type {MessageReference} from './message-reference.ts'
import type {Reason} from './report.ts'
import type {StateKey} from './state-key.ts'

/**
 * What is remembered, for people and tools: the document that `memory show --format json` prints. Every key is always
 * there, in this order; v1 only ever gains keys. Neither hashes nor the key of their HMACs are in it. Times are RFC 3339,
 * UTC.
 */
export type MemoryView = {
  readonly schema: 'tazuna-watch/memory-view/v1'
  readonly cluster: string
  readonly watch: string
  /** Where the memory is kept, for people: `file /path`. */
  readonly store: string
  /** The time that ages are counted from. */
  readonly now: string
  readonly source: string | null
  /** Null before the first run. */
  readonly lastRun: LastRun | null
  /** When a run last checked every Manifest. */
  readonly lastSuccessAt: string | null
  /** The run fails as a whole. */
  readonly failing: Failing | null
  readonly massDrift: MassDrift | null
  /** A run that is telling the notifiers now, or died while it did. */
  readonly claim: Claim | null
  /** In the order of `tazuna state list`. */
  readonly manifests: readonly ManifestView[]
  readonly notifiers: readonly NotifierView[]
  /** Who gets all open alerts in every run, and the ends of alerts that it does not know yet. */
  readonly alertReceivers: readonly {
    readonly id: string
    readonly configuredAt: string
    readonly ended: readonly Alert[]
  }[]
  readonly mutes: readonly MuteView[]
}

export type ManifestView = {
  readonly name: string
  readonly hasState: boolean
  readonly lastCheckedAt: string | null
  /** The last run checked it; else all that is known of it is of `lastCheckedAt`. */
  readonly checked: boolean
  readonly lastAppliedAt: string | null
  readonly failing: Failing | null
  /** Since when it is no longer in tazuna.yaml. */
  readonly goneSince: string | null
  /** Of the Manifest as a whole; of an entry it stands there. */
  readonly mutedUntil: string | null
  readonly folded: Omit<Folded, 'fingerprint'> | null
  /** By State key; also what is filtered, and what is proven absent for a while. */
  readonly entries: readonly EntryView[]
}

export type EntryView = {
  readonly stateKey: StateKey
  readonly diffType: DiffType
  readonly firstSeenAt: string
  readonly changedAt: string
  readonly lastSeenAt: string
  readonly sightings: number
  readonly filteredBy: 'always-sync' | 'ignore-rule' | null
  /** It was here before, and came back soon after it had gone. */
  readonly again: boolean
  /** Since when it is proven absent: then it is no drift. */
  readonly absentSince: string | null
  /** By itself or by its Manifest. */
  readonly mutedUntil: string | null
}

export type NotifierView = Omit<NotificationLog, 'manifests'> & {
  readonly name: string
  readonly manifests: readonly {
    readonly name: string
    readonly toldAt: string
    readonly reasons: readonly Reason[]
    /** How many entries it was told of that are still open. */
    readonly entries: number
    readonly failure: ToldFailure | null
    readonly goneAt: string | null
    /** The message below which more is said of it. */
    readonly reference: MessageReference | null
  }[]
}

export type MuteView = {
  readonly key: string
  readonly reason: string
  readonly createdAt: string
  readonly until: string
  /** How many entries it is about; null until something of it was seen. */
  readonly entries: number | null
}
