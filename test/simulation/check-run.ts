import type {LastKnown} from '../../src/model/last-known.ts'
import type {Memory} from '../../src/model/memory.ts'
import type {Report} from '../../src/model/report.ts'
import type {Notification} from '../../src/notify/notifier.ts'
import {checkMessage} from './check-message.ts'
import {checkLastKnown, checkReport} from './check-report.ts'
import {decide, type Model, type ModelRun} from './model.ts'
import {concerns, isMatched} from './settle.ts'
import {emptyShadow} from './shadow.ts'
import {isDoubtful} from './truth.ts'
import {isIgnored} from './world.ts'

/** A message was rendered: it is about to be sent. */
export function onAttempt(model: Model, run: ModelRun, name: string, message: Notification): void {
  const {violations} = model
  const rules = run.facts.notifiers.find(one => one.name === name)!
  if (run.attempts.has(name)) violations.push(`(g) ${name} gets two messages in one run`)
  run.attempts.set(name, message)
  if (run.loadState === 'unreachable') violations.push(`(h) ${name}: told without the memory`)
  else if (run.loadState === 'unusable' && run.loaded !== null) return
  else if (run.loadState === 'unusable')
    violations.push(...checkStateless(message, run).map(text => `${name}: ${text}`))
  else if (run.isDry) {
    run.decided ??= decide(run.loaded!, run.facts)
    violations.push(
      ...checkMessage(message, run.decided.expected.get(name)!, rules, run.facts).map(text => `${name}: ${text}`),
    )
  } else if (run.isBlocked) violations.push(`(h) ${name}: told although another run is at work`)
  else if (!run.isClaimed) violations.push(`${name}: told without a claim`)
  else {
    const expected = run.decided!.expected.get(name)!
    violations.push(...checkMessage(message, expected, rules, run.facts).map(text => `${name}: ${text}`))
  }
}

function checkStateless({reasons, report}: Notification, {facts}: ModelRun): string[] {
  const hasFailed = facts.truth.kind !== 'complete' || isDoubtful(facts)
  if (reasons.includes('check-failed') && !hasFailed) return ['(d) check-failed, and it did not fail']
  if (reasons.includes('mass-drift')) return []
  if (!hasFailed && report.entries.length === 0) return ['(d) nothing explains this message']
  return []
}

/** At the moment of sending the claim must be in what is kept. */
export function onSend(model: Model, run: ModelRun, name: string, kept: Memory | null): void {
  if (run.isDry) model.violations.push(`${name}: a dry run sends`)
  if (run.interrupted) model.violations.push(`${name}: sent after the interrupt`)
  if (run.loadState === 'loaded' && kept?.claim?.group !== run.facts.group && !run.isTakenOver) {
    model.violations.push(`${name}: sent, and the claim is not kept`)
  }
  for (const told of run.logs.keys()) {
    if (!run.saved.has(told)) model.violations.push(`(d) ${name}: sent before the log of ${told} was written`)
  }
}

export function onSink(model: Model, run: ModelRun, report: Report, given: LastKnown | null): void {
  const lastKnown = given?.agesKnown === true ? given : null
  run.sinks += 1
  const error = report.error?.code ?? ''
  if (error === 'MEMORY_BUSY') model.violations.push('(h) a busy run fills a sink')
  if (lastKnown === null) {
    if (run.isRemembered && error !== 'MEMORY_UNREACHABLE') model.violations.push('(j) the sinks know nothing')
    return
  }
  if (run.loaded !== null) run.decided ??= decide(run.loaded, run.facts)
  else if (run.facts.truth.kind !== 'complete') model.violations.push('(j) the sinks know what nobody knows')
  const {shadow} = run.decided ?? decide(emptyShadow(), run.facts)
  const wrong = checkLastKnown(lastKnown, shadow, run.facts)
  // after a conflict it may be what another run has seen meanwhile
  const isOthers = !run.isAlone && checkLastKnown(lastKnown, model.current, run.facts).length === 0
  if (!isOthers) model.violations.push(...wrong)
}

/** The run came to its end: `kept` is what is remembered now. */
export function onEnd(model: Model, run: ModelRun, report: Report, kept: Memory | null): void {
  const {violations} = model
  const error = report.error?.code ?? null
  if (run.interrupted) {
    if (error !== 'CANCELLED' && error !== 'MEMORY_BUSY') violations.push(`interrupted, and the error is ${error}`)
    return
  }
  if (run.loadState === 'unreachable') {
    if (report.outcome !== 'failed' || error !== 'MEMORY_UNREACHABLE') {
      violations.push(`(h) the memory is unreachable, and the run ${report.outcome} with ${error}`)
    }
    if (run.sinks === 0) violations.push('(j) unreachable, and no sink is filled')
    return
  }
  if (error === 'MEMORY_BUSY' || error === 'MEMORY_UNREACHABLE') {
    if (run.attempts.size > 0) violations.push(`(h) ${error}, and yet somebody was told`)
    if (report.outcome !== 'failed') violations.push(`(h) ${error}, and the run is ${report.outcome}`)
    const isExpected = error === 'MEMORY_BUSY' ? run.isBlocked : false
    if (run.isAlone && !isExpected && !run.saveTrouble) violations.push(`${error}, and nothing is in the way`)
    return
  }
  if (run.isBlocked && !run.isDry) violations.push(`(h) another run is at work, and the error is ${error}`)
  if (run.sinks === 0) violations.push('(j) no sink is filled')
  const isStateless = run.loadState === 'unusable'
  if (isStateless) checkStatelessEnd(model, run, report)
  else if (run.decided === null) run.decided = decide(run.loaded!, run.facts)
  violations.push(
    ...checkReport(report, isStateless ? null : (run.decided?.shadow ?? null), run.facts, !run.saveTrouble),
  )
  if (isStateless) return
  // a run that was taken over leaves the telling to the other one
  if (!run.isCutShort && !run.isTakenOver) {
    for (const [name, {must}] of run.decided!.expected) {
      if (must.length > 0 && !run.attempts.has(name)) {
        const due = must.map(({manifest, what, key}) => `${what} (${key ?? manifest ?? 'run'})`).join(', ')
        violations.push(`(b) ${name} is told nothing, due: ${due}`)
      }
    }
  }
  if (run.isDry) return
  if (run.saveTrouble) {
    return
  }
  if (!run.hasSavedReading && run.isAlone) violations.push('nothing is remembered of this run')
  for (const name of run.logs.keys()) if (!run.saved.has(name)) violations.push(`(d) ${name}: told, and not logged`)
  if (kept?.claim?.run === run.facts.id) violations.push('the claim outlives its run')
}

/** Without a memory: a message for every drift, and for every run that is not complete. */
function checkStatelessEnd(model: Model, run: ModelRun, report: Report): void {
  const {truth, notifiers, ignore, now} = run.facts
  if (!report.warnings.some(({code}) => code === 'MEMORY_UNAVAILABLE'))
    model.violations.push('no warning of the memory')
  if (run.isCutShort || run.saveTrouble) return
  for (const rules of notifiers) {
    const isDrifted = [...truth.checked].some(
      ([manifest, rows]) =>
        concerns(rules, manifest) &&
        rows.some(
          row =>
            row.diffType !== 'always-sync' && isMatched(rules, manifest, row.diffType) && !isIgnored(row, ignore, now),
        ),
    )
    if ((isDrifted || truth.whole !== null) && !run.attempts.has(rules.name)) {
      model.violations.push(`(b) ${rules.name} is told nothing, without a memory`)
    }
  }
}
