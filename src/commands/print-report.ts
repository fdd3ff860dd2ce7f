import {writeFile} from 'node:fs/promises'
import {resolve} from 'node:path'

import {errorText} from '../errors.ts'
import type {Log} from '../log.ts'
import {errorCodes} from '../model/error-code.ts'
import type {Report} from '../model/report.ts'
import {renderJson} from '../report/json.ts'
import {renderReportText} from '../report/text.ts'
import type {CommandContext} from './context.ts'

export type PrintFlags = {readonly format: 'text' | 'json'; readonly output?: string | undefined}

/** On a terminal the text report says it all: the same lines on stderr would only repeat it. */
export function isSaidByReport({format}: PrintFlags, {stdout, stderr}: CommandContext): boolean {
  return format === 'text' && stdout.isTTY && stderr.isTTY
}

/** Two lines for what made the run fail, and for each notifier and sink that did not get its due. */
export function logTroubles(report: Report, log: Log): void {
  for (const {code, message} of report.warnings) log.warning(code, message)
  if (report.error !== null) log.error(report.error)
  const {hint} = errorCodes.DELIVERY_FAILED
  for (const {role, name, delivery, detail} of report.notifications) {
    if (delivery === 'failed') log.error({code: 'DELIVERY_FAILED', message: `telling ${role} ${name}: ${detail}`, hint})
  }
}

/** The report on stdout and, if asked for, in a file. True when the file could not be written. */
export async function printReport(
  report: Report,
  {format, output}: PrintFlags,
  {stdout, env, cwd}: CommandContext,
  log: Log,
): Promise<boolean> {
  const render = (color: boolean) =>
    format === 'json' ? renderJson(report) : renderReportText(report, {color, width: Math.min(stdout.columns, 100)})
  await stdout.write(render(stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'))
  if (output === undefined) return false
  try {
    await writeFile(resolve(cwd, output), render(false))
    return false
  } catch (error) {
    const message = `writing the report to ${output}: ${errorText(error)}`
    log.error({code: 'DELIVERY_FAILED', message, hint: 'check the folder, its rights and free space'})
    return true
  }
}
