import type {DriftType} from './diff-entry.ts'

/**
 * Which drift a notifier is told of, as its config has it: patterns of Manifest names, patterns of
 * `group/version/kind[/namespace]/name`, and diff types. An entry must fit each of them; null fits all.
 */
export type Route = {
  readonly manifest: readonly string[] | null
  readonly resource: readonly string[] | null
  readonly diffType: readonly DriftType[] | null
}
