import type {GatewayGroup} from './gateway-group.ts'
import type {GaugeSet} from './gauges.ts'

/** Whether a group says, in each of these sets of gauges, that the last run was clean. */
export function saysClean(group: GatewayGroup, sets: readonly GaugeSet[]): boolean {
  const all = {tazuna_watch: saysOwnClean, drift_stack: saysStackClean} satisfies Record<GaugeSet, unknown>
  return sets.every(set => all[set](group))
}

function saysOwnClean(group: GatewayGroup): boolean {
  const outcomes = group.get('tazuna_watch_run_outcome') ?? []
  return outcomes.some(({labels, value}) => labels['outcome'] === 'clean' && value === 1)
}

function saysStackClean(group: GatewayGroup): boolean {
  return ['drift_stack_count', 'drift_error_count'].every(name => group.get(name)?.[0]?.value === 0)
}
