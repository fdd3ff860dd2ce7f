import type {Memory} from '../model/memory.ts'

/**
 * The port behind which a memory is kept. Neither method throws for anything that the outside does.
 *
 * `load` gives null where nothing was kept yet. `save` is compare-and-set: it saves only if what is kept is still what
 * was loaded as `version`, else it is a conflict and nothing changes. A save that ended without an answer may have
 * happened; a later one with the same version is then a conflict.
 */
export type MemoryStore = {
  /** False when nothing is ever kept: every run knows no other. */
  readonly keeps: boolean
  /** For people: `ConfigMap tazuna-watch/tazuna-watch-memory`. */
  readonly description: string
  load(signal: AbortSignal): Promise<Loaded>
  save(memory: Memory, version: Version, signal: AbortSignal): Promise<Saved>
  close(): Promise<void>
}

/** What compare-and-set compares; opaque. */
export type Version = string | null

export type Loaded =
  | {readonly state: 'loaded'; readonly memory: Memory | null; readonly version: Version}
  | MemoryTrouble

export type Saved =
  | {
      readonly state: 'saved'
      readonly version: Version
      /** Manifests whose entries were too many and are kept as one fingerprint each. */
      readonly folded: readonly string[]
    }
  | {readonly state: 'conflict'}
  | MemoryTrouble

/**
 * `unusable`: forbidden, absent where it must be there, corrupt, of another watch, of an unknown schema; time does not
 * mend it, and it is never overwritten. `unreachable`: network, timeout, rate limit, 5xx: the next run may succeed.
 */
export type MemoryTrouble = {
  readonly state: 'unusable' | 'unreachable'
  /** What was attempted, on what, what happened. */
  readonly message: string
  readonly hint: string
}
