import type {Memory} from '../model/memory.ts'
import type {Report, ReportManifest} from '../model/report.ts'
import {firstSeenOf} from './last-known.ts'
import {mutedUntil} from './mutes.ts'

/**
 * The report with what only the memory knows: ages, causes, mutes, and the Manifests that are gone, which come last; and
 * what it knew before this reading.
 */
export function withAges(report: Report, memory: Memory, {lastRun, digest}: Memory): Report {
  const muted = mutedUntil(memory.mutes)
  const gone = report.outcome === 'failed' ? [] : goneManifests(report, memory)
  return {
    ...report,
    run: {...report.run, previousRunAt: lastRun?.startedAt ?? null},
    source: report.source && {...report.source, previousDigest: digest},
    summary: report.summary && {
      ...report.summary,
      manifests: {...report.summary.manifests, gone: report.summary.manifests.gone + gone.length},
    },
    manifests: [...report.manifests.map(manifest => withAge(manifest, memory)), ...gone],
    entries: report.entries.map(entry => {
      const known = memory.manifests.get(entry.manifest)?.entries.get(entry.stateKey)
      const {firstSeenAt = null, changedAt = null, cause = null} = known ?? {}
      const isDrift = entry.filteredBy === null
      return {
        ...entry,
        mutedUntil: isDrift ? muted(entry.manifest, entry.stateKey) : null,
        firstSeenAt,
        changedAt,
        cause,
      }
    }),
  }
}

function withAge(manifest: ReportManifest, {manifests}: Memory): ReportManifest {
  const known = manifests.get(manifest.name)
  if (known === undefined) return manifest
  return {...manifest, firstSeenAt: firstSeenOf(known), lastCheckedAt: known.lastCheckedAt}
}

function goneManifests({manifests}: Report, memory: Memory): ReportManifest[] {
  const present = new Set(manifests.map(({name}) => name))
  return [...memory.manifests].flatMap(([name, known]) => {
    if (known.goneSince === null || present.has(name)) return []
    return {
      name,
      outcome: 'gone' as const,
      resources: null,
      lastAppliedAt: null,
      gitCommit: null,
      firstSeenAt: firstSeenOf(known),
      lastCheckedAt: known.lastCheckedAt,
      error: null,
    }
  })
}
