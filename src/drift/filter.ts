import type {DiffEntry, DriftType} from '../model/diff-entry.ts'
import type {FilteredEntry} from '../model/ledger.ts'
import type {ReportWarning} from '../model/report.ts'
import {resourceOf} from '../model/state-key.ts'
import {toMatcher} from '../pattern.ts'

/** A rule of the config: entries that it matches are not drift. `until` is a day, valid to its end in UTC. */
export type IgnoreRule = {
  readonly manifest: readonly string[] | null
  readonly resource: readonly string[] | null
  readonly diffType: readonly DriftType[] | null
  readonly reason: string
  readonly until: string | null
}

export type Filtered = {readonly entries: readonly FilteredEntry[]; readonly warnings: readonly ReportWarning[]}

const day = 24 * 60 * 60 * 1000
const expiryNotice = 7 * day

/**
 * Takes out what is not drift: always-sync rows, and what an ignore rule covers. Warns of rules that matched nothing,
 * end within 7 days, or have ended and do nothing any more. `everythingChecked` tells whether a rule without a match
 * can be called unused.
 */
export function filterEntries(
  entries: readonly DiffEntry[],
  rules: readonly IgnoreRule[],
  now: Date,
  everythingChecked: boolean,
): Filtered {
  const matchers = rules.map(rule => ({rule, left: timeLeft(rule, now), matches: toEntryMatcher(rule), used: false}))
  const active = matchers.filter(({left}) => left > 0)
  const filtered = entries.map((entry): FilteredEntry => {
    if (entry.diffType === 'always-sync') return {entry, filteredBy: 'always-sync', ignoreReason: null}
    const match = active.find(({matches}) => matches(entry))
    if (match === undefined) return {entry, filteredBy: null, ignoreReason: null}
    match.used = true
    return {entry, filteredBy: 'ignore-rule', ignoreReason: match.rule.reason}
  })
  return {entries: filtered, warnings: matchers.flatMap(matcher => ruleWarnings(matcher, everythingChecked))}
}

/** Milliseconds until the rule ends: at the end of its day, UTC; infinite without one. */
function timeLeft({until}: IgnoreRule, now: Date): number {
  return until === null ? Infinity : Date.parse(`${until}T00:00:00Z`) + day - now.getTime()
}

/** `removed` is covered only when the rule names it: ignoring it hides what is about to be deleted. */
function toEntryMatcher(rule: IgnoreRule): (entry: DiffEntry) => boolean {
  const types: readonly string[] = rule.diffType ?? ['added', 'modified']
  const manifest = rule.manifest === null ? null : toMatcher(rule.manifest)
  const resource = rule.resource === null ? null : toMatcher(rule.resource)
  return entry =>
    types.includes(entry.diffType) &&
    (manifest === null || manifest(entry.manifest)) &&
    (resource === null || resource(resourceOf(entry)))
}

function ruleWarnings(
  {rule, left, used}: {rule: IgnoreRule; left: number; used: boolean},
  everythingChecked: boolean,
): ReportWarning[] {
  const name = `the ignore rule for ${[...(rule.manifest ?? []), ...(rule.resource ?? [])].join(', ')} (${rule.reason})`
  if (left <= 0) {
    return [
      {code: 'IGNORE_RULE_EXPIRED', message: `${name} ended on ${rule.until} and does nothing: renew or remove it`},
    ]
  }
  const expiring =
    left <= expiryNotice
      ? [{code: 'IGNORE_RULE_EXPIRING', message: `${name} ends on ${rule.until}: renew or remove it`}]
      : []
  const unused =
    !used && everythingChecked ? [{code: 'IGNORE_RULE_UNUSED', message: `${name} matched nothing in this run`}] : []
  return [...expiring, ...unused]
}
