import {errorCodes, type ErrorCode} from './error-code.ts'
import type {Report, ReportNotification} from './report.ts'
import {toTimestamp} from './time.ts'

export type RunIdentity = {
  readonly cluster: string | null
  readonly watch: string
  readonly id: string
  readonly group: string
  readonly dryRun: boolean
  readonly version: string
  readonly startedAt: Date
}

/** A report that knows nothing yet: `failed`, with null for all that is unknown. */
export function newReport({cluster, watch, id, group, dryRun, version, startedAt}: RunIdentity): Report {
  const start = toTimestamp(startedAt)
  return {
    schema: 'tazuna-watch/report/v1',
    outcome: 'failed',
    cluster,
    watch,
    run: {id, group, startedAt: start, finishedAt: start, durationSeconds: 0, previousRunAt: null, dryRun, version},
    source: null,
    tazuna: {version: null, exitCode: null},
    summary: null,
    manifests: [],
    entries: [],
    warnings: [],
    error: null,
    notifications: [],
  }
}

/** The report as of `now`: with its end and how long it took, in seconds to the millisecond. */
export function finishReport(report: Report, startedAt: Date, now: Date): Report {
  const durationSeconds = Math.max(0, now.getTime() - startedAt.getTime()) / 1000
  return {...report, run: {...report.run, finishedAt: toTimestamp(now), durationSeconds}}
}

export function withNotifications(report: Report, notifications: readonly ReportNotification[]): Report {
  return {...report, notifications: [...report.notifications, ...notifications]}
}

/** Hides secrets in every text of the report that came from outside. */
export function redactReport(report: Report, redact: (text: string) => string): Report {
  const {error} = report
  return {
    ...report,
    error: error === null ? null : {...error, message: redact(error.message)},
    warnings: report.warnings.map(({code, message}) => ({code, message: redact(message)})),
    manifests: report.manifests.map(manifest =>
      manifest.error === null ? manifest : {...manifest, error: redact(manifest.error)},
    ),
  }
}

/** A run that may not say what it saw: `failed`, whatever was found. */
export function toFailure(
  report: Report,
  code: ErrorCode,
  message: string,
  hint: string = errorCodes[code].hint,
): Report {
  return {...report, outcome: 'failed', summary: null, manifests: [], entries: [], error: {code, message, hint}}
}
