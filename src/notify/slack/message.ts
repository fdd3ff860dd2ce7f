import {adviceOn} from '../../report/advice.ts'
import {counted} from '../../report/wording.ts'
import type {Notification} from '../notifier.ts'
import {countsLine, openText, resolvedText} from './counts.ts'
import {footer, linksLine, warningLines} from './footer.ts'
import {goneLines} from './gone-lines.ts'
import {opening} from './headline.ts'
import {limits} from './limits.ts'
import {manifestLine, manifestLines} from './manifest-lines.ts'
import {massDriftLines} from './mass-drift-lines.ts'
import {contextBlock, headerBlock, sectionBlock, type SlackBlock, type SlackPayload} from './payload.ts'
import {payloadProblems} from './payload-problems.ts'
import {toStated, type Stated, type StatedManifest} from './stated.ts'
import {fallbackText, title} from './title.ts'
import {errorLines, uncheckedLines} from './unchecked-lines.ts'

/**
 * How much a message tells: at most so many Manifests (with `all`: no fewer than there are), rows of each that made it
 * due and of each `other` that is stated along (0: one line for the Manifest), Manifests without result or gone, and
 * warnings.
 */
export type Rung = {
  readonly manifests: number
  readonly all: boolean
  readonly rows: number
  readonly others: number
  readonly unchecked: number
  readonly warnings: number
}

const ladder: readonly Rung[] = [
  ...[100, 30, 10].map(rows => ({manifests: 40, all: true, rows, others: rows, unchecked: 10, warnings: 3})),
  ...[30, 10, 3].map(rows => ({manifests: 60, all: true, rows, others: 0, unchecked: 10, warnings: 3})),
  {manifests: 60, all: true, rows: 0, others: 0, unchecked: 10, warnings: 3},
  {manifests: 25, all: false, rows: 0, others: 0, unchecked: 5, warnings: 1},
  {manifests: 10, all: false, rows: 0, others: 0, unchecked: 5, warnings: 1},
]
const countsOnly: Rung = {manifests: 0, all: false, rows: 0, others: 0, unchecked: 0, warnings: 0}

/** Manifests that one opening sentence names. */
const namesInOpening = 3

/**
 * The message of one notification: the first rung that keeps every limit, from every row to one line per Manifest.
 * Below them is counts only, which always fits: all it takes from outside is cut.
 */
export function renderMessage(notification: Notification, rungs: readonly Rung[] = ladder): SlackPayload {
  const stated = toStated(notification)
  for (const rung of rungs) {
    if (rung.all && stated.drifted.length + stated.settled.length > rung.manifests) continue
    const payload = renderRung(notification, stated, rung)
    if (payloadProblems(payload).length === 0) return payload
  }
  return renderRung(notification, stated, countsOnly)
}

function renderRung(notification: Notification, stated: Stated, rung: Rung): SlackPayload {
  const {report, massDrift} = notification
  const links = linksLine(notification)
  const blocks = [
    headerBlock(title(notification, stated)),
    ...sections([
      ...opening(notification, stated, rung.manifests > 0 ? namesInOpening : 0),
      countsLine(notification, stated),
    ]),
    ...sections(massDriftLines(massDrift)),
    ...sections(errorLines(report)),
    ...manifestSections(notification, [...stated.drifted, ...stated.settled], rung),
    ...sections(goneLines(report, stated.gone, rung.unchecked)),
    ...sections(uncheckedLines(notification, rung.unchecked)),
    ...sections(adviceLines(notification, stated)),
    ...(links === null ? [] : [sectionBlock(links)]),
    contextBlock([...warningLines(notification, rung.warnings), footer(notification)].join('\n')),
  ]
  return {text: fallbackText(notification, stated), blocks, unfurl_links: false, unfurl_media: false}
}

/** A section for each Manifest with rows; those of one line share theirs. */
function manifestSections(notification: Notification, manifests: readonly StatedManifest[], rung: Rung): SlackBlock[] {
  const shown = manifests.slice(0, rung.manifests)
  const groups: string[][] = []
  let isShared = false
  for (const one of shown) {
    const rows = one.notice.reasons.length > 0 ? rung.rows : rung.others
    const lines = rows > 0 ? manifestLines(notification, one, rows) : [manifestLine(notification, one)]
    if (rows === 0 && isShared) groups.at(-1)!.push(...lines)
    else groups.push(lines)
    isShared = rows === 0
  }
  const left = leftLines(manifests.slice(rung.manifests), shown.length)
  if (isShared) groups.at(-1)!.push(...left)
  else groups.push(left)
  return groups.flatMap(sections)
}

function leftLines(left: readonly StatedManifest[], shown: number): string[] {
  if (left.length === 0) return []
  if (shown === 0) return ['This is too much for one message: all names are left out.']
  const facts = [openText(left), resolvedText(left.flatMap(({resolved}) => resolved))].filter(text => text !== '')
  return [`• +${counted(left.length, 'more Manifest')}: ${facts.join('; ')}`]
}

function adviceLines({report}: Notification, {drifted}: Stated): string[] {
  return adviceOn(report, drifted).map(({diffType, text}) => `→ *${diffType}*: ${text}`)
}

/** Lines in as few sections as hold them; a line is never cut. */
function sections(lines: readonly string[]): SlackBlock[] {
  const texts: string[] = []
  for (const line of lines.filter(text => text !== '')) {
    const longer = `${texts.at(-1)}\n${line}`
    if (texts.length > 0 && longer.length <= limits.sectionText) texts[texts.length - 1] = longer
    else texts.push(line)
  }
  return texts.map(sectionBlock)
}
