import type {Explanation, ManifestExplanation, NotifierExplanation} from '../model/explanation.ts'
import {disarm} from './disarm.ts'
import {countDriftRows} from './drifted-manifests.ts'
import {entryLines, factsOf} from './explain-manifest.ts'
import {
  ago,
  fromText,
  inSyncTexts,
  massDriftText,
  namesText,
  rememberedLines,
  sinceText,
  timesText,
  type Look,
} from './memory-words.ts'
import {printableLine} from './printable.ts'
import {routeText} from './route-text.ts'
import {styler} from './style.ts'
import type {TextOptions} from './text.ts'
import {countedEntries, countsText} from './wording.ts'
import {wrap} from './wrap.ts'

/** `withEntries`: one Manifest was asked for, so everything is said of it. */
export type ExplainTextOptions = TextOptions & {readonly withEntries: boolean}

/** Why each notifier was or was not told, for people: notifier by notifier, Manifest by Manifest, one fact a line. */
export function renderExplanation(explanation: Explanation, {color, width, withEntries}: ExplainTextOptions): string {
  const look = {style: styler(color), width}
  const {notifiers} = explanation
  const sections = [
    [...rememberedLines(explanation, look), ...massDriftLines(explanation, look), ...unroutedLines(explanation, look)],
    ...notifiers.map(notifier => notifierLines(notifier, explanation, look, withEntries)),
    otherLines(explanation, look),
  ]
  const text = sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')
  return disarm(`${text}\n`)
}

function massDriftLines({massDrift, now}: Explanation, {width}: Look): string[] {
  if (massDrift === null) return []
  const told = massDrift.over
    ? 'It lasts for more than 24 h, so Manifests are told of one by one.'
    : 'While that lasts, 24 h at most, nothing is told of single Manifests.'
  return [wrap(`${massDriftText(massDrift, massDrift.manifests, now)} ${told}`, width, 2, 0)]
}

/** Where there is one notifier, its own lines say it. */
function unroutedLines({notifiers, unrouted}: Explanation, {width}: Look): string[] {
  if (notifiers.length < 2 || unrouted.length === 0) return []
  const byManifest = Map.groupBy(unrouted, ({manifest}) => manifest)
  const counts = [...byManifest].map(([name, entries]) => `${name} (${countsText(countDriftRows(entries))})`)
  const text = `No notifier is told of ${countedEntries(unrouted.length)}: ${namesText(counts)}`
  return [wrap(text, width, 2, 0)]
}

function notifierLines(
  notifier: NotifierExplanation,
  explanation: Explanation,
  {style, width}: Look,
  withEntries: boolean,
): string[] {
  const {name, manifests} = notifier
  const held = explanation.massDrift !== null && !explanation.massDrift.over
  const quiet = withEntries ? [] : manifests.filter(isQuiet)
  const loud = manifests.filter(manifest => !quiet.includes(manifest))
  const blocks = loud.flatMap(manifest => [
    `  ${style('bold', printableLine(manifest.name))}`,
    ...factsOf(manifest, {notifier, explanation, held}).map(fact => `    ${wrap(fact, width, 6, 4)}`),
    ...(withEntries ? entryLines(manifest, explanation, style) : []),
  ])
  const quietTexts = inSyncTexts(quiet, 'In sync, nothing to tell', explanation.now)
  return [
    style('bold', printableLine(name)),
    ...notifierFacts(notifier, explanation).map(fact => `  ${wrap(fact, width, 4, 2)}`),
    ...blocks,
    ...quietTexts.map(text => `  ${style('dim', wrap(text, width, 4, 2))}`),
  ]
}

/** Of such a Manifest there is no drift that anybody could ask about. */
function isQuiet({due, failing, goneSince, folded, lastCheckedAt, entries}: ManifestExplanation): boolean {
  const isPlain = goneSince === null && failing === null && folded === null && lastCheckedAt !== null
  return isPlain && due.length === 0 && entries.every(({status}) => status === 'always-sync')
}

function notifierFacts(notifier: NotifierExplanation, {now, massDrift}: Explanation): string[] {
  const {match, joinedAt, baselineAt, deliveredAt, failedSince, due, next, failing, massDriftToldAt} = notifier
  const delivered =
    deliveredAt === null
      ? joinedAt === null
        ? 'No run knew it yet.'
        : `It never got a message since it joined ${ago(joinedAt, now)}.`
      : `Its last message was delivered ${ago(deliveredAt, now)}.`
  const facts = [
    match === null ? 'Told of all drift.' : `Told of: ${routeText(match)}`,
    failedSince === null ? delivered : `${delivered} Deliveries fail ${sinceText(failedSince, now)}.`,
    baselineAt === null && joinedAt !== null
      ? 'It was never told what there is: its first message states all drift.'
      : null,
    failing === null ? null : runFailingText(failing, now),
    massDrift === null || massDrift.over || massDriftToldAt === null
      ? null
      : `It was told of the missing State ${ago(massDriftToldAt, now)}.`,
    due.length > 0
      ? `The next run sends it a message (${due.join(', ')}) if it sees the same.`
      : next === null
        ? 'Nothing is due.'
        : `Nothing is due now; ${fromText(next.at, now)} the next run sends it a message (${next.reasons.join(', ')}) if all stays as it is.`,
  ]
  return facts.filter(fact => fact !== null)
}

function runFailingText(
  {groups, needed, toldAt}: NonNullable<NotifierExplanation['failing']>,
  now: string,
): string | null {
  if (toldAt !== null) return `It was last told ${ago(toldAt, now)} that the run fails.`
  return groups < needed
    ? `That the run fails is told after ${timesText(needed)}, not yet after ${timesText(groups)}.`
    : null
}

/** Where the notifiers come from a variable that is not set here, there is none to explain. */
function otherLines({notifiers, unconfigured}: Explanation, {width}: Look): string[] {
  const none = notifiers.length === 0 ? ['This config has no notifiers.'] : []
  const others =
    unconfigured.length === 0
      ? []
      : [
          `Remembered, but not in this config, so by which rules they are told is not known here: ${namesText(unconfigured)}`,
        ]
  return [...none, ...others].map(line => wrap(line, width, 2, 0))
}
