import {unnamedWarning} from './faults.ts'
import {goQuote} from './go-quote.ts'
import {openStore} from './open-store.ts'
import {isParsable, listBlock} from './print.ts'
import type {Session} from './session.ts'
import {readState} from './state-store.ts'
import {expandIncludes, loadTazuna} from './tazuna-yaml.ts'

/** `tazuna state list`: a block for every named Manifest (facts 1.4). Throws a `TazunaError`. */
export async function stateList(session: Session): Promise<void> {
  const {commandLine, era, faults, output} = session
  const store = await openStore(session)
  const reading = {era, environment: commandLine.environment, version: session.version}
  const tazuna = await loadTazuna(commandLine.file, reading)
  const manifests = await expandIncludes(tazuna, commandLine.file, reading)
  for (const [index, manifest] of manifests.entries()) {
    const warning = manifest.name === '' ? unnamedWarning('list', manifest, index) : faults.skip(manifest, index)
    if (warning !== null) {
      session.log('WARN', warning.message, warning.attributes)
      continue
    }
    await faults.at(manifest.name)
    const state = await readState(store, manifest.name, era)
    for (const key of state.entries.keys()) {
      if (isParsable(key)) continue
      const problem = `invalid state key format: ${goQuote(key)} (expected 5 or 6 parts separated by '/')`
      session.log('WARN', 'failed to parse state key', {key, error: problem})
    }
    output.stdout(listBlock(manifest.name, state))
  }
  await faults.at('$')
}
