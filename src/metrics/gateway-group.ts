import type {Labels} from './exposition.ts'
import type {GroupKey} from './group-path.ts'
import {watchLabels} from './watch-labels.ts'

/** The samples of one group of a Pushgateway, by family. A value that is no number is NaN. */
export type GatewayGroup = ReadonlyMap<string, readonly {readonly labels: Labels; readonly value: number}[]>

/**
 * Finds the group of a watch in the answer of `GET /api/v1/metrics`, which has all groups: the one with exactly our
 * labels. Null: it is not there. Throws where the answer is not one of a Pushgateway.
 * https://github.com/prometheus/pushgateway#query-api
 */
export function parseGatewayGroup(json: string, key: GroupKey): GatewayGroup | null {
  const {data} = asObject(parseJson(json))
  if (!Array.isArray(data)) throw new Error('it has no list of groups')
  const ours: Labels = {job: key.job, ...watchLabels(key)}
  const group = data.map(asObject).find(({labels}) => hasLabels(labels, ours))
  if (group === undefined) return null
  // beside its families a group has `labels` and `last_push_successful`, which are none
  return new Map(Object.entries(group).map(([name, family]) => [name, toSamples(family)]))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it is no JSON')
  }
}

/** Whoever pushes a family called `labels` hides those of the group. */
function hasLabels(found: unknown, wanted: Labels): boolean {
  const labels = asObject(found)
  const names = Object.keys(wanted)
  return names.length === Object.keys(labels).length && names.every(name => labels[name] === wanted[name])
}

function toSamples(family: unknown): {labels: Labels; value: number}[] {
  const {metrics} = asObject(family)
  if (!Array.isArray(metrics)) return []
  return metrics.map(asObject).map(({labels, value}) => ({labels: toLabels(labels), value: toNumber(value)}))
}

function toLabels(labels: unknown): Labels {
  const pairs = Object.entries(asObject(labels)).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return Object.fromEntries(pairs)
}

/** As Go writes a float: `1.7952013e+09`, `NaN`, `+Inf`. */
function toNumber(value: unknown): number {
  return typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
}

/** What is no object has no keys. */
function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? {...value} : {}
}
