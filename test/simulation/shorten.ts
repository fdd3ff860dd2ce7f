import {simulate} from './drive.ts'
import type {RunPlan, Schedule, Step} from './schedule.ts'
import type {Subject} from './subject.ts'

/** A schedule with fewer steps, edits and faults that breaks the same promise. */
export async function shorten(schedule: Schedule, subject: Subject): Promise<Schedule> {
  const kindOf = async (one: Schedule) => {
    const {violations} = await simulate(one, subject)
    return violations.length === 0 ? null : toKind(violations[0]!)
  }
  const kind = await kindOf(schedule)
  if (kind === null) return schedule
  let best = schedule
  for (let at = best.steps.length; at >= 0; at -= 1) {
    const cut = {...best, steps: best.steps.slice(0, at)}
    if ((await kindOf(cut)) !== kind) break
    best = cut
  }
  for (let round = 0, size = Infinity; round < 3 && sizeOf(best) < size; round += 1) {
    size = sizeOf(best)
    for (let at = best.steps.length - 1; at >= 0; at -= 1) {
      for (const smaller of smallerSteps(best.steps, at)) {
        const cut = {...best, steps: smaller}
        if ((await kindOf(cut)) !== kind) continue
        best = cut
        break
      }
    }
  }
  return best
}

/** Which promise is broken, without names and numbers. */
function toKind(violation: string): string {
  return violation.replaceAll(/\S*[mn]\d+\S*|\d+|ops|team|page/g, '…').slice(0, 80)
}

function sizeOf({steps}: Schedule): number {
  return JSON.stringify(steps).length
}

function* smallerSteps(steps: readonly Step[], at: number): Generator<Step[]> {
  const step = steps[at]!
  const next = steps[at + 1]
  const without = steps.toSpliced(at, 1)
  if (next) {
    // the time that it takes stays
    yield steps.toSpliced(at, 2, {...next, advance: next.advance + step.advance})
    yield steps.toSpliced(at, 2, {
      ...next,
      advance: next.advance + step.advance,
      edits: [...step.edits, ...next.edits],
    })
  }
  yield without
  if (step.second !== null) yield steps.with(at, {...step, second: null})
  for (let edit = 0; edit < step.edits.length; edit += 1) {
    yield steps.with(at, {...step, edits: step.edits.toSpliced(edit, 1)})
  }
  for (const key of Object.keys(step.run) as (keyof RunPlan)[]) {
    const value = step.run[key]
    if (value === null || value === false) continue
    yield steps.with(at, {...step, run: {...step.run, [key]: typeof value === 'boolean' ? false : null}})
  }
}
