import type {LastKnown, LastKnownManifest} from '../../src/model/last-known.ts'

/** A Manifest of a memory to be: in sync when it was checked an hour before `buildReport`, unless told otherwise. */
export type KnownSpec = {name: string} & Partial<LastKnownManifest>

/** What a memory knows; the last run that checked everything was an hour before `buildReport`. */
export function buildLastKnown(manifests: readonly KnownSpec[], over: Partial<LastKnown> = {}): LastKnown {
  return {
    manifests: manifests.map(manifest => ({
      counts: {added: 0, modified: 0, removed: 0},
      firstSeenAt: null,
      lastCheckedAt: '2026-11-21T08:00:01Z',
      failing: null,
      stateKeys: [],
      lastAppliedAt: null,
      ...manifest,
    })),
    agesKnown: true,
    isKept: true,
    gone: 0,
    muted: 0,
    lastSuccessAt: '2026-11-21T08:00:02Z',
    failing: null,
    endedAlerts: new Map(),
    ...over,
  }
}
