import type {StateKey} from './state-key.ts'

/** tazuna's four words for how a resource's rendering relates to its State. `always-sync` is never drift. */
export const diffTypes = ['added', 'modified', 'removed', 'always-sync'] as const
export type DiffType = (typeof diffTypes)[number]

/** The diff types that can be drift, in the order people read them: what may be lost first. */
export const driftTypes = ['removed', 'modified', 'added'] as const
export type DriftType = (typeof driftTypes)[number]

/**
 * One row of `tazuna state diff`. Hashes are as printed (hex SHA-256 of the rendered object, perhaps shortened with
 * `...`); null where tazuna prints none: `oldHash` of added, `newHash` of removed, `oldHash` of a modified row before
 * it was joined with `tazuna state list`.
 */
export type DiffEntry = {
  readonly manifest: string
  readonly stateKey: StateKey
  readonly diffType: DiffType
  readonly oldHash: string | null
  readonly newHash: string | null
}
