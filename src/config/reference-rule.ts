import {WatchError} from '../errors.ts'
import type {Rule} from './rules.ts'

/** The reference of the source, as the pull would parse it. That parser is loaded only where there is a reference. */
export async function referenceRule(): Promise<Rule> {
  const {parseReference} = await import('../artifact/reference.ts')
  return config => {
    const reference = (config as {source?: {oci?: unknown} | null}).source?.oci
    if (typeof reference !== 'string') return []
    try {
      parseReference(reference)
      return []
    } catch (error) {
      if (!(error instanceof WatchError)) throw error
      return [{path: ['source', 'oci'], message: `${error.message}; ${error.hint}`}]
    }
  }
}
