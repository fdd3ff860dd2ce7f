import type {Alert} from './alert.ts'
import type {Failing} from './memory.ts'
import type {StateKey} from './state-key.ts'

/**
 * What is known of every Manifest after this run, also of those that it did not check: for sinks, which are to keep an
 * alert while a registry or a cluster is down. Mutes do not count here.
 */
export type LastKnown = {
  /** False: since when drift is there is not known, so nothing that rests on it may be exported. */
  readonly agesKnown: boolean
  /** False: none of it will be known to the next run. */
  readonly isKept: boolean
  /** The remembered Manifests that are in tazuna.yaml, in its order. */
  readonly manifests: readonly LastKnownManifest[]
  /** Remembered Manifests that are no longer in tazuna.yaml. */
  readonly gone: number
  /** Entries of open drift that are muted. */
  readonly muted: number
  /**
   * When the last run ended that checked every Manifest. Null: this memory knows of none, so something may have been
   * exported before it, of which it knows nothing.
   */
  readonly lastSuccessAt: string | null
  /** The run fails as a whole. */
  readonly failing: Failing | null
  /** Alerts that ended, and whose receivers (by id) do not know it yet. */
  readonly endedAlerts: ReadonlyMap<string, readonly Alert[]>
}

export type LastKnownManifest = {
  readonly name: string
  /** Open drift, as last seen; all zero: it was in sync. */
  readonly counts: {readonly added: number; readonly modified: number; readonly removed: number}
  /** The earliest first-seen of its open drift; null without drift. */
  readonly firstSeenAt: string | null
  /** Null: it was never checked, so its counts say nothing. */
  readonly lastCheckedAt: string | null
  /** Its open drift, where it is not too much to be remembered row by row. */
  readonly stateKeys: readonly StateKey[]
  /** tazuna fails on it, or skips it; null: it was checked when it last got to it. */
  readonly failing: Failing | null
  /** When tazuna last applied it, by its State as last read; null without State or where that is not remembered. */
  readonly lastAppliedAt: string | null
}
