import type {Report, ReportManifest} from '../../model/report.ts'
import {code, prose} from './mrkdwn.ts'
import {counted, grouped} from '../../report/wording.ts'

/** Why the run did not complete, and what to do about it. */
export function errorLines({error}: Report): string[] {
  if (error === null) return []
  return [`*${code(error.code, 60)}*: ${code(error.message, 400)}`, `→ ${prose(error.hint, 300)}`]
}

/** The Manifests that nothing is known of: those with an error one line each, then the names of the others. */
export function uncheckedLines({manifests}: Report, limit: number): string[] {
  const unchecked = manifests.filter(({outcome}) => outcome === 'error' || outcome === 'not-checked')
  const withError = unchecked.filter(({error}) => error !== null)
  const silent = unchecked.filter(({error}) => error === null)
  if (unchecked.length === 0 || limit === 0) return []
  return [
    `*Not checked*, so perhaps drifted too: ${counted(unchecked.length, 'Manifest')}`,
    ...withError.slice(0, limit).map(errorLine),
    ...(withError.length > limit ? [`• +${grouped(withError.length - limit)} more with an error`] : []),
    ...(silent.length > 0 ? [`• ${names(silent, 2 * limit)}`] : []),
  ]
}

function errorLine({name, error}: ReportManifest): string {
  const [firstLine = ''] = (error ?? '').trimStart().split(/\r?\n/, 1)
  return `• ${code(name, 60)}: ${code(firstLine, 200)}`
}

function names(manifests: readonly ReportManifest[], limit: number): string {
  const left = manifests.length - limit
  const shown = manifests.slice(0, limit).map(({name}) => code(name, 60))
  return [...shown, ...(left > 0 ? [`+${grouped(left)} more`] : [])].join(', ')
}
