import type {Reason, Report} from '../model/report.ts'

/**
 * Why a notifier is told of this run, given the report with the entries that concern it; nothing when it is not.
 * Without a memory every drifted, incomplete and failed run has something to say.
 */
export function decide(report: Pick<Report, 'outcome' | 'entries'>): Reason[] {
  const failed = report.outcome === 'failed' || report.outcome === 'incomplete'
  const drifted = report.entries.length > 0
  return [...(failed ? ['check-failed' as const] : []), ...(drifted ? ['baseline' as const] : [])]
}
