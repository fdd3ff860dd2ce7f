import {parseArgs} from 'node:util'

import {simulate} from './drive.ts'
import {newSchedule} from './schedule.ts'
import {shorten} from './shorten.ts'
import {realSubject} from './subject.ts'

/**
 * `npm run simulate -- --seed N [--count M] [--short] [--survey]`: plays schedules and prints the trace of the first
 * that breaks a promise, `--short` without what does not matter; `--survey` plays all and counts what was broken.
 */
const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: '1'},
    count: {type: 'string', default: '1'},
    short: {type: 'boolean', default: false},
    survey: {type: 'boolean', default: false},
  },
})

const first = Number(values.seed)
const found = new Map<string, number[]>()
let runs = 0
for (let seed = first; seed < first + Number(values.count); seed += 1) {
  const simulated = await simulate(newSchedule(seed), realSubject)
  runs += simulated.runs
  if (simulated.violations.length === 0) continue
  if (!values.survey) {
    await show(seed)
    break
  }
  const kind = simulated.violations[0]!.replaceAll(/\S*m\d+\S*|\d+/g, '…').slice(0, 110)
  found.set(kind, [...(found.get(kind) ?? []), seed])
}
if (values.count === '1' && process.exitCode === undefined) await show(first)
for (const [kind, seeds] of [...found].toSorted((a, b) => b[1].length - a[1].length)) {
  process.stdout.write(`${seeds.length} × ${kind}   seeds ${seeds.slice(0, 8).join(' ')}\n`)
}
process.stdout.write(`${runs} runs\n`)

async function show(seed: number): Promise<void> {
  const schedule = values.short ? await shorten(newSchedule(seed), realSubject) : newSchedule(seed)
  const {trace, violations} = await simulate(schedule, realSubject, true)
  process.stdout.write([`seed ${seed}`, ...trace, ...violations.map(text => `VIOLATION ${text}`), ''].join('\n'))
  process.exitCode = violations.length > 0 ? 1 : 0
}
