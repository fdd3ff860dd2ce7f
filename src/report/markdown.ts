import type {Report, ReportNotification} from '../model/report.ts'
import {advice} from './advice.ts'
import {disarm} from './disarm.ts'
import {driftedManifests, type DriftedManifest} from './drifted-manifests.ts'
import {fit, type Part, type Rows} from './markdown/fit.ts'
import {manifestPart} from './markdown/manifest-part.ts'
import {block, cell, code, prose} from './markdown/markdown-text.ts'
import {shortDigest, shortRevision} from './row-text.ts'
import {summaryParts} from './summary-parts.ts'

/** `limit` in bytes; without one nothing is left out. */
export type MarkdownOptions = {readonly limit?: number}

/** More Manifests than this are folded, and each with more rows than that: the page shows what there is on one screen. */
const openManifests = 10
const openRows = 25

/**
 * The report for people who read GitHub's markdown: a job summary, a comment, a file. `removed` first. Text from
 * outside stands in code, where it means nothing. https://github.github.com/gfm/
 */
export function renderMarkdown(report: Report, {limit = Number.POSITIVE_INFINITY}: MarkdownOptions = {}): string {
  const drifted = driftedManifests(report)
  const parts: Part[] = [
    heading(report, drifted),
    sourceText(report),
    errorText(report),
    ...driftParts(report, drifted),
    uncheckedPart(report),
    adviceText(report, drifted),
    warningsPart(report),
    ...report.notifications.flatMap(({payload}) => (payload === undefined ? [] : 'dry')).slice(0, 1).map(() => ''),
    deliveriesPart(report),
  ]
  return disarm(fit(parts, limit))
}
