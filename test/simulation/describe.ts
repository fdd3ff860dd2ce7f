import type {Memory} from '../../src/model/memory.ts'
import type {Report} from '../../src/model/report.ts'
import type {Notification} from '../../src/notify/notifier.ts'
import type {RunPlan} from './schedule.ts'
import type {RunFacts} from './run-facts.ts'
import {hour, isIgnored, minute, type World} from './world.ts'

/** The lines of a trace. */
export function describeWorld({manifests, minSightings, notifiers}: World): string {
  const rules = notifiers.map(
    ({name, manifests, types, remindAfter, changeInterval, failuresBeforeNotice, resolved}) =>
      `\n  ${name}: match ${JSON.stringify({manifests, types})}, remindAfter ${remindAfter / hour} h, changeInterval ${changeInterval / minute} min, failuresBeforeNotice ${failuresBeforeNotice}, resolved ${resolved}`,
  )
  return `${manifests.length} Manifests, minSightings ${minSightings}${rules.join('')}`
}

export function describePlan({read, load, save, crash, interrupt, dry, notifier, alerts}: RunPlan): string {
  const faults = [
    ...(dry ? ['dry run'] : []),
    ...(read === null ? [] : [read.fault]),
    ...(load === null ? [] : [`loading is ${load}`]),
    ...(save === null ? [] : [`saving (${save.phase}) is ${save.how}, ${save.times} times`]),
    ...(crash === null ? [] : [`killed ${crash}`]),
    ...(interrupt === null ? [] : [`interrupted at call ${interrupt}`]),
    ...(notifier === null ? [] : [`send ${notifier.nth} ${notifier.down}`]),
    ...(alerts === null ? [] : [`alerts ${alerts}`]),
  ]
  return faults.length === 0 ? '' : `, to come: ${faults.join(', ')}`
}

export function describeTruth({truth, ignore, now}: RunFacts): string {
  const checked = [...truth.checked].map(([name, rows]) => {
    const shown = rows.map(row => {
      const filtered = isIgnored(row, ignore, now) ? ' (ignored)' : ''
      return `${row.stateKey.split('/').at(-1)} ${row.diffType} ${(row.newHash ?? row.oldHash)?.slice(0, 6)}${filtered}`
    })
    return `${name}${truth.moved.has(name) ? ' (moved)' : ''}: ${shown.length === 0 ? '–' : shown.join(', ')}`
  })
  const failed = [...truth.failures].map(([name, code]) => `${name}: ${code}`)
  const without = [...(truth.listed ?? [])].filter(([, hasState]) => !hasState).map(([name]) => name)
  const state = without.length === 0 ? '' : `; no State: ${without.join(', ')}`
  return `${truth.kind}${truth.whole === null ? '' : ` ${truth.whole}`}; ${[...checked, ...failed].join('; ')}${state}`
}

export function describeMessage({reasons, manifests, massDrift, failing, muted}: Notification): string {
  const parts = manifests.map(({name, reasons, open, resolved, failing, goneSince, checked}) => {
    const entries = open.map(({stateKey, diffType, status}) => `${stateKey.split('/').at(-1)} ${diffType} ${status}`)
    const gone = resolved.map(
      ({stateKey, wasTold}) => `${stateKey.split('/').at(-1)} resolved${wasTold ? '' : ' untold'}`,
    )
    const rest = [
      ...(failing ? [`failing ${failing.code}`] : []),
      ...(goneSince ? ['gone'] : []),
      ...(checked ? [] : ['unchecked']),
    ]
    return `${name} [${reasons.join(' ')}] ${[...entries, ...gone, ...rest].join(', ')}`
  })
  const mass = massDrift === null ? [] : [`mass drift ${massDrift.kind} since ${massDrift.since}`]
  const run = failing === null ? [] : [`the run fails: ${failing.code} × ${failing.groups}`]
  return `[${reasons.join(' ')}] ${[...mass, ...run, ...parts].join('; ')}${muted > 0 ? `; ${muted} muted` : ''}`
}

export function describeMemory({lastRun, claim, massDrift}: Memory): string {
  return `reading of ${lastRun?.id}${claim ? `, claim of ${claim.run}` : ''}${massDrift ? `, ${massDrift.kind} since ${massDrift.since}${massDrift.over ? ' over' : ''}` : ''}`
}

export function describeWarnings({warnings}: Report): string {
  return warnings.length === 0 ? '' : `, warnings ${warnings.map(({code}) => code).join(' ')}`
}
