import type {Report} from '../../model/report.ts'
import {disarm} from '../../report/disarm.ts'
import {countDriftRows, driftedManifests} from '../../report/drifted-manifests.ts'
import {printableLine, printableLines} from '../../report/printable.ts'
import {summaryParts} from '../../report/summary-parts.ts'
import {countsText, grouped} from '../../report/wording.ts'
import {workflowCommand} from './workflow-command.ts'

type Annotation = {readonly level: 'error' | 'warning' | 'notice'; readonly title: string; readonly message: string}

/** GitHub shows ten of each level and drops the others without a word; the tenth line is ours to say so. */
const most = 9
/** UTF-16 units; GitHub keeps 255 of a title. */
const longestTitle = 200
const longestMessage = 4000

/**
 * The run as annotations of a workflow: what failed first, then what drifted, `removed` before the rest, then warnings;
 * the last one sums up. A clean run without trouble has none.
 */
export function renderAnnotations(report: Report): string {
  const all = [...errors(report), ...unchecked(report), ...undelivered(report), ...drift(report), ...warnings(report)]
  if (all.length === 0) return ''
  return [...all.slice(0, most), summary(report, all.length - most)].map(renderAnnotation).join('')
}

function errors({error}: Report): Annotation[] {
  if (error === null) return []
  return [{level: 'error', title: error.code, message: `${error.message}\n${error.hint}`}]
}

function unchecked({manifests}: Report): Annotation[] {
  return manifests
    .filter(({outcome}) => outcome === 'error')
    .map(({name, error}) => ({level: 'error', title: `${name} was not checked`, message: error ?? ''}))
}

function undelivered({notifications}: Report): Annotation[] {
  return notifications
    .filter(({delivery}) => delivery === 'failed')
    .map(({role, name, detail}) => ({level: 'error', title: `${role} ${name} was not told`, message: detail ?? ''}))
}

function drift(report: Report): Annotation[] {
  return driftedManifests(report).map(({name, rows}) => ({
    level: 'warning',
    title: `${name} has drifted`,
    message: countsText(countDriftRows(rows)),
  }))
}

function warnings(report: Report): Annotation[] {
  return report.warnings.map(({code, message}) => ({level: 'notice', title: code, message}))
}

function summary(report: Report, left: number): Annotation {
  const {cluster, watch, outcome} = report
  const name = cluster ?? 'unknown cluster'
  const more = left > 0 ? [`${grouped(left)} more in the job summary`] : []
  return {
    level: 'notice',
    title: watch === 'default' ? name : `${name} / ${watch}`,
    message: [outcome, ...summaryParts(report), ...more].join(' · '),
  }
}

/** Disarmed, too: a runner too old for `notice` looks in the rest of its line for the older form of a command. */
function renderAnnotation({level, title, message}: Annotation): string {
  const shown = disarm(`tazuna-watch: ${printableLine(title)}`)
    .slice(0, longestTitle)
    .toWellFormed()
  return workflowCommand(level, {title: shown}, disarm(printableLines(message)).slice(0, longestMessage).toWellFormed())
}
