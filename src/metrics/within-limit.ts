import type {Standing} from './standing.ts'

/** More Manifests than this get no gauges of their own: at every push the gateway checks all that it holds. */
const maxManifests = 2000

/** Clean ones are dropped first, then those that are only not checked, then the last ones. The order stays. */
export function withinLimit(standings: readonly Standing[]): readonly Standing[] {
  if (standings.length <= maxManifests) return standings
  const byRank = standings.toSorted((a, b) => rankOf(a) - rankOf(b))
  const kept = new Set(byRank.slice(0, maxManifests))
  return standings.filter(standing => kept.has(standing))
}

function rankOf({outcome, isDrifted, hasFailed}: Standing): 0 | 1 | 2 {
  if (isDrifted === true || hasFailed === true) return 0
  return outcome === 'clean' ? 2 : 1
}
