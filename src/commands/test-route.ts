import {filterEntries, type IgnoreRule} from '../drift/filter.ts'
import type {DiffEntry} from '../model/diff-entry.ts'
import type {Route} from '../model/route.ts'
import {toResource} from '../model/state-key.ts'
import {toEntryMatcher, toRoute} from '../notify/match.ts'
import type {NotifierConfig} from '../notify/registry.ts'
import {printableLine} from '../report/printable.ts'
import {routeText} from '../report/route-text.ts'
import {objectName} from '../report/row-text.ts'
import {sampleEntry, type AskedEntry} from './test-report.ts'

/** What a notifier takes, an entry that is made up for it, and whether it takes that. */
export type TestRoute = {
  readonly notifier: NotifierConfig
  readonly name: string
  readonly route: Route | null
  readonly entry: DiffEntry
  readonly isTaken: boolean
}

/** The entry is as asked for; what is not asked fits the notifier. */
export function toTestRoute(notifier: NotifierConfig, asked: AskedEntry): TestRoute {
  const {type, name = type, match} = notifier
  const entry = sampleEntry(match, asked)
  return {notifier, name, route: toRoute(match), entry, isTaken: toEntryMatcher(match).entry(entry)}
}

/** What a notifier is told of, and the row that it was or would be told of. */
export function routeLines(
  {route, entry, isTaken}: TestRoute,
  ignore: readonly IgnoreRule[],
  {clock}: {clock: () => Date},
): string[] {
  const {manifest, stateKey, diffType} = entry
  const object = objectName({resource: toResource(manifest, stateKey), stateKey})
  const [filtered] = filterEntries([entry], ignore, clock(), false).entries
  const reason = filtered?.ignoreReason ?? null
  if (!isTaken) return [`  route: ${routeText(route)}`]
  return [
    `  route: ${routeText(route)}`,
    `  row: ${diffType} ${printableLine(`${object} of Manifest ${manifest}`)}`,
    ...(reason === null ? [] : [`  a run tells nobody of this row: it is ignored (${printableLine(reason)})`]),
  ]
}
