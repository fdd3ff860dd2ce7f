import {hash} from 'node:crypto'

import {emptyMemory, type KnownEntry, type Memory, type ToldEntry} from '../../src/model/memory.ts'

/** A modified row that was seen in the last run. */
export function knownEntry(overrides: Partial<KnownEntry> = {}): KnownEntry {
  return {
    diffType: 'modified',
    hash: '0123456789ab',
    storedHash: 'ba9876543210',
    digest: null,
    firstSeenAt: '2026-11-19T00:00:00Z',
    changedAt: '2026-11-19T00:00:00Z',
    lastSeenAt: '2026-11-20T12:00:00Z',
    sightings: 1,
    group: 'group-1',
    filteredBy: null,
    again: false,
    cause: null,
    absentSince: null,
    ...overrides,
  }
}

/** The memory of `prod`/`default` with these rows by Manifest, all drift of which the notifier `ops` was told. */
export function memoryOf(rows: Record<string, Record<string, KnownEntry>>, overrides: Partial<Memory> = {}): Memory {
  const at = '2026-11-20T12:00:00Z'
  const manifests = Object.entries(rows).map(([name, entries]) => [name, new Map(Object.entries(entries))] as const)
  return {
    ...emptyMemory('prod', 'default', 'ab'.repeat(32)),
    lastRun: {id: 'run-1', group: 'group-1', startedAt: at, readAt: '2026-11-20T12:00:01.500Z', outcome: 'drift'},
    manifests: new Map(
      manifests.map(([name, entries]) => [
        name,
        {
          hasState: true,
          lastCheckedAt: at,
          lastAppliedAt: null,
          digest: null,
          failing: null,
          goneSince: null,
          entries,
          folded: null,
        },
      ]),
    ),
    notifiers: new Map([
      [
        'ops',
        {
          joinedAt: '2026-11-19T00:00:00Z',
          configuredAt: at,
          baselineAt: '2026-11-19T00:00:00Z',
          deliveredAt: at,
          failedSince: null,
          failure: null,
          massDrift: null,
          reference: null,
          manifests: new Map(
            manifests.map(([name, entries]) => [
              name,
              {
                toldAt: at,
                reasons: ['first-drift'],
                entries: driftOf(entries),
                folded: null,
                left: new Map(),
                failure: null,
                goneAt: null,
                reference: null,
              },
            ]),
          ),
        },
      ],
    ]),
    ...overrides,
  }
}

function driftOf(entries: ReadonlyMap<string, KnownEntry>): Map<string, ToldEntry> {
  return new Map(
    [...entries]
      .filter(([, {absentSince, filteredBy}]) => absentSince === null && filteredBy === null)
      .map(([key, {diffType, hash}]) => [key, {diffType, hash}]),
  )
}

/** So many Manifests with so many modified rows each, with hashes like random ones: they cannot be compressed. */
export function largeMemory(manifests: number, rows: number, overrides: Partial<Memory> = {}): Memory {
  const entriesOf = (name: string) =>
    Array.from({length: rows}, (_, index) => {
      const key = `${name}/apps/v1/Deployment/team-${index % 7}/service-${index}`
      const digits = hash('sha256', key)
      return [key, knownEntry({hash: digits.slice(0, 12), storedHash: digits.slice(12, 24)})] as const
    })
  const names = Array.from({length: manifests}, (_, index) => `manifest-${index}`)
  return memoryOf(Object.fromEntries(names.map(name => [name, Object.fromEntries(entriesOf(name))])), overrides)
}
