import type {Reason} from '../../model/report.ts'
import {isJustNow, since} from '../../report/age.ts'
import {causesSentence} from '../../report/cause-text.ts'
import {addCounts, countDriftRows, totalOf} from '../../report/drifted-manifests.ts'
import {counted, countsText, grouped} from '../../report/wording.ts'
import type {Notification} from '../notifier.ts'
import {checkFailedOpening, checkRecoveredOpening} from './check-opening.ts'
import {resolvedText} from './counts.ts'
import {code} from './mrkdwn.ts'
import {nameList} from './name-list.ts'
import {isOfThisRun} from './of-this-run.ts'
import type {Stated, StatedManifest, StatedRow} from './stated.ts'

/** What an opening is made of; `named`: so many Manifests are named in it, of others only the number is said. */
type Told = {readonly notification: Notification; readonly stated: Stated; readonly named: number}

/** What a sentence says of drift that began in this run, and of such as is older: it was muted, or seen too seldom. */
type Words = Record<'begun' | 'older', (names: string) => string>

const firstWords: Words = {
  begun: names => `Drift began in ${names}`,
  older: names => `Drift of ${names} that was held back until now`,
}
const moreWords: Words = {
  begun: names => `More has drifted in ${names}`,
  older: names => `More drift of ${names} that was held back until now`,
}
const changedWords: Words = {
  begun: names => `Known drift has changed in ${names}`,
  older: names => `Known drift has changed in ${names}`,
}

/** Why this message comes: one sentence per reason, in the order they are told. */
const openings: Record<Reason, (told: Told) => string> = {
  'mass-drift': massDriftOpening,
  'check-failed': ({notification, named}) => checkFailedOpening(notification, named),
  baseline: baselineOpening,
  'first-drift': told => driftOpening(firstWords, told, 'first-drift', ['new', 'changed', 'open']),
  'new-entries': told => driftOpening(moreWords, told, 'new-entries', ['new']),
  'entries-changed': told => driftOpening(changedWords, told, 'entries-changed', ['changed']),
  'manifest-gone': goneOpening,
  reminder: reminderOpening,
  'check-recovered': ({notification, named}) => checkRecoveredOpening(notification, named),
  'some-resolved': told => settledOpening(told, 'some-resolved'),
  'all-resolved': told => settledOpening(told, 'all-resolved'),
}

/** The first lines of a message; what fails or is lost is said whether it is a reason of this message or not. */
export function opening(notification: Notification, stated: Stated, named: number): string[] {
  const {reasons, massDrift, failing} = notification
  const known = Object.keys(openings) as Reason[]
  const said = known.filter(
    reason =>
      reasons.includes(reason) ||
      (reason === 'mass-drift' && massDrift !== null) ||
      (reason === 'check-failed' && failing !== null),
  )
  return said.map(reason => openings[reason]({notification, stated, named}))
}

function massDriftOpening({notification: {massDrift, report}}: Told): string {
  if (massDrift === null) return 'State is missing nearly everywhere: wrong cluster, or lost State?'
  const {kind, affected, total} = massDrift
  const age = since(massDrift.since, report.run)
  const share = `${grouped(affected)} of ${counted(total, 'Manifest')}`
  const texts = {
    'state-missing': `State is missing for ${share} (${age}): wrong cluster, or lost State?`,
    'all-added': `${share} have no State, all they render is added (${age}): wrong cluster, or lost State?`,
    'all-gone': `${share} are gone from tazuna.yaml (${age}): wrong tazuna.yaml, wrong cluster, or lost State?`,
  }
  return `${texts[kind]} Do not apply before you know.`
}

/** That a notifier joined is no reason to think that all may be old; that nothing is remembered is one. */
function baselineOpening({notification: {report}}: Told): string {
  const isWhole = report.outcome === 'drift' || report.outcome === 'clean'
  const all = `This is all the drift ${isWhole ? 'there is' : 'that is known'} now`
  if (report.warnings.some(warning => warning.code === 'MEMORY_UNAVAILABLE')) {
    return `${all}: the memory cannot be used, so what was told before is not known.`
  }
  if (report.run.previousRunAt !== null) return `${all}: nothing was told here before.`
  return `${all}: nothing was told before. No earlier run is remembered, so it may not be new.`
}

