import {hash} from 'node:crypto'

import type {Report} from '../../src/model/report.ts'
import type {Sink} from '../../src/sink/sink.ts'
import type {Source} from '../../src/source.ts'
import type {WatchOptions} from '../../src/watch.ts'
import {onEnd, onSink} from './check-run.ts'
import {describePlan, describeTruth, describeWarnings} from './describe.ts'
import {newModelRun} from './model.ts'
import {playAlerts} from './play-alerts.ts'
import {playNotifier, toRules} from './play-notifier.ts'
import {playStore} from './play-store.ts'
import {beforeCall, type Playing, type RunInPlay} from './playing.ts'
import {read, unread, type Reading} from './reading.ts'
import type {RunPlan} from './schedule.ts'
import type {Turn} from './turns.ts'
import {digestOf, minute, toRfc3339, type World} from './world.ts'

/** How a run stands to another one that goes on at the same time. */
export type Overlap = {readonly turn: Turn; readonly isSameGroup: boolean}

/** One run of the watch, from its start to its end, or to where it is killed. */
export async function runOnce(sim: Playing, plan: RunPlan, overlap: Overlap | null): Promise<void> {
  const {world, kept, model, note, subject} = sim
  const {play, dead} = startRun(sim, plan, overlap)
  const {run, by} = play
  note(() => `${toRfc3339(world.now)} run ${run.facts.id} of group ${run.facts.group}${describePlan(plan)}`)
  try {
    const options = toOptions(play)
    const ended = await Promise.race([subject.watch(subject.tamper?.(options) ?? options), dead])
    if (ended === 'dead') return
    note(
      () => `    ended${by}: ${ended.outcome}${ended.error ? ` (${ended.error.code})` : ''}${describeWarnings(ended)}`,
    )
    onEnd(model, run, ended, kept.memory)
  } catch (error) {
    model.violations.push(`the run throws: ${error instanceof Error ? error.stack : String(error)}`)
  }
}

function startRun(sim: Playing, plan: RunPlan, overlap: Overlap | null): {play: RunInPlay; dead: Promise<'dead'>} {
  const {world} = sim
  sim.runs += 1
  const id = `r${sim.runs}`
  const group = plan.retry ? sim.lastGroup : `g${sim.runs}`
  sim.lastGroup = group
  const notifiers = world.notifiers.filter(({configured}) => configured).map(notifier => ({...notifier}))
  const facts = {id, group, now: world.now, readAt: 0, truth: unread, ignore: world.ignore, notifiers}
  const run = newModelRun(
    {...facts, minSightings: world.minSightings},
    {
      isDry: plan.dry,
      isAlone: overlap === null && plan.mid === null,
      isTakenOver: overlap?.isSameGroup === true,
    },
  )
  sim.lastRun = run
  const {promise: dead, resolve} = Promise.withResolvers<'dead'>()
  const play: RunInPlay = {
    sim,
    plan,
    run,
    by: overlap === null ? '' : ` by ${id}`,
    turn: overlap?.turn ?? null,
    interrupt: new AbortController(),
    deadline: new AbortController(),
    kill: () => resolve('dead'),
    calls: 0,
    sends: 0,
    isUnsaved: false,
  }
  return {play, dead}
}

function toOptions(play: RunInPlay): WatchOptions {
  const {sim, plan, run, interrupt, deadline} = play
  const {world} = sim
  const {id, group, notifiers, ignore, minSightings} = run.facts
  const startedAt = new Date(world.now)
  return {
    ...toSource(play),
    memory: playStore(play),
    newMemoryKey: () => hash('sha256', id),
    recoverFirstSeen: null,
    minSightings,
    graceAfterNewArtifact: 0,
    notifiers: notifiers.map(rules => ({notifier: playNotifier(rules, play), rules: toRules(rules)})),
    sinks: [playSink(play), playAlerts(play)],
    run: {cluster: 'sim', watch: 'default', id, group, dryRun: plan.dry, version: '0.0.0', startedAt},
    ignore: ignore.map(({manifest, path, diffType, until}) => ({
      manifest: [manifest],
      resource: path === null ? null : [path],
      diffType,
      reason: 'known',
      until,
    })),
    warnings: [],
    clock: () => new Date((world.now += 50)),
    timeLeft: () => 12 * minute - (world.now - startedAt.getTime()),
    interrupt: interrupt.signal,
    readingSignal: interrupt.signal,
    deliverySignal: AbortSignal.any([interrupt.signal, deadline.signal]),
    links: {runbookUrl: null, reportUrl: null},
    redact: text => text,
    onEvent: () => undefined,
  }
}

/** Source and tazuna: both look at the world at once, in the moment in which the source is opened. */
function toSource(play: RunInPlay): Pick<WatchOptions, 'openSource' | 'readState'> {
  const {sim, plan, run, by} = play
  const {WatchError} = sim.subject
  const readAtOnce = (): Reading => {
    const reading = read(sim.world, plan.read)
    run.facts = {...run.facts, truth: reading.truth}
    sim.note(() => `    read${by}: ${describeTruth(run.facts)}`)
    return reading
  }
  let reading: Reading | null = null
  return {
    openSource: async () => {
      run.facts = {...run.facts, readAt: sim.world.now}
      await beforeCall(play)
      reading = readAtOnce()
      const {sourceError} = reading
      if (sourceError !== null) throw new WatchError(sourceError, 'there is no source')
      return sourceOf(sim.world)
    },
    readState: async () => {
      await beforeCall(play)
      const {outcome} = reading ?? readAtOnce()
      if (typeof outcome === 'string') throw new WatchError(outcome, 'there is no reading')
      return outcome
    },
  }
}

function sourceOf(world: World): Source {
  const digest = digestOf(world)
  const kind = digest === null ? 'path' : 'oci'
  return {
    report: {
      kind,
      ref: 'sim',
      digest,
      revision: null,
      createdAt: null,
      verifiedBy: [],
      url: null,
      previousDigest: null,
    },
    folder: '/sim',
    file: 'tazuna.yaml',
    [Symbol.asyncDispose]: async () => undefined,
  }
}

function playSink({sim, run}: RunInPlay): Sink<Report> {
  return {
    name: 'sim',
    type: 'sim',
    render: (report, lastKnown) => {
      onSink(sim.model, run, report, lastKnown)
      return report
    },
    show: payload => payload,
    send: async () => ({ok: true, attempts: 1}),
  }
}
