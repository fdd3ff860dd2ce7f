import {applyEdit, isWorldEdit, type Edit} from './edit.ts'
import {editMemory, type Remembering} from './memory-edit.ts'
import type {ModelRun} from './model.ts'
import type {CrashPoint, RunPlan} from './schedule.ts'
import type {Subject} from './subject.ts'
import type {Alerting} from './play-alerts.ts'
import type {Turn} from './turns.ts'

/** A schedule while it is played. */
export type Playing = Remembering & {
  readonly alerting: Alerting
  readonly subject: Subject
  /** Adds a line to the trace. */
  readonly note: (text: () => string) => void
  runs: number
  lastGroup: string
  lastRun: ModelRun | null
}

/** One run while it goes on, from call to call. */
export type RunInPlay = {
  readonly sim: Playing
  readonly plan: RunPlan
  readonly run: ModelRun
  /** For the trace, where two runs overlap. */
  readonly by: string
  readonly turn: Turn | null
  readonly interrupt: AbortController
  /** Its end is the end of the time for delivering. */
  readonly deadline: AbortController
  /** Ends the run as kill -9 would. */
  readonly kill: () => void
  calls: number
  sends: number
  /** Something was sent, and nothing saved since. */
  isUnsaved: boolean
}

/** Awaited before each call to the outside: others go on, and what the plan has for this call happens. */
export async function beforeCall(play: RunInPlay): Promise<void> {
  const {sim, plan, run, turn} = play
  if (turn !== null) await turn()
  play.calls += 1
  if (plan.interrupt === play.calls) {
    run.interrupted = true
    sim.note(() => '    interrupted')
    play.interrupt.abort()
  }
  if (plan.mid?.call === play.calls) change(sim, plan.mid.edit)
}

/** Never comes back if this is where the run is killed. */
export async function crashAt(point: CrashPoint, {sim, plan, kill}: RunInPlay): Promise<void> {
  if (plan.crash !== point) return
  sim.note(() => `    killed ${point}`)
  kill()
  await new Promise(() => undefined)
}

export function change(sim: Playing, edit: Edit): void {
  const done = isWorldEdit(edit)
    ? applyEdit(sim.world, edit)
    : editMemory(sim, edit as Parameters<typeof editMemory>[1])
  if (done !== null) sim.note(() => `  ${edit.kind}: ${done}`)
}
