import {createHash} from 'node:crypto'
import {goJson} from './go-json.ts'
import type {Mapping} from './json-fields.ts'

/**
 * tazuna's content hash of a rendered object, 64 hex digits: without what the server sets and without `status`, as
 * Go's `json.Marshal` writes it (facts 7; tazuna: pkg/state/hash.go).
 */
export function contentHash(object: Mapping): string {
  const {status: _, ...kept}: Record<string, unknown> = object
  const metadata = kept['metadata']
  if (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)) {
    kept['metadata'] = Object.fromEntries(Object.entries(metadata).filter(([name]) => !serverFields.has(name)))
  }
  return createHash('sha256').update(goJson(kept)).digest('hex')
}

const serverFields = new Set(['resourceVersion', 'uid', 'creationTimestamp', 'generation', 'managedFields', 'selfLink'])
