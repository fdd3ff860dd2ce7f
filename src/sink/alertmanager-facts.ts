import {toStandings, type Standing} from '../metrics/standing.ts'
import type {LastKnown} from '../model/last-known.ts'
import type {Failing} from '../model/memory.ts'
import type {Report} from '../model/report.ts'

/** What there is to say in alerts. */
export type AlertFacts = {
  readonly report: Report
  /** The run as a whole fails; null: it does not, or without a memory nobody counts. */
  readonly failing: Failing | null
  /** By name. */
  readonly manifests: ReadonlyMap<string, ManifestFacts>
}

export type ManifestFacts = Pick<Standing, 'counts' | 'outcome'> & {
  readonly lastCheckedAt: string | null
  readonly failing: Failing | null
  readonly manifest: Report['manifests'][number] | null
}

export function toAlertFacts(report: Report, lastKnown: LastKnown | null): AlertFacts {
  const found = new Map(report.manifests.map(manifest => [manifest.name, manifest]))
  const known = new Map(lastKnown?.manifests.map(manifest => [manifest.name, manifest]))
  const manifests = toStandings(report, lastKnown).map(({name, counts, outcome}): [string, ManifestFacts] => {
    const [manifest, before] = [found.get(name) ?? null, known.get(name)]
    const lastCheckedAt = before?.lastCheckedAt ?? manifest?.lastCheckedAt ?? null
    return [name, {counts, outcome, lastCheckedAt, failing: before?.failing ?? null, manifest}]
  })
  return {report, failing: lastKnown?.failing ?? null, manifests: new Map(manifests)}
}
