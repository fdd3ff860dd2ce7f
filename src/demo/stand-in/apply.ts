import {mkdir, writeFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {buildEntries, hasManager} from './build.ts'
import {computeDiff, type DiffRow} from './compute-diff.ts'
import {TazunaError, type Era} from './go-error.ts'
import {secretProviders} from './secret-providers.ts'
import {toConfigMap, type StateData, type StateEntries} from './state-data.ts'
import {folderStore, readState, stateFile} from './state-store.ts'
import {expandIncludes, loadTazuna} from './tazuna-yaml.ts'

export type ApplyOptions = {
  /** Path of tazuna.yaml. */
  readonly file: string
  /** The folder of State. */
  readonly state: string
  /** RFC 3339, becomes `lastSyncedAt`. */
  readonly now: string
  /** Becomes `gitCommitHash`; empty as when git is unavailable. */
  readonly commit?: string
  readonly environment?: string
  readonly era?: Era
  /** As `apply --sync`: entries that are no longer rendered stay, until `prune`. */
  readonly sync?: boolean
  readonly prune?: boolean
}

/**
 * Writes State as `tazuna apply` would have, into a folder; touches no cluster (facts 4.9). A plain apply replaces the
 * whole set of entries. Unnamed Manifests get no State. Throws a `TazunaError` as the rendering does.
 */
export async function apply(options: ApplyOptions): Promise<void> {
  const {file, state, now, commit = '', era = 'late', sync = false} = options
  const reading = {era, environment: options.environment ?? '', version: 'dev'}
  const tazuna = await loadTazuna(file, reading)
  const providers = secretProviders(tazuna.providers, dirname(file), 'placeholders')
  for (const manifest of await expandIncludes(tazuna, file, reading)) {
    if (manifest.name === '') continue
    if (!hasManager(manifest.type)) throw new TazunaError(`unsupported type: ${manifest.type}`)
    const rendered = await buildEntries(manifest, providers, era)
    let entries: StateEntries | null = rendered
    if (sync) {
      const recorded = await readState(folderStore(state), manifest.name, era)
      const rows = computeDiff(recorded.entries, rendered, manifest.type === 'genesissecret')
      entries = rows.length === 0 ? null : merged(recorded.entries, rows, options.prune === true)
    }
    if (entries === null) continue
    await writeState(state, manifest.name, {lastSyncedAt: now, gitCommitHash: commit, entries}, era)
  }
}

/** Writes the State of one Manifest into a folder of State, which is made when it is not there. */
export async function writeState(folder: string, manifest: string, state: StateData, era: Era = 'late'): Promise<void> {
  await mkdir(folder, {recursive: true})
  await writeFile(stateFile(folder, manifest), `${JSON.stringify(toConfigMap(manifest, state, era), null, 2)}\n`)
}

function merged(recorded: StateEntries, rows: readonly DiffRow[], prune: boolean): StateEntries {
  const entries = new Map(recorded)
  for (const {diffType, key, newHash} of rows) {
    if (diffType !== 'removed') entries.set(key, newHash)
    else if (prune) entries.delete(key)
  }
  return entries
}
