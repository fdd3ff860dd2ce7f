import {appendFile, stat} from 'node:fs/promises'

import {errorText} from '../../errors.ts'
import type {Report} from '../../model/report.ts'
import {renderMarkdown} from '../../report/markdown.ts'
import {renderAnnotations} from './annotations.ts'
import {renderStepOutputs, stepOutputs} from './step-outputs.ts'

export type GithubActionsOptions = {
  /** For `GITHUB_STEP_SUMMARY` and `GITHUB_OUTPUT`: files, each of which may be missing. */
  readonly env: NodeJS.ProcessEnv
  /** Where `--output` wrote the report, absolute; null without. */
  readonly reportPath: string | null
  /** Random, for `GITHUB_OUTPUT`. */
  readonly delimiter: string
  /** Takes workflow commands. */
  readonly write: (text: string) => Promise<void>
}

/** Above 1 MiB GitHub throws the summary of a step away; what other commands of the step write counts, too. */
const largest = 1024 * 1024
const wanted = 900 * 1024
/** Enough for the title and what was left out. */
const least = 2048

/**
 * The run in a workflow of GitHub Actions: a page, outputs for later steps, annotations. It tells how all deliveries
 * went, so it comes after them and is none of them. Never throws; returns what could not be written.
 */
export async function tellGithubActions(report: Report, options: GithubActionsOptions): Promise<string[]> {
  const {env, reportPath, delimiter, write} = options
  const outputs = renderStepOutputs(stepOutputs(report, reportPath), delimiter)
  const problems = [
    await append('GITHUB_STEP_SUMMARY', env, size => renderSummary(report, size)),
    await append('GITHUB_OUTPUT', env, () => outputs),
  ]
  const annotations = renderAnnotations(report)
  if (annotations !== '') await write(annotations)
  return problems.filter(problem => problem !== null)
}

/** `size`: bytes that are there already. */
function renderSummary(report: Report, size: number): string {
  return renderMarkdown(report, {limit: Math.max(wanted - size, Math.min(least, largest - size))})
}

/** What others wrote stays, and need not have ended its line. */
async function append(
  variable: string,
  env: NodeJS.ProcessEnv,
  render: (size: number) => string,
): Promise<string | null> {
  const path = env[variable]
  if (!path) return null
  try {
    const size = await sizeOf(path)
    const text = render(size + 1)
    if (text !== '') await appendFile(path, size === 0 ? text : `\n${text}`)
    return null
  } catch (error) {
    return `writing ${variable} to ${path}: ${errorText(error)}`
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
