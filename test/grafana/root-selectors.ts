import type {Check} from './status-server.ts'

type Rows = (document: unknown, now: number) => readonly Readonly<Record<string, unknown>>[]

/**
 * The root selectors of tazuna-watch-status.json, and by hand what JSONata makes of them: there is no JSONata here, so a
 * dashboard may use these and no other. `**` is the document and all below it; the brackets make a list of it, also of
 * nothing. They stand in parentheses, since Infinity asks GJSON first, for which a bracket in front begins a list, too.
 * https://docs.jsonata.org/path-operators
 */
export const rootSelectors: Readonly<Record<string, Rows>> = {
  '([**[sync_status]])': document => checksOf(document),
  '([**[sync_status][$toMillis(last_check) < $millis() - 3 * 3600000]])': (document, now) =>
    checksOf(document).filter(({last_check: at}) => Date.parse(at) < now - 3 * 3_600_000),
  '([**[sync_status].($check := $; files.{"server": $check.server, "repo": $check.repo, "file": name, "last_check": $check.last_check})])':
    document =>
      checksOf(document).flatMap(({server, repo, files, last_check}) =>
        files.map(({name}) => ({server, repo, file: name, last_check})),
      ),
}

/** Every object in the document that has a sync status. */
function checksOf(value: unknown): Check[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'sync_status' in value && value.sync_status !== '' ? [value as Check] : []
  return [...own, ...Object.values(value).flatMap(checksOf)]
}
