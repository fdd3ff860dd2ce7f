import {toTimestamp} from '../model/time.ts'
import type {GatewayGroup} from './gateway-group.ts'

/** A clock may be that much ahead of ours. */
const skew = 5 * 60

/**
 * Since when each Manifest is drifted, RFC 3339, by what was pushed before; `drift_stack` knows where our own gauges do
 * not. A time that cannot be is left out, and one of a Manifest that is no longer drifted, too.
 */
export function recoverAges(group: GatewayGroup, now: Date): ReadonlyMap<string, string> {
  const latest = now.getTime() / 1000 + skew
  const recovered = new Map<string, string>()
  for (const {age, drift, label} of sets) {
    const resolved = new Set(group.get(drift)?.flatMap(({labels, value}) => (value === 0 ? [labels[label]] : [])))
    for (const {labels, value} of group.get(age) ?? []) {
      const manifest = labels[label]
      const isSane = Number.isFinite(value) && value > 0 && value <= latest
      if (manifest === undefined || resolved.has(manifest) || !isSane) continue
      recovered.set(manifest, toTimestamp(new Date(value * 1000)))
    }
  }
  return recovered
}

/** The later one wins. */
const sets = [
  {age: 'drift_stack_first_seen', drift: 'drift_stack_state', label: 'stack'},
  {
    age: 'tazuna_watch_manifest_first_seen_timestamp_seconds',
    drift: 'tazuna_watch_manifest_drift',
    label: 'manifest',
  },
] as const
