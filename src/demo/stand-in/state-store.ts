import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {wrapped, type Era} from './go-error.ts'
import {goQuote} from './go-quote.ts'
import {emptyState, parseStateData, stateName, type StateConfigMap, type StateData} from './state-data.ts'

/** Where State is read: a ConfigMap's data, or null when there is none. */
export type StateStore = {get(manifest: string): Promise<Readonly<Record<string, string>> | null>}

/** A store of files `<manifest>.json`, each a ConfigMap object. */
export function folderStore(folder: string): StateStore {
  return {
    get: manifest => {
      try {
        const configMap = JSON.parse(readFileSync(stateFile(folder, manifest), 'utf8')) as Partial<StateConfigMap>
        return Promise.resolve(configMap.data ?? {})
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Promise.resolve(null)
        throw error
      }
    },
  }
}

/** The file of a Manifest's State in such a folder. */
export function stateFile(folder: string, manifest: string): string {
  return join(folder, `${encodeURIComponent(manifest)}.json`)
}

/** The State of a Manifest; a missing ConfigMap is an empty State. Throws a `TazunaError` that names the Manifest. */
export async function readState(store: StateStore, manifest: string, era: Era): Promise<StateData> {
  const attempt = `failed to get state for manifest ${goQuote(manifest)}`
  let data: Readonly<Record<string, string>> | null
  try {
    data = await store.get(manifest)
  } catch (error) {
    throw wrapped(`${attempt}: failed to get state ConfigMap ${stateName(manifest)}`, error)
  }
  try {
    return data === null ? emptyState : parseStateData(data, era)
  } catch (error) {
    throw wrapped(attempt, error)
  }
}
