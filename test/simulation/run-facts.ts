import type {Truth} from './reading.ts'
import type {SimNotifier, SimRule} from './world.ts'

/** One run as the checker knows it. */
export type RunFacts = {
  readonly id: string
  readonly group: string
  /** Milliseconds; the times of one run differ by less than the slack. */
  readonly now: number
  readonly readAt: number
  readonly truth: Truth
  readonly ignore: readonly SimRule[]
  readonly minSightings: number
  /** Those that are configured. */
  readonly notifiers: readonly SimNotifier[]
}

/** How much the times within one run may differ. */
export const slack = 40_000