/** What is another in the Manifests of a reason. The reflex that does harm is named at once. */
function driftOpening(words: Words, told: Told, reason: Reason, statuses: readonly StatedRow['status'][]): string {
  const {notification, stated} = told
  const manifests = stated.drifted.filter(({notice}) => notice.reasons.includes(reason))
  const another = manifests.map(one => ({...one, rows: one.rows.filter(({status}) => statuses.includes(status))}))
  const isBegun = (one: StatedManifest) => reason === 'entries-changed' || isOfThisRun(one, notification.report)
  const begun = another.filter(isBegun)
  const older = another.filter(one => !isBegun(one))
  const sentences = [
    ...(begun.length > 0 || older.length === 0 ? [driftSentence(words.begun, begun, told)] : []),
    ...(older.length > 0 ? [driftSentence(words.older, older, told)] : []),
  ]
  const isRemoved = another.some(({rows, folded}) =>
    folded === null ? rows.some(({diffType}) => diffType === 'removed') : folded.counts.removed > 0,
  )
  const fresh = another.flatMap(({rows}) => rows.filter(({status}) => status === 'new'))
  const causes = causesSentence(fresh, notification.report, digest => code(digest, 40))
  return [
    ...sentences,
    ...(causes === null ? [] : [causes]),
    ...(isRemoved ? ['No plain `tazuna apply`: it forgets what is removed.'] : []),
  ].join(' ')
}

function driftSentence(words: Words['begun'], manifests: readonly StatedManifest[], {named}: Told): string {
  const counts = addCounts(
    manifests.map(({rows, folded, counts: all}) => (folded === null ? countDriftRows(rows) : all)),
  )
  const folded = totalOf(addCounts(manifests.filter(one => one.folded !== null).map(one => one.counts)))
  const tooMany = `${folded === totalOf(counts) ? '' : `${grouped(folded)} of them `}too many to tell old from new`
  const facts = [countsText(counts), folded > 0 ? tooMany : ''].filter(fact => fact !== '')
  const what = facts.length === 0 ? '' : `: ${facts.join(', ')}`
  return `${words(nameList(manifests, named))}${what}.`
}

function goneOpening({stated, named}: Told): string {
  const gone = stated.gone.filter(({notice}) => notice.reasons.includes('manifest-gone'))
  const [are, they] = gone.length === 1 ? ['is', 'it'] : ['are', 'they']
  return `${nameList(gone, named)} ${are} no longer in tazuna.yaml; what ${they} applied may still be in the cluster.`
}

function reminderOpening({notification: {massDrift, report}, stated: {drifted}, named}: Told): string {
  if (massDrift !== null || drifted.length === 0) return 'Reminder: what was told before still holds.'
  const due = drifted.filter(({notice}) => notice.reasons.includes('reminder'))
  const manifests = due.length === 0 ? drifted : due
  const oldest = manifests.flatMap(({firstSeenAt}) => firstSeenAt ?? []).toSorted()[0]
  const age = oldest === undefined || isJustNow(oldest, report.run) ? '' : `, the oldest ${since(oldest, report.run)}`
  return `Reminder: the drift of ${nameList(manifests, named)} was told before and is still there${age}.`
}

function settledOpening({stated, named}: Told, reason: 'some-resolved' | 'all-resolved'): string {
  const manifests = [...stated.drifted, ...stated.settled].filter(({notice}) => notice.reasons.includes(reason))
  const names = nameList(manifests, named)
  const resolved = manifests.flatMap((one: StatedManifest) => one.resolved)
  if (resolved.length > 0 && resolved.every(({wasTold}) => !wasTold)) {
    return `Drift of ${names} came and went while nothing could be delivered here.`
  }
  const text = resolved.length === 0 ? '' : ` (${resolvedText(resolved)})`
  if (reason === 'all-resolved') return `All drift told of ${names} is settled${text}.`
  return `Part of the drift of ${names} is settled${text}; the rest is still open.`
}
