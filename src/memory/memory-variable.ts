/** What `TAZUNA_WATCH_MEMORY` can say. */
export type MemoryChoice =
  | {readonly store: 'none'}
  | {readonly store: 'file'; readonly file: string}
  | {readonly store: 'configmap'; readonly configMap: {readonly namespace: string; readonly name: string}}

/** `file:PATH`, `configmap:NAMESPACE/NAME` or `none`; null for anything else. */
export function parseMemoryVariable(text: string): MemoryChoice | null {
  if (text === 'none') return {store: 'none'}
  const [, file] = /^file:(.+)$/s.exec(text) ?? []
  if (file !== undefined) return {store: 'file', file}
  const [, namespace, name] = /^configmap:([^/]+)\/([^/]+)$/.exec(text) ?? []
  if (namespace === undefined || name === undefined) return null
  return isNamespace(namespace) && isConfigMapName(name) ? {store: 'configmap', configMap: {namespace, name}} : null
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export function isNamespace(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
export function isConfigMapName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(text)
}
