import {WatchError} from '../../src/errors.ts'
import {watch, type WatchOptions} from '../../src/watch.ts'

/** What is checked: the watch itself, or a copy of it with a bug. */
export type Subject = {
  readonly watch: typeof watch
  /** The class that this watch knows. */
  readonly WatchError: typeof WatchError
  /** Changes what a run is given: a bug that can be planted from outside. */
  readonly tamper?: (options: WatchOptions) => WatchOptions
}

export const realSubject: Subject = {watch, WatchError}
