import type {ManifestNotice} from '../../src/model/notice.ts'
import type {Reason} from '../../src/model/report.ts'
import type {Notification} from '../../src/notify/notifier.ts'
import type {Expectation, ExpectedManifest} from './expect.ts'
import {slack, type RunFacts} from './run-facts.ts'
import {isMatched} from './settle.ts'
import {isIgnored, type SimNotifier} from './world.ts'

/** What is wrong with a message, in words; nothing if it is as expected. */
export function checkMessage(
  message: Notification,
  expected: Expectation,
  rules: SimNotifier,
  run: RunFacts,
): string[] {
  // two runs of one group told it at the same time: which log is kept is not known
  if (expected.isFuzzy) return checkRows(message, rules, run)
  return [
    ...checkReasons(message, expected),
    ...checkMass(message, expected),
    ...(message.massDrift === null ? checkMust(message, expected) : []),
    ...message.manifests.flatMap(notice => checkManifest(notice, expected.manifests.get(notice.name), run)),
    ...checkRows(message, rules, run),
    ...checkMuted(message, expected),
  ]
}

/** No message without a reason, and no reason without a cause. */
function checkReasons({reasons, manifests}: Notification, expected: Expectation): string[] {
  const allowed = new Set<Reason>(expected.reasons)
  for (const {reasons} of expected.manifests.values()) for (const reason of reasons) allowed.add(reason)
  const uncaused = reasons.filter(reason => !allowed.has(reason)).map(reason => `(d) nothing explains ${reason}`)
  const perManifest = manifests.flatMap(({name, reasons}) =>
    reasons
      .filter(reason => !expected.reasons.has(reason) && !expected.manifests.get(name)?.reasons.has(reason))
      .map(reason => `(d) nothing explains ${reason} of ${name}`),
  )
  return [...(reasons.length === 0 ? ['(d) a message without a reason'] : []), ...uncaused, ...perManifest]
}

function checkMass({massDrift, manifests}: Notification, {holding}: Expectation): string[] {
  if (massDrift === null) return holding === 2 && manifests.length > 0 ? ['(b) per Manifest in a mass drift'] : []
  if (holding === 0) return ['(d) a mass drift that is none']
  return manifests.length > 0 ? ['(b) a mass drift, and yet Manifests'] : []
}

/** What makes the message due must be in it, and everything else that is open. */
function checkMust({manifests, failing}: Notification, {must, manifests: all, holding}: Expectation): string[] {
  const wrong: string[] = []
  const notices = new Map(manifests.map(notice => [notice.name, notice]))
  for (const {manifest, what, key} of must) {
    const notice = manifest === null ? null : (notices.get(manifest) ?? null)
    if (manifest !== null && notice === null) wrong.push(`(b) does not name ${manifest}: ${what} ${key ?? ''}`)
    if (what.startsWith('the failing') && failing === null) wrong.push(`(b) does not tell ${what}`)
    if (notice === null) continue
    if (what.startsWith('its failing') && notice.failing === null)
      wrong.push(`(b) does not tell ${what} of ${manifest}`)
    if (what === 'that it is gone' && notice.goneSince === null) wrong.push(`(b) does not tell ${manifest} is gone`)
    if (what === 'that an entry is gone' && !notice.resolved.some(({stateKey}) => stateKey === key)) {
      wrong.push(`(b) does not tell that ${key} is gone`)
    }
  }
  if (holding > 0) return wrong
  for (const [name, {entries}] of all) {
    const open = new Set(notices.get(name)?.open.map(({stateKey}) => stateKey))
    for (const [key, {stated, told}] of entries) {
      if (stated === 2 && !open.has(key)) wrong.push(`(${told === 2 ? 'c' : 'b'}) does not state ${key}`)
    }
  }
  return wrong
}

function checkManifest(notice: ManifestNotice, expected: ExpectedManifest | undefined, run: RunFacts): string[] {
  const {name, open, resolved} = notice
  if (expected === undefined) return [`(d) names ${name}, which is not known`]
  const wrong: string[] = []
  if (notice.checked !== run.truth.checked.has(name)) wrong.push(`(c) says of ${name} checked = ${notice.checked}`)
  for (const {stateKey, status, diffType, firstSeenAt} of open) {
    const entry = expected.entries.get(stateKey)
    if (entry === undefined) {
      wrong.push(`(d) states ${stateKey}, which is not to be told`)
      continue
    }
    const {seen, told, changed} = entry
    if (diffType !== seen.type) wrong.push(`(c) states ${stateKey} as ${diffType}, it is ${seen.type}`)
    if (status === 'new' && told === 2) wrong.push(`(d) ${stateKey} is called new, and was told`)
    if (status !== 'new' && told === 0) wrong.push(`(b) ${stateKey} is called ${status}, and was not told`)
    if (status === 'changed' && told === 2 && changed === 0) wrong.push(`(d) ${stateKey} is called changed`)
    if (status === 'open' && told === 2 && changed === 2) wrong.push(`(b) ${stateKey} is not called changed`)
    wrong.push(...checkAge(stateKey, firstSeenAt, seen, run.now))
  }
  for (const {stateKey, wasTold} of resolved) {
    const entry = expected.resolvable.get(stateKey)
    if (entry === undefined) wrong.push(`(c) calls ${stateKey} resolved without proof, or again`)
    else if (wasTold && !entry.wasTold) wrong.push(`(c) calls ${stateKey} told and resolved, it was not told`)
  }
  return wrong
}

/** Ages never reset. Times are to the second. */
export function checkAge(
  what: string,
  firstSeenAt: string,
  {firstLow, firstHigh}: {firstLow: number; firstHigh: number},
  now: number,
): string[] {
  const time = Date.parse(firstSeenAt)
  const wrong: string[] = []
  if (time > firstHigh + slack)
    wrong.push(`(e) ${what} is first seen ${firstSeenAt}, ${late(time - firstHigh)} too late`)
  if (time < firstLow - slack)
    wrong.push(`(e) ${what} is first seen ${firstSeenAt}, ${late(firstLow - time)} too early`)
  if (time > now + 5 * 60_000 + slack) wrong.push(`(e) ${what} is first seen in the future, ${firstSeenAt}`)
  return wrong
}

function late(milliseconds: number): string {
  return `${Math.round(milliseconds / 60_000)} min`
}

/** The rows that go along are of this run, not filtered, and of interest. */
function checkRows({report}: Notification, rules: SimNotifier, {truth, ignore, now}: RunFacts): string[] {
  return report.entries.flatMap(row => {
    const printed = truth.checked.get(row.manifest)?.find(({stateKey}) => stateKey === row.stateKey)
    if (printed === undefined) return [`(a) ${row.stateKey} goes along and was not printed`]
    const isFiltered = printed.diffType === 'always-sync' || isIgnored(printed, ignore, now)
    if (isFiltered || !isMatched(rules, row.manifest, row.diffType))
      return [`(d) ${row.stateKey} is not for ${rules.name}`]
    return []
  })
}

function checkMuted({muted, massDrift}: Notification, {muted: [least, most], holding}: Expectation): string[] {
  if (massDrift !== null || holding > 0) return []
  return muted < least || muted > most ? [`(b) says ${muted} are muted, expected ${least} to ${most}`] : []
}
