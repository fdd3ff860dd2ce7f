import type {Cause} from './cause.ts'
import type {DiffType, DriftType} from './diff-entry.ts'
import type {Claim, Failing, Folded, MassDrift} from './memory.ts'
import type {Reason, RunOutcome} from './report.ts'
import type {Route} from './route.ts'
import type {StateKey} from './state-key.ts'

/**
 * Why each notifier was or was not told: the document that `explain --format json` prints. Every key is always there, in
 * this order; v1 only ever gains keys. Times are RFC 3339, UTC, to the second. What is due is due if the next run sees
 * what is remembered.
 */
export type Explanation = {
  readonly schema: 'tazuna-watch/explain/v1'
  readonly cluster: string
  readonly watch: string
  /** Where the memory is kept, for people: `file /path`. */
  readonly store: string
  /** The time that ages and waits are counted from. */
  readonly now: string
  /** Runs in a row that must see a new entry before it is told. */
  readonly minSightings: number
  /** Null before the first run. */
  readonly lastRun: {readonly startedAt: string; readonly outcome: RunOutcome} | null
  /** A run that is telling the notifiers now. */
  readonly claim: Pick<Claim, 'run' | 'until'> | null
  /** The run fails as a whole. */
  readonly failing: Omit<Failing, 'group'> | null
  /** While it lasts and is not `over`, nothing is told of single Manifests. */
  readonly massDrift: MassDriftFacts | null
  /** In the order of the config. */
  readonly notifiers: readonly NotifierExplanation[]
  /** Open drift, not muted, that the `match` of every notifier leaves out, by State key; empty without notifiers. */
  readonly unrouted: readonly UnroutedEntry[]
  /** Notifiers that are remembered and not in this config: their rules are not known here. */
  readonly unconfigured: readonly string[]
}

export type UnroutedEntry = {readonly manifest: string; readonly stateKey: StateKey; readonly diffType: DriftType}

export type MassDriftFacts = Omit<MassDrift, 'manifests'> & {readonly manifests: number}

export type NotifierExplanation = {
  readonly name: string
  /** Its `match`: what it is told of; null: of all drift. */
  readonly match: Route | null
  /** When it was first met; null: no run knew it yet. */
  readonly joinedAt: string | null
  /** When it was first told what there is, or that there is nothing; null: the next message is its first. */
  readonly baselineAt: string | null
  readonly deliveredAt: string | null
  /** Since when deliveries fail. */
  readonly failedSince: string | null
  /** Why the next run sends it a message; empty: it sends none. */
  readonly due: readonly Reason[]
  /** If nothing is due: the first message to come if all stays as it is; `at` is the earliest time of its run. */
  readonly next: NextTold | null
  /** The failing of the run as a whole. */
  readonly failing: FailingExplanation | null
  /** When it was last told of the mass drift that lasts. */
  readonly massDriftToldAt: string | null
  /** In the order of `tazuna state list`. */
  readonly manifests: readonly ManifestExplanation[]
}

export type NextTold = {readonly at: string; readonly reasons: readonly Reason[]}

export type ManifestExplanation = {
  readonly name: string
  /** False: the notifier's `match` leaves the whole Manifest out. */
  readonly matched: boolean
  readonly lastCheckedAt: string | null
  /** The last run checked it; else all that is said of it is of `lastCheckedAt`. */
  readonly checked: boolean
  /** Since when it is no longer in tazuna.yaml. */
  readonly goneSince: string | null
  /** The last message that named it; `goneAt`: when it was told that the Manifest is gone. */
  readonly told: {readonly at: string; readonly reasons: readonly Reason[]; readonly goneAt: string | null} | null
  readonly due: readonly Reason[]
  readonly next: NextTold | null
  readonly failing: FailingExplanation | null
  /** Instead of entries where these were too many to keep; `told`: it was told of them. */
  readonly folded: (Omit<Folded, 'fingerprint'> & {readonly told: boolean}) | null
  /** Mutes of the Manifest or of its entries. */
  readonly mutes: readonly {readonly key: string; readonly reason: string; readonly until: string}[]
  /** By State key. */
  readonly entries: readonly ExplainedEntry[]
}

/** A failure is told once it lasted for `needed` runs in a row. */
export type FailingExplanation = Omit<Failing, 'group'> & {readonly needed: number; readonly toldAt: string | null}

export type ExplainedEntry = {
  readonly stateKey: StateKey
  readonly diffType: DiffType
  readonly status: EntryStatus
  readonly firstSeenAt: string
  readonly changedAt: string
  /** Runs in a row that saw it. */
  readonly sightings: number
  /** With what it came. */
  readonly cause: Cause | null
  /** Until when it is not told, as it came with a new artifact; null where that is not so. */
  readonly graceUntil: string | null
}

/**
 * How an entry stands with one notifier: `told` and the same since; `changed` since it was told; `new`: not told;
 * `unripe`: not seen often enough; `grace`: it came with a new artifact not long ago; `unmatched`: its `match` leaves it out; `resolved`: proven gone, and not told yet.
 */
export type EntryStatus =
  | 'told'
  | 'changed'
  | 'new'
  | 'unripe'
  | 'grace'
  | 'muted'
  | 'unmatched'
  | 'ignore-rule'
  | 'always-sync'
  | 'resolved'
