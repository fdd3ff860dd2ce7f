import {checkRest} from './check-rest.ts'
import {describeWorld} from './describe.ts'
import {newModel} from './model.ts'
import {change, type Playing} from './playing.ts'
import {randomOf} from './random.ts'
import {runOnce} from './run-once.ts'
import type {Schedule, Step} from './schedule.ts'
import {newKept} from './store.ts'
import type {Subject} from './subject.ts'
import {takeTurns} from './turns.ts'
import {day, minute, newWorld, type World} from './world.ts'

export type Simulated = {
  /** What broke a promise, in the first run that did; empty if none did. */
  readonly violations: readonly string[]
  readonly runs: number
  readonly trace: readonly string[]
}

/** Plays a schedule against a watch, and checks every run; ends with the first that breaks a promise. */
export async function simulate(schedule: Schedule, subject: Subject, withTrace = false): Promise<Simulated> {
  const trace: string[] = []
  const sim: Playing = {
    subject,
    world: newWorld(randomOf(schedule.seed)),
    kept: newKept(),
    model: newModel(),
    alerting: {active: new Set()},
    note: withTrace ? text => trace.push(text()) : () => undefined,
    runs: 0,
    lastGroup: 'g0',
    lastRun: null,
  }
  const {violations} = sim.model
  sim.note(() => describeWorld(sim.world))
  for (const step of schedule.steps) {
    await takeStep(sim, step)
    if (violations.length > 0) break
  }
  if (violations.length === 0) violations.push(...checkRest(sim, schedule))
  return {violations, runs: sim.runs, trace}
}

const forgetting: ReadonlySet<string> = new Set(['lose memory', 'roll memory back', 'spoil memory'])

async function takeStep(sim: Playing, {advance, edits, run, second, order}: Step): Promise<void> {
  const {world} = sim
  world.now += advance
  for (const edit of edits) change(sim, edit)
  // what the memory cannot know of has ended by itself
  if (advance > 30 * day || edits.some(({kind}) => forgetting.has(kind))) sim.alerting.active.clear()
  startOnTheGrid(world)
  if (second === null) {
    await runOnce(sim, run, null)
    return
  }
  sim.note(() => '  two runs overlap')
  const plans = [run, second]
  const isSameGroup = second.retry
  await takeTurns(
    randomOf(order),
    plans.map(plan => turn => runOnce(sim, plan, {turn, isSameGroup})),
  )
}

/** Runs begin at even minutes, so that no bound is met by the milliseconds of a run, and none at the end of a day. */
function startOnTheGrid(world: World): void {
  world.now = Math.floor(world.now / (2 * minute)) * 2 * minute
  if (world.now % day > day - 6 * minute) world.now += 10 * minute
}
