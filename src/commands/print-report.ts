import {writeFile} from 'node:fs/promises'
import {resolve} from 'node:path'

import {errorText} from '../errors.ts'
import type {Log} from '../log.ts'
import {errorCodes} from '../model/error-code.ts'
import type {Report} from '../model/report.ts'
import {jsonPieces} from '../report/json.ts'
import {renderReportText} from '../report/text.ts'
import type {CommandContext} from './context.ts'
import {textOptions} from './text-options.ts'

export type PrintFlags = {readonly format: 'text' | 'json' | 'markdown'; readonly output?: string | undefined}

/**
 * Whether whoever reads stderr sees a text report, too: both go to the terminal, or neither does, as in the log of a
 * CronJob. The same lines on stderr would only repeat it.
 */
export function isSaidByReport(
  {format}: PrintFlags,
  {stdout, stderr}: Pick<CommandContext, 'stdout' | 'stderr'>,
): boolean {
  return format === 'text' && stdout.isTTY === stderr.isTTY
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

/**
 * The report on stdout, if asked for in a file, and in a workflow of GitHub Actions where that shows it. True when
 * something could not be written.
 */
export async function printReport(
  report: Report,
  {format, output}: PrintFlags,
  context: CommandContext,
  log: Log,
): Promise<boolean> {
  const {stdout, cwd} = context
  const {color, width} = textOptions(context)
  const render = await openRenderer(format, report, width)
  for (const piece of render(color)) await stdout.write(piece)
  const path = output === undefined ? null : resolve(cwd, output)
  const problem = path === null ? null : await writeReport(path, render(false), output!)
  const problems = [problem, ...(await tellWorkflow(report, problem === null ? path : null, context))]
  const failures = problems.filter(problem => problem !== null)
  for (const message of failures) {
    log.error({code: 'DELIVERY_FAILED', message, hint: 'check the folder, its rights and free space'})
  }
  return failures.length > 0
}

/** What only some runs print is loaded when it is printed. */
async function openRenderer(
  format: PrintFlags['format'],
  report: Report,
  width: number,
): Promise<(color: boolean) => Iterable<string>> {
  if (format === 'json') return () => jsonPieces(report)
  if (format === 'text') return color => [renderReportText(report, {color, width})]
  const {renderMarkdown} = await import('../report/markdown.ts')
  return () => [renderMarkdown(report)]
}

async function writeReport(path: string, text: Iterable<string>, shownAs: string): Promise<string | null> {
  try {
    await writeFile(path, text)
    return null
  } catch (error) {
    return `writing the report to ${shownAs}: ${errorText(error)}`
  }
}

/** A dry run tells nobody. */
async function tellWorkflow(
  report: Report,
  reportPath: string | null,
  {env, stderr, newId}: CommandContext,
): Promise<string[]> {
  if (env['GITHUB_ACTIONS'] !== 'true' || report.run.dryRun) return []
  const {tellGithubActions} = await import('../sink/github-actions/github-actions.ts')
  return await tellGithubActions(report, {env, reportPath, delimiter: newId(), write: text => stderr.write(text)})
}
