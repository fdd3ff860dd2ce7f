import type {Notification} from '../notifier.ts'
import {sourceParts} from '../../report/source-parts.ts'
import {code, link} from './mrkdwn.ts'
import {counted, grouped} from '../../report/wording.ts'

/** Runbook and report, as one line of links; null when none is configured. */
export function linksLine({links}: Notification): string | null {
  const texts = [link(links.runbookUrl, 'Runbook'), link(links.reportUrl, 'Full report')]
  return texts.filter(text => text !== null).join(' · ') || null
}

/** What was compared, what is not shown, and with what. */
export function footer({report}: Notification): string {
  const {source, tazuna, run} = report
  const parts = [
    ...sourceParts(source).map(({words, value}, index) => {
      const label = index === 0 ? 'Source' : words
      return [label, value === null ? '' : code(value, index === 0 ? 200 : 80)].filter(text => text !== '').join(' ')
    }),
    filteredText(report.summary),
    tazuna.version === null ? null : `tazuna ${code(tazuna.version, 30)}`,
    `tazuna-watch ${code(run.version, 30)}`,
  ]
  return parts.filter(part => part !== null).join(' · ')
}

/** Warnings of the run, at most `limit`, one line each. */
export function warningLines({report}: Notification, limit: number): string[] {
  const left = report.warnings.length - limit
  return [
    ...report.warnings
      .slice(0, limit)
      .map(({code: name, message}) => `Warning ${code(name, 40)}: ${code(message, 200)}`),
    ...(left > 0 ? [`+${counted(left, 'more warning')}`] : []),
  ]
}

function filteredText(summary: Notification['report']['summary']): string | null {
  const {ignored, alwaysSync} = summary?.entries ?? {ignored: 0, alwaysSync: 0}
  const counts = [
    ignored > 0 ? `${grouped(ignored)} ignored` : null,
    alwaysSync > 0 ? `${grouped(alwaysSync)} always-sync` : null,
  ].filter(count => count !== null)
  return counts.length === 0 ? null : `${counts.join(' and ')} ${ignored + alwaysSync === 1 ? 'row' : 'rows'} left out`
}
