import type {LastKnown} from '../model/last-known.ts'
import type {Report} from '../model/report.ts'
import {driftStackFamilies, driftStackRunFamilies} from './drift-stack-families.ts'
import type {Family} from './exposition.ts'
import type {GaugeSet} from './gauges.ts'
import {manifestFamilies} from './manifest-families.ts'
import {runFamilies} from './run-families.ts'
import {toStandings} from './standing.ts'

export type FamiliesOptions = {
  /** How often a run is scheduled; null when that is not configured. */
  readonly intervalSeconds: number | null
  readonly sets: readonly GaugeSet[]
}

/**
 * The gauges of one run. `run` is about the run and always there. `manifests` is about how the Manifests stand, null
 * when neither the run nor a memory can tell: then what was exported before must stay, since a registry that is down
 * must not end an alert. `replaces`: these are all there are, and what was exported before goes.
 */
export type RunFamilies = {
  readonly run: readonly Family[]
  readonly manifests: readonly Family[] | null
  readonly replaces: boolean
}

/**
 * `remembered` is null where no memory could be asked. Where the report warns that it does not know since when what it found is there
 * (`FIRST_SEEN_UNKNOWN`), no age is told, and those that were exported before stay.
 */
export function toFamilies(report: Report, remembered: LastKnown | null, options: FamiliesOptions): RunFamilies {
  const lastKnown = remembered?.agesKnown === true ? remembered : null
  const own = options.sets.includes('tazuna_watch')
  const driftStack = options.sets.includes('drift_stack')
  const run = [
    ...(own ? runFamilies(report, lastKnown, options.intervalSeconds) : []),
    ...(driftStack ? driftStackRunFamilies(report, lastKnown) : []),
  ]
  if (!isAllKnown(report, lastKnown)) return {run, manifests: null, replaces: false}

  const standings = toStandings(report, lastKnown)
  const manifests = [
    ...(own ? manifestFamilies(standings, report, lastKnown) : []),
    ...(driftStack ? driftStackFamilies(standings, report) : []),
  ]
  const isAgeUnknown = report.warnings.some(({code}) => code === 'FIRST_SEEN_UNKNOWN')
  const replaces = !isAgeUnknown || !standings.some(({isDrifted}) => isDrifted)
  return {run, manifests: replaces ? manifests : manifests.filter(({name}) => !ages.has(name)), replaces}
}

/**
 * Whether it is known how every Manifest stands. A memory without any complete run may be a new one in the place of one
 * that was lost, and know less than what was exported before it.
 */
function isAllKnown({outcome, summary}: Report, lastKnown: LastKnown | null): boolean {
  const isComplete = (outcome === 'clean' || outcome === 'drift') && summary !== null
  return isComplete || (lastKnown !== null && lastKnown.lastSuccessAt !== null)
}

const ages = new Set([
  'tazuna_watch_manifest_first_seen_timestamp_seconds',
  'tazuna_watch_oldest_drift_timestamp_seconds',
  'drift_stack_first_seen',
  'drift_stack_age_hours',
])
