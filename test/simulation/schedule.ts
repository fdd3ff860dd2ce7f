import {editWeights, type Edit, type EditKind} from './edit.ts'
import {randomOf, type Random} from './random.ts'
import type {ReadFault} from './reading.ts'
import {day, hour, minute, type Down} from './world.ts'

/** What happens, in order: plain data, so that a schedule can be printed and made shorter. */
export type Schedule = {readonly seed: number; readonly steps: readonly Step[]}

/** Time passes, the world changes, then one run, or two that overlap. */
export type Step = {
  /** Milliseconds since the step before. */
  readonly advance: number
  readonly edits: readonly Edit[]
  readonly run: RunPlan
  readonly second: RunPlan | null
  /** Which of two runs goes on next. */
  readonly order: number
  /** Nothing happens, and everything is up. */
  readonly isQuiet: boolean
}

export type RunPlan = {
  /** It belongs to the group of the run before. */
  readonly retry: boolean
  readonly dry: boolean
  readonly read: {readonly fault: ReadFault; readonly seed: number} | null
  readonly load: 'unreachable' | null
  readonly save: SaveFault | null
  readonly crash: CrashPoint | null
  /** The run is interrupted before its so-manieth call to the outside. */
  readonly interrupt: number | null
  /** Somebody changes the memory before its so-manieth call to the outside. */
  readonly mid: {readonly call: number; readonly edit: Edit} | null
  /** The first notifier that sends meets this. */
  readonly notifier: {readonly nth: number; readonly down: Down} | null
  /** What becomes of the alerts that it sends. */
  readonly alerts: 'refused' | 'answer lost' | null
}

/** What a save is for: the claim, the log after a send, or the end of the run. */
export type SavePhase = 'claim' | 'log' | 'end'
export type SaveFault = {
  readonly phase: SavePhase
  /** `unreachable, saved`: it was saved, and the answer got lost. */
  readonly how: 'unreachable' | 'unreachable, saved' | 'conflict' | 'unusable'
  readonly times: number
}

export const crashPoints = [
  'before claim',
  'after claim',
  'before send',
  'after send',
  'before log',
  'after log',
  'before end',
  'after end',
] as const
/** Where a run ends as by kill -9. */
export type CrashPoint = (typeof crashPoints)[number]

const calmRun: RunPlan = {
  retry: false,
  dry: false,
  read: null,
  load: null,
  save: null,
  crash: null,
  interrupt: null,
  mid: null,
  notifier: null,
  alerts: null,
}

/** 20 to 60 runs with faults, then some quiet ones in which everything that is due must be told. */
export function newSchedule(seed: number): Schedule {
  const random = randomOf(seed + 1)
  const trouble = random.pick([0.15, 0.35, 0.35, 0.6])
  const length = 15 + random.below(41)
  const steps = Array.from({length}, () => newStep(random, trouble))
  const rest: Edit[] = (['up', 'mend memory'] as const).map(kind => ({kind, seed: 0}))
  const quiet = [0, 1, 2, 3, 4].map(nth => ({
    advance: 75 * hour,
    edits: nth === 0 ? rest : [],
    run: calmRun,
    second: null,
    order: 0,
    isQuiet: true,
  }))
  return {seed, steps: [...steps, ...quiet]}
}

function newStep(random: Random, trouble: number): Step {
  const inner = randomOf(random.seed())
  const retry = inner.chance(0.12)
  const edits = Array.from({length: inner.pick([0, 0, 1, 1, 1, 2, 3])}, () => newEdit(inner))
  return {
    advance: retry ? inner.pick([2, 10, 20]) * minute : newAdvance(inner),
    edits: retry ? edits.slice(1) : edits,
    run: newRun(inner, trouble, retry),
    second: inner.chance(0.06) ? newRun(inner, trouble, inner.chance(0.15)) : null,
    order: inner.seed(),
    isQuiet: false,
  }
}

function newAdvance(random: Random): number {
  // four minutes less than an hour is still a whole one for reminders, six are not
  const jitter = random.pick([0, 0, 0, -4, -6, 10, -10, 4]) * minute
  const gap = random.weighted({hourly: 30, soon: 2, hours: 6, days: 2, weeks: 0.3})
  if (gap === 'hourly') return hour + jitter
  if (gap === 'soon') return 10 * minute
  if (gap === 'hours') return (2 + random.below(8)) * hour + jitter
  return gap === 'days' ? (1 + random.below(4)) * day + jitter : 33 * day
}

function newEdit(random: Random): Edit {
  return {kind: random.weighted<EditKind>(editWeights), seed: random.seed()}
}

const readWeights: Readonly<Record<ReadFault, number>> = {
  'source down': 4,
  'tazuna missing': 2,
  unparsable: 2,
  'fails first': 3,
  'stops half-way': 6,
  'stops at the end': 1,
  skipped: 3,
  'skipped, unnamed': 1,
  'coverage unknown': 3,
  'State moved': 3,
  duplicate: 1,
}
const downs: readonly Down[] = ['refused', 'refused', 'hangs', 'throws', 'render throws', 'answer lost']

function newRun(random: Random, trouble: number, retry: boolean): RunPlan {
  const maybe = <T>(share: number, make: () => T) => (random.chance(trouble * share) ? make() : null)
  return {
    retry,
    dry: random.chance(0.01),
    read: maybe(0.4, () => ({fault: random.weighted(readWeights), seed: random.seed()})),
    load: maybe(0.06, () => 'unreachable' as const),
    save: maybe(0.2, () => newSaveFault(random)),
    crash: maybe(0.2, () => random.pick(crashPoints)),
    interrupt: maybe(0.05, () => random.below(9)),
    mid: maybe(0.1, () => ({
      call: random.below(9),
      edit: {kind: random.pick(['mute', 'mute', 'unmute']), seed: random.seed()},
    })),
    notifier: maybe(0.3, () => ({nth: random.below(2), down: random.pick(downs)})),
    alerts: maybe(0.4, () => random.pick(['refused', 'refused', 'answer lost'] as const)),
  }
}

function newSaveFault(random: Random): SaveFault {
  const how = random.weighted({unreachable: 4, 'unreachable, saved': 3, conflict: 4, unusable: 0.5})
  return {phase: random.pick(['claim', 'log', 'end'] as const), how, times: random.pick([1, 1, 2, 9])}
}
