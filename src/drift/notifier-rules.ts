import type {DiffEntry} from '../model/diff-entry.ts'
import type {Route} from '../model/route.ts'

/** When one notifier is told of what. Times in milliseconds. */
export type NotifierRules = {
  readonly name: string
  readonly matches: {
    entry: (entry: Pick<DiffEntry, 'manifest' | 'stateKey' | 'diffType'>) => boolean
    manifest: (name: string) => boolean
  }
  /** Between two messages about open drift that stays as it is. */
  readonly remindAfter: number
  /** Between two messages about other content of the same entries. */
  readonly changeInterval: number
  /** Groups in a row that must fail before that is told. */
  readonly failuresBeforeNotice: number
  /** Whether it wants to hear of what is proven gone. */
  readonly resolved: boolean
}

/** The same with what `matches` was made from, for people; null takes everything. */
export type RoutedRules = NotifierRules & {readonly route: Route | null}
