import type {Http} from '../http.ts'
import type {LastKnown} from '../model/last-known.ts'
import type {Report} from '../model/report.ts'
import type {StateKey} from '../model/state-key.ts'
import type {Redact} from '../secret.ts'
import type {SendPolicy} from '../send.ts'
import {postJson} from './post-json.ts'
import type {Sink} from './sink.ts'

export type GitopsStatusOptions = {
  readonly name: string
  /** Without `/api/status`; user and password in it are used as basic auth. */
  readonly url: string
  readonly repo: string
  readonly server: string
  readonly http: Http
  readonly redact: Redact
  readonly sendPolicy?: Omit<SendPolicy, 'signal'>
}

type GitopsStatus = {
  readonly repo: string
  readonly server: string
  readonly sync_status: 'SYNCED' | 'OUT_OF_SYNC'
  /** All drift that is known, also where `files` is cut. */
  readonly drift_count: number
  readonly files: readonly {readonly name: StateKey}[]
  readonly last_check: string
}

const mostFiles = 1_000

/**
 * A server that shows which GitOps repositories are in sync. A run that does not know posts nothing, so that what is
 * shown grows old: a failed one, and an incomplete one without any drift known.
 */
export function gitopsStatusSink(options: GitopsStatusOptions): Sink<GitopsStatus> {
  const {name, repo, server, redact} = options
  const post = postJson({
    ...options,
    basicAuth: null,
    path: '/api/status',
    receiver: 'the status server',
    isTaken: status => status >= 200 && status < 300,
    keyOf: status => (status < 400 || [401, 403, 404, 405].includes(status) ? 'status.url' : null),
  })
  return {
    name,
    type: 'gitops-status',
    render(report, lastKnown) {
      const {outcome, run} = report
      if (outcome === 'failed') return null
      // while State is missing widely nothing is taken for settled, whatever this run found
      const drift = openDrift(report, lastKnown)
      if (outcome === 'incomplete' && drift.count === 0) return null
      return {
        repo,
        server,
        sync_status: drift.count === 0 ? 'SYNCED' : 'OUT_OF_SYNC',
        drift_count: drift.count,
        files: drift.keys.slice(0, mostFiles).map(key => ({name: key})),
        last_check: run.finishedAt,
      }
    },
    show: ({files, ...status}) => ({
      ...status,
      repo: redact(status.repo),
      server: redact(status.server),
      files: files.map(({name}) => ({name: redact(name)})),
    }),
    send: post,
  }
}

/** What this run saw and what is known of the rest, by Manifest; of one with too much to remember only how much. */
function openDrift(
  {entries}: Report,
  lastKnown: LastKnown | null,
): {readonly count: number; readonly keys: readonly StateKey[]} {
  const byManifest = new Map(lastKnown?.manifests.map(one => [one.name, new Set(one.stateKeys)]))
  for (const {manifest, stateKey, filteredBy} of entries) {
    if (filteredBy !== null) continue
    const keys = byManifest.get(manifest) ?? new Set()
    byManifest.set(manifest, keys.add(stateKey))
  }
  const counted = new Map(lastKnown?.manifests.map(({name, counts}) => [name, counts]))
  const counts = [...byManifest].map(([name, {size}]) => {
    const {added, modified, removed} = counted.get(name) ?? {added: 0, modified: 0, removed: 0}
    return Math.max(size, added + modified + removed)
  })
  return {count: counts.reduce((sum, one) => sum + one, 0), keys: [...byManifest.values()].flatMap(keys => [...keys])}
}
