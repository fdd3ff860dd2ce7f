import type {Failing} from '../../model/memory.ts'
import type {Report} from '../../model/report.ts'
import {counted, grouped} from '../../report/wording.ts'
import type {Notification} from '../notifier.ts'
import {failsText, failureCode} from './failing.ts'
import {uncheckedText} from './manifest-lines.ts'
import {code, prose} from './mrkdwn.ts'

/** Why the run did not complete, and what to do about it. */
export function errorLines({error}: Report): string[] {
  if (error === null) return []
  return [`*${code(error.code, 60)}*: ${code(error.message, 400)}`, `→ ${prose(error.hint, 300)}`]
}

type Unchecked = {
  readonly name: string
  readonly error: string | null
  readonly failing: Failing | null
  readonly lastCheckedAt: string | null
}

/**
 * The Manifests that this run says nothing of: those with an error one line each, then the names of the others by how
 * long that has been so.
 */
export function uncheckedLines(notification: Notification, limit: number): string[] {
  const unchecked = uncheckedOf(notification)
  if (unchecked.length === 0 || limit === 0) return []
  const withError = unchecked.filter(one => one.error !== null || (one.failing !== null && !isSkipped(one.failing)))
  const silent = unchecked.filter(one => !withError.includes(one))
  const {report} = notification
  return [
    `*Not checked*, so perhaps drifted too: ${counted(unchecked.length, 'Manifest')}`,
    ...withError.slice(0, limit).map(one => errorLine(one, report)),
    ...(withError.length > limit ? [`• +${grouped(withError.length - limit)} more with an error`] : []),
    ...silentLines(silent, report, limit),
  ]
}

/** Those of the report, which has none when the run failed, then those that are told of besides. */
function uncheckedOf({report, manifests, massDrift}: Notification): Unchecked[] {
  if (massDrift !== null) return []
  const notices = new Map(manifests.map(notice => [notice.name, notice]))
  const listed = report.manifests
    .filter(({outcome}) => outcome === 'error' || outcome === 'not-checked')
    .map(({name, error, lastCheckedAt}) => ({name, error, lastCheckedAt, failing: notices.get(name)?.failing ?? null}))
  const names = new Set(listed.map(({name}) => name))
  const others = manifests.filter(({name, failing}) => failing !== null && !names.has(name))
  return [...listed, ...others.map(({name, failing, lastCheckedAt}) => ({name, error: null, lastCheckedAt, failing}))]
}

function isSkipped({code: name}: Failing): boolean {
  return name === 'not-checked'
}

function errorLine(one: Unchecked, report: Report): string {
  const [firstLine = ''] = (one.error ?? '').trimStart().split(/\r?\n/, 1)
  const name = one.failing === null ? null : failureCode(one.failing)
  const why = one.error === null ? name : [name, code(firstLine, 200)].filter(text => text !== null).join(' ')
  const known = lastingText(one, report)
  const facts = known === null ? code(one.name, 60) : `${code(one.name, 60)} · ${known}`
  return why === null ? `• ${facts}` : `• ${facts}: ${why}`
}

/** How long it has been so: by the count of failures where that is told, else by the last check. */
function lastingText({failing, lastCheckedAt}: Unchecked, report: Report): string | null {
  if (failing !== null) return failsText(failing, report)
  return lastCheckedAt === null ? null : uncheckedText(report, lastCheckedAt)
}

/** The names of those that are unchecked for as long; at most twice `limit` in all. */
function silentLines(silent: readonly Unchecked[], report: Report, limit: number): string[] {
  const shown = silent.slice(0, 2 * limit)
  const groups = [...Map.groupBy(shown, one => lastingText(one, report))]
  const left = silent.length - shown.length
  return groups.map(([known, group], index) => {
    const names = group.map(({name}) => code(name, 60))
    if (left > 0 && index === groups.length - 1) names.push(`+${grouped(left)} more`)
    return `• ${names.join(', ')}${known === null ? '' : ` · ${known}`}`
  })
}
