import {TazunaError} from './go-error.ts'
import type {Mapping} from './json-fields.ts'

/**
 * The objects in rendered documents (tazuna: manifest.ConvertManifestsToObjects): a `kind: List` is expanded, a
 * document without `kind` dropped, and an object without namespace gets the default one, cluster-scoped or not.
 */
export function toObjects(documents: readonly unknown[], defaultNamespace: string): Mapping[] {
  return documents.flatMap(expandList).map(object => withNamespace(object, defaultNamespace))
}

/** The State key of an object: `manifest/group/version/kind[/namespace]/name`, the core group being empty. */
export function stateKeyOf(manifest: string, object: Mapping): string {
  const apiVersion = textOf(object['apiVersion'])
  const slash = apiVersion.indexOf('/')
  const metadata = (object['metadata'] ?? {}) as Mapping
  const namespace = textOf(metadata['namespace'])
  return [
    manifest,
    slash === -1 ? '' : apiVersion.slice(0, slash),
    apiVersion.slice(slash + 1),
    textOf(object['kind']),
    ...(namespace === '' ? [] : [namespace]),
    textOf(metadata['name']),
  ].join('/')
}

function expandList(document: unknown): Mapping[] {
  if (!isMapping(document) || !('kind' in document)) return []
  const items = document['items']
  return document['kind'] === 'List' && Array.isArray(items) ? items.filter(isMapping) : [document]
}

function withNamespace(object: Mapping, namespace: string): Mapping {
  const metadata = object['metadata'] ?? {}
  if (!isMapping(metadata)) {
    const type = Array.isArray(metadata) ? '[]interface {}' : typeof metadata
    throw new TazunaError(`metadata must be a mapping, got ${type} (kind: ${textOf(object['kind'])})`)
  }
  const isFilled = namespace !== '' && (metadata['namespace'] ?? null) === null
  return {...object, metadata: isFilled ? {...metadata, namespace} : metadata}
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
