import type {NextTold} from '../model/explanation.ts'
import type {Memory, NotificationLog} from '../model/memory.ts'
import type {Notice} from '../model/notice.ts'
import {reasons as allReasons, type Reason} from '../model/report.ts'
import {toTimestamp} from '../model/time.ts'
import {asOf} from './as-of.ts'
import {decide, graceEnd, reminderTolerance, type DecideOptions} from './decide.ts'
import type {NotifierRules} from './notifier-rules.ts'

/** The first of these times at which something is due, if all stays as it is. */
export function nextTold(
  memory: Memory,
  rules: NotifierRules,
  options: DecideOptions,
  times: readonly number[],
  reasonsOf: (notice: Notice) => readonly Reason[],
): NextTold | null {
  const future = [...new Set(times)].filter(time => time > options.now.getTime()).toSorted((a, b) => a - b)
  for (const time of future) {
    const now = new Date(time)
    const reasons = reasonsOf(decide(asOf(memory, rules, now), rules, {...options, now}))
    if (reasons.length > 0) return {at: toTimestamp(now), reasons}
  }
  return null
}

/** When a wait of the run as a whole ends: for a reminder that it fails, or of a mass drift. */
export function runTimes(log: NotificationLog | undefined, {remindAfter}: NotifierRules): number[] {
  const told = [log?.failure?.toldAt, log?.massDrift?.toldAt].filter(time => time !== undefined)
  return told.map(time => reminderAt(time, remindAfter))
}

/** When a wait of one Manifest ends: for a reminder, other content, what came back or came with an artifact, of a mute. */
export function manifestTimes(
  name: string,
  {mutes, manifests, notifiers}: Memory,
  {name: notifier, remindAfter, changeInterval}: NotifierRules,
  {graceAfterNewArtifact}: Pick<DecideOptions, 'graceAfterNewArtifact'>,
): number[] {
  const entries = [...(manifests.get(name)?.entries.values() ?? [])]
  const ends = mutes.filter(({key}) => key === name || manifests.get(name)?.entries.has(key) === true)
  const graceTimes = entries.map(entry => graceEnd(entry, graceAfterNewArtifact))
  const muteTimes = [...ends.map(({until}) => Date.parse(until)), ...graceTimes]
  const told = notifiers.get(notifier)?.manifests.get(name)
  if (told === undefined) return muteTimes
  const failureTimes = told.failure === null ? [] : [reminderAt(told.failure.toldAt, remindAfter)]
  const leftTimes = [...told.left.values()].map(at => Date.parse(at) + changeInterval)
  const ownTimes = [reminderAt(told.toldAt, remindAfter), Date.parse(told.toldAt) + changeInterval]
  return [...muteTimes, ...ownTimes, ...failureTimes, ...leftTimes]
}

/** The earliest time at which a run reminds of what was told. */
function reminderAt(toldAt: string, remindAfter: number): number {
  return Date.parse(toldAt) + remindAfter - reminderTolerance
}

/** The first of several, with the reasons of all that come at the same time. */
export function earliest(nexts: readonly NextTold[]): NextTold | null {
  const [first, ...others] = nexts.toSorted((a, b) => (a.at < b.at ? -1 : 1))
  if (first === undefined) return null
  const along = others.filter(({at}) => at === first.at).flatMap(({reasons}) => reasons)
  return {at: first.at, reasons: allReasons.filter(reason => [...first.reasons, ...along].includes(reason))}
}
