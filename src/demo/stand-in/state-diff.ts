import {dirname} from 'node:path'
import {buildEntries, hasManager} from './build.ts'
import {computeDiff} from './compute-diff.ts'
import {parallelWarning, unnamedWarning, type SkipWarning} from './faults.ts'
import {TazunaError} from './go-error.ts'
import {openStore} from './open-store.ts'
import {diffBlock, noChanges} from './print.ts'
import {secretProviders} from './secret-providers.ts'
import type {Session} from './session.ts'
import {readState} from './state-store.ts'
import {expandIncludes, loadTazuna, type ManifestSpec} from './tazuna-yaml.ts'

/**
 * `tazuna state diff`: one Manifest after another, a block only where something differs (facts 1.1). The first failure
 * ends it: what was printed before stays. Throws a `TazunaError` or a `GoPanic`.
 */
export async function stateDiff(session: Session): Promise<void> {
  const {commandLine, era, faults, output} = session
  const store = await openStore(session)
  const reading = {era, environment: commandLine.environment, version: session.version}
  const tazuna = await loadTazuna(commandLine.file, reading)
  const manifests = await expandIncludes(tazuna, commandLine.file, reading)
  const providers = secretProviders(tazuna.providers, dirname(commandLine.file), 'nil')
  let hasDiff = false
  for (const [index, manifest] of manifests.entries()) {
    const warning = skipWarning(session, manifest, index)
    if (warning !== null) {
      session.log('WARN', warning.message, warning.attributes)
      continue
    }
    await faults.at(manifest.name)
    if (!hasManager(manifest.type)) throw new TazunaError(`manager ${manifest.type} not found`)
    const rendered = await buildEntries(manifest, providers, era)
    const {entries} = await readState(store, manifest.name, era)
    const rows = computeDiff(entries, rendered, manifest.type === 'genesissecret')
    if (rows.length === 0) continue
    hasDiff = true
    output.stdout(diffBlock(manifest.name, rows, session.dialect))
  }
  await faults.at('$')
  if (!hasDiff) output.stdout(noChanges)
}

function skipWarning({era, faults}: Session, manifest: ManifestSpec, index: number): SkipWarning | null {
  if (manifest.name === '') return unnamedWarning('diff', manifest, index)
  if (era === 'early' && manifest.type === 'parallel') return parallelWarning(manifest)
  return faults.skip(manifest, index)
}
