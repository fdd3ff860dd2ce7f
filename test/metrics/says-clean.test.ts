import {expect, it} from 'vitest'

import type {GatewayGroup} from '../../src/metrics/gateway-group.ts'
import type {GaugeSet} from '../../src/metrics/gauges.ts'
import {saysClean} from '../../src/metrics/says-clean.ts'

/** `stack` is how many Manifests are drifted, and how many failed; null without these gauges. */
function groupOf(outcome: string, stack: readonly [number, number] | null): GatewayGroup {
  const outcomes = ['clean', 'drift', 'incomplete', 'failed']
  const own = outcomes.map(one => ({labels: {outcome: one}, value: Number(one === outcome)}))
  const counts = stack?.map(value => [{labels: {}, value}]) ?? []
  return new Map(
    Object.entries({
      tazuna_watch_run_outcome: own,
      ...(stack !== null && {drift_stack_count: counts[0]!, drift_error_count: counts[1]!}),
    }),
  )
}

it.each<[string, GatewayGroup, GaugeSet[], boolean]>([
  ['after a clean run', groupOf('clean', [0, 0]), ['tazuna_watch', 'drift_stack'], true],
  ['after drift', groupOf('drift', [1, 0]), ['tazuna_watch'], false],
  ['after drift, by drift_stack', groupOf('drift', [1, 0]), ['drift_stack'], false],
  ['after an error, by drift_stack', groupOf('incomplete', [0, 1]), ['drift_stack'], false],
  ['after a failed run', groupOf('failed', [0, 0]), ['tazuna_watch'], false],
  ['after a failed run that drift_stack did not hear of', groupOf('failed', [0, 0]), ['drift_stack'], true],
  ['without the gauges of a set', groupOf('clean', null), ['tazuna_watch', 'drift_stack'], false],
  ['without any gauges', new Map(), ['tazuna_watch'], false],
])('saysClean of a group %s', (_, group, sets, expected) => {
  expect(saysClean(group, sets)).toBe(expected)
})
