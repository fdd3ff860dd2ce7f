import type {EndedAlert} from './alert.ts'
import type {Cause} from './cause.ts'
import type {DiffType} from './diff-entry.ts'
import type {MessageReference} from './message-reference.ts'
import type {Reason, RunOutcome} from './report.ts'
import type {StateKey} from './state-key.ts'

/**
 * What one watch (`cluster` + `watch`) keeps between runs: the ledger (what was seen) and the notification log (what
 * was delivered to whom). All times are RFC 3339, UTC, to the second, as in the report.
 */
export type Memory = {
  readonly cluster: string
  readonly watch: string
  /** Reference or folder of the last run; a field only, no part of the identity. */
  readonly source: string | null
  /** Digest of the artifact that was opened last; null of a folder. */
  readonly digest: string | null
  /** 64 hex digits, random: the hashes of Secrets are kept as HMACs with it, as they include low-entropy plaintext. */
  readonly key: string
  readonly lastRun: LastRun | null
  /** When a run last checked every Manifest. */
  readonly lastSuccessAt: string | null
  /** An older memory was lost, and the place that knows its ages could not be asked yet. */
  readonly agesLost: boolean
  /** The run failed as a whole, in so many groups in a row. */
  readonly failing: Failing | null
  readonly massDrift: MassDrift | null
  /** The ledger, in the order of `state list`. */
  readonly manifests: ReadonlyMap<string, KnownManifest>
  /** The notification log, by the name of the notifier. */
  readonly notifiers: ReadonlyMap<string, NotificationLog>
  /** Who gets all open alerts in every run, by id. */
  readonly alertReceivers: ReadonlyMap<string, KnownAlertReceiver>
  readonly mutes: readonly Mute[]
  readonly claim: Claim | null
}

/** The run whose reading the ledger holds. */
export type LastRun = {
  readonly id: string
  readonly group: string
  readonly startedAt: string
  /** When its reading began, to the millisecond: of two readings the later one is the newer. */
  readonly readAt: string
  readonly outcome: RunOutcome
}

/** Failures in a row; groups count once each, whatever their code. */
export type Failing = {
  /** Of the last failure: an error code, or `error` or `not-checked` of a Manifest. */
  readonly code: string
  readonly groups: number
  readonly group: string
  readonly since: string
}

/** Lost State or a wrong cluster: while it holds, what is due per Manifest waits and nothing resolves. */
export type MassDrift = {
  readonly kind: 'state-missing' | 'all-added' | 'all-gone'
  readonly since: string
  readonly manifests: readonly string[]
  /** It lasted too long to wait: what is there is decided per Manifest, and it does not begin again. */
  readonly over: boolean
}

export type KnownManifest = {
  /** It had State when it was last checked. */
  readonly hasState: boolean
  readonly lastCheckedAt: string | null
  /** When tazuna last applied it, by its State as last read; null without State. */
  readonly lastAppliedAt: string | null
  /** Digest of the artifact that it was last checked with; null of a folder. */
  readonly digest: string | null
  readonly failing: Failing | null
  /** Since when it is no longer in tazuna.yaml. */
  readonly goneSince: string | null
  /** Every row that was seen, also ignored and muted ones, and for a while those proven absent. */
  readonly entries: ReadonlyMap<StateKey, KnownEntry>
  /** Instead of the entries where these would be too many to keep. */
  readonly folded: Folded | null
}

export type KnownEntry = {
  readonly diffType: DiffType
  /** The start of the content hash, or its HMAC of a Secret; null where it was never known. */
  readonly hash: string | null
  /** The start of the hash in State, likewise; null but for `modified`. */
  readonly storedHash: string | null
  /** Digest of the artifact that it was last seen with; null of a folder. */
  readonly digest: string | null
  readonly firstSeenAt: string
  readonly changedAt: string
  readonly lastSeenAt: string
  /** Groups in a row that saw it. */
  readonly sightings: number
  /** The last group that saw it. */
  readonly group: string
  readonly filteredBy: 'always-sync' | 'ignore-rule' | null
  /** It was here before, and came back soon after it had gone. */
  readonly again: boolean
  /** With what it came; null where that is not known, as in the first run or of a folder. */
  readonly cause: Cause | null
  /** Since when it is proven absent; null while it is there. */
  readonly absentSince: string | null
}

/** Entries of a Manifest as one fingerprint: any change of it is new. */
export type Folded = {
  readonly fingerprint: string
  readonly counts: {readonly added: number; readonly modified: number; readonly removed: number}
  readonly firstSeenAt: string
}

/** What one notifier was successfully told. */
export type NotificationLog = {
  readonly joinedAt: string
  readonly configuredAt: string
  /** When it was first told what there is, or that there is nothing; null: it knows nothing of this watch. */
  readonly baselineAt: string | null
  readonly deliveredAt: string | null
  /** Since when deliveries fail; null while they do not. */
  readonly failedSince: string | null
  /** Told failures of the run. */
  readonly failure: ToldFailure | null
  /** When it was last told of the mass drift that began at `since`. */
  readonly massDrift: {readonly since: string; readonly toldAt: string} | null
  /** The message that told of the run as a whole: that it fails, or of a mass drift. */
  readonly reference: MessageReference | null
  readonly manifests: ReadonlyMap<string, ToldManifest>
}

export type ToldManifest = {
  /** The last message that named it. */
  readonly toldAt: string
  readonly reasons: readonly Reason[]
  readonly entries: ReadonlyMap<StateKey, ToldEntry>
  /** Instead of `entries` where the Manifest is folded: the fingerprint of what was told. */
  readonly folded: string | null
  /** Entries that left for good, with when they were last told: they wait before they are told again. */
  readonly left: ReadonlyMap<StateKey, string>
  readonly failure: ToldFailure | null
  /** When it was told that the Manifest is gone. */
  readonly goneAt: string | null
  /** The message below which more is said of it; null where its notifier has no such thing. */
  readonly reference: MessageReference | null
}

export type ToldEntry = {readonly diffType: DiffType; readonly hash: string | null}

/** The codes that were told since the failing began, and when it was last said. */
export type ToldFailure = {readonly codes: readonly string[]; readonly toldAt: string}

export type KnownAlertReceiver = {
  readonly configuredAt: string
  readonly failuresBeforeNotice: number
  /** Proven to be over, and not told often enough. */
  readonly ended: readonly EndedAlert[]
}

/** Nobody is told of an entry, or a whole Manifest, until a time or until it changes. */
export type Mute = {
  /** A State key, or the name of a Manifest. */
  readonly key: string
  readonly reason: string
  readonly createdAt: string
  readonly until: string
  /** The content that is muted; null until something of it was seen. */
  readonly content: ReadonlyMap<StateKey, ToldEntry> | null
}

/** A run that is about to send: others wait. */
export type Claim = {readonly run: string; readonly group: string; readonly at: string; readonly until: string}

/** The memory before the first run. `key` is 64 random hex digits. */
export function emptyMemory(cluster: string, watch: string, key: string): Memory {
  return {
    cluster,
    watch,
    source: null,
    digest: null,
    key,
    lastRun: null,
    lastSuccessAt: null,
    agesLost: false,
    failing: null,
    massDrift: null,
    manifests: new Map(),
    notifiers: new Map(),
    alertReceivers: new Map(),
    mutes: [],
    claim: null,
  }
}
