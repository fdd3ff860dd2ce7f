import type {Report} from '../../model/report.ts'
import type {Notification} from '../notifier.ts'
import {advice} from '../../report/advice.ts'
import {countRows, driftedManifests, type DriftedManifest} from '../../report/drifted-manifests.ts'
import {footer, linksLine, warningLines} from './footer.ts'
import {fallbackText, opening, title} from './headline.ts'
import {limits} from './limits.ts'
import {manifestLine, manifestLines} from './manifest-lines.ts'
import {contextBlock, headerBlock, sectionBlock, type SlackBlock, type SlackPayload} from './payload.ts'
import {payloadProblems} from './payload-problems.ts'
import {errorLines, uncheckedLines} from './unchecked-lines.ts'
import {counted, countsText} from '../../report/wording.ts'

/**
 * How much a message tells: at most so many Manifests (with `all`: no fewer than there are), rows of each (0: one line
 * per Manifest), Manifests without result, and warnings.
 */
export type Rung = {
  readonly manifests: number
  readonly all: boolean
  readonly rows: number
  readonly unchecked: number
  readonly warnings: number
}

const ladder: readonly Rung[] = [
  ...[100, 30, 10, 3].map(rows => ({manifests: 40, all: true, rows, unchecked: 10, warnings: 3})),
  {manifests: 60, all: true, rows: 0, unchecked: 10, warnings: 3},
  {manifests: 25, all: false, rows: 0, unchecked: 5, warnings: 1},
  {manifests: 10, all: false, rows: 0, unchecked: 5, warnings: 1},
]
const countsOnly: Rung = {manifests: 0, all: false, rows: 0, unchecked: 0, warnings: 0}

/**
 * The message of one notification: the first rung that keeps every limit, from every row to one line per Manifest.
 * Below them is counts only, which always fits: all it takes from outside is cut.
 */
export function renderMessage(notification: Notification, rungs: readonly Rung[] = ladder): SlackPayload {
  const drifted = driftedManifests(notification.report)
  for (const rung of rungs) {
    if (rung.all && drifted.length > rung.manifests) continue
    const payload = renderRung(notification, drifted, rung)
    if (payloadProblems(payload).length === 0) return payload
  }
  return renderRung(notification, drifted, countsOnly)
}

function renderRung(notification: Notification, drifted: readonly DriftedManifest[], rung: Rung): SlackPayload {
  const {report} = notification
  const links = linksLine(notification)
  const blocks = [
    headerBlock(title(notification, drifted)),
    ...sections(opening(notification, drifted)),
    ...sections(errorLines(report)),
    ...driftSections(notification, drifted, rung),
    ...sections(uncheckedLines(report, rung.unchecked)),
    ...sections(adviceLines(report, drifted)),
    ...(links === null ? [] : [sectionBlock(links)]),
    contextBlock([...warningLines(notification, rung.warnings), footer(notification)].join('\n')),
  ]
  return {text: fallbackText(notification, drifted), blocks, unfurl_links: false, unfurl_media: false}
}

function driftSections({report}: Notification, drifted: readonly DriftedManifest[], rung: Rung): SlackBlock[] {
  const shown = drifted.slice(0, rung.manifests)
  if (rung.rows > 0) return shown.flatMap(one => sections(manifestLines(report, one, rung.rows)))
  return sections([
    ...shown.map(one => manifestLine(report, one)),
    ...leftLines(drifted.slice(rung.manifests), shown.length),
  ])
}

function leftLines(left: readonly DriftedManifest[], shown: number): string[] {
  if (left.length === 0) return []
  if (shown === 0) return ['This is too much for one message: all names are left out.']
  return [`• +${counted(left.length, 'more Manifest')}: ${countsText(countRows(left))}`]
}

function adviceLines(report: Report, drifted: readonly DriftedManifest[]): string[] {
  return advice(report, drifted).map(({diffType, text}) => `→ *${diffType}*: ${text}`)
}

/** Lines in as few sections as hold them; a line is never cut. */
function sections(lines: readonly string[]): SlackBlock[] {
  const texts: string[] = []
  for (const line of lines) {
    const longer = `${texts.at(-1)}\n${line}`
    if (texts.length > 0 && longer.length <= limits.sectionText) texts[texts.length - 1] = longer
    else texts.push(line)
  }
  return texts.map(sectionBlock)
}
