import type {Route} from '../model/route.ts'
import {namesText} from './memory-words.ts'

/** `all drift`, or `removed, modified of resources apps/** in Manifests web-*`; of many patterns only the first. */
export function routeText(route: Route | null): string {
  if (route === null) return 'all drift'
  const types = route.diffType?.join(', ') ?? 'drift'
  const scope = scopeText(route)
  return scope === null ? types : `${types} of ${scope}`
}

/** What a route takes of each diff type: `resources apps/** in Manifests web-*`; null for everything. */
export function scopeText({manifest, resource}: Pick<Route, 'manifest' | 'resource'>): string | null {
  const manifests = manifest === null ? null : `Manifests ${namesText(manifest)}`
  const resources = resource === null ? null : `resources ${namesText(resource)}`
  return resources === null || manifests === null ? (resources ?? manifests) : `${resources} in ${manifests}`
}
