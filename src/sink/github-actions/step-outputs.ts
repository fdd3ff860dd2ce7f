import type {Report} from '../../model/report.ts'

/** What later steps of a workflow can ask for, by name. What is not known is empty. */
export function stepOutputs(report: Report, reportPath: string | null): Readonly<Record<string, string>> {
  const {outcome, summary} = report
  return {
    outcome,
    'drift-count': summary === null ? '' : String(driftCount(summary.entries)),
    'report-path': reportPath ?? '',
  }
}

/**
 * In the form of `$GITHUB_OUTPUT`. `delimiter` is random: no value can end before its end.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#multiline-strings
 */
export function renderStepOutputs(outputs: Readonly<Record<string, string>>, delimiter: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`)
    .join('')
}

function driftCount({added, modified, removed}: {added: number; modified: number; removed: number}): number {
  return added + modified + removed
}
