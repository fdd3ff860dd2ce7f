import type {DriftType} from './diff-entry.ts'
import {errorCodes, type ErrorCode} from './error-code.ts'
import {foremostExitCode, type ExitCode} from './exit-code.ts'
import type {Report} from './report.ts'

/** What `--fail-on` takes. */
export type FailOn = DriftType | 'drift'

export type RunEnd = {
  readonly failOn: readonly FailOn[]
  /** The signal that interrupted the run, or null. */
  readonly interrupt: 'SIGINT' | 'SIGTERM' | null
  /** `--output` could not be written. */
  readonly outputFailed: boolean
}

/** The exit code that a report and the end of its run lead to. */
export function toExitCode(report: Report, {failOn, interrupt, outputFailed}: RunEnd): ExitCode {
  const codes: ExitCode[] = []
  if (interrupt !== null) codes.push(interrupt === 'SIGINT' ? 130 : 143)
  if (report.error !== null) codes.push(errorCodes[report.error.code as ErrorCode].exit)
  const warned = (code: ErrorCode) => report.warnings.some(warning => warning.code === code)
  if (warned('SECRET_MISSING')) codes.push(errorCodes.SECRET_MISSING.exit)
  if (warned('MEMORY_UNAVAILABLE') && !report.run.dryRun) codes.push(errorCodes.MEMORY_UNAVAILABLE.exit)
  if (outputFailed || report.notifications.some(({delivery}) => delivery === 'failed')) codes.push(74)
  if (failOn.some(asked => isFound(asked, report))) codes.push(10)
  return foremostExitCode(codes)
}

function isFound(asked: FailOn, {outcome, summary}: Report): boolean {
  if (asked === 'drift') return outcome === 'drift'
  return summary !== null && summary.entries[asked] > 0
}
