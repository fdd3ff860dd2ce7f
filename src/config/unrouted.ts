import {filterEntries, type IgnoreRule} from '../drift/filter.ts'
import {driftTypes, type DriftType} from '../model/diff-entry.ts'
import type {Route} from '../model/route.ts'
import {toEntryMatcher, toRoute, type Match} from '../notify/match.ts'
import {namesText} from '../report/memory-words.ts'
import {scopeText} from '../report/route-text.ts'
import {driftSamples, type DriftSample} from './drift-samples.ts'

/** There is drift of this type that the `match` of every notifier leaves out: the sample, for one. */
export type UnroutedDrift = {readonly diffType: DriftType; readonly sample: DriftSample}

type Notifiers = readonly {readonly match?: Match | undefined}[]

/**
 * Drift that no notifier would ever be told of, as one line for each group of diff types; `removed` first. None without
 * notifiers, and where a `match` says that the rest goes to nobody. What an ignore rule covers is no drift.
 */
export function unroutedTexts(notifiers: Notifiers, ignore: readonly IgnoreRule[], now: Date): string[] {
  const found = findUnrouted(notifiers, ignore, now)
  const scopes = Map.groupBy(found, ({diffType, sample}) => exceptText(routesOf(notifiers, diffType), sample))
  return [...scopes].map(([except, group]) => {
    const types = group.length === driftTypes.length ? '' : `${group.map(one => `\`${one.diffType}\``).join(' and ')} `
    return `no notifier is told of ${types}drift${except}`
  })
}

/** By diff type, the first kind of drift that nobody takes. */
export function findUnrouted(notifiers: Notifiers, ignore: readonly IgnoreRule[], now: Date): UnroutedDrift[] {
  if (notifiers.length === 0 || notifiers.some(({match}) => match?.rest === 'nobody')) return []
  const matchers = notifiers.map(({match}) => toEntryMatcher(match))
  const patterns = [...notifiers.map(({match}) => toRoute(match)), ...ignore]
  const samples = driftSamples(
    patterns.flatMap(route => route?.manifest ?? []),
    patterns.flatMap(route => route?.resource ?? []),
  )
  return driftTypes.flatMap(diffType => {
    const left = samples.filter(one => !matchers.some(({entry}) => entry({...toKey(one), diffType})))
    const entries = left.map(one => ({...toKey(one), diffType, oldHash: null, newHash: null}))
    const drift = filterEntries(entries, ignore, now, false).entries.findIndex(({filteredBy}) => filteredBy === null)
    return drift === -1 ? [] : [{diffType, sample: left[drift]!}]
  })
}

function toKey({manifest, resource, isRaw}: DriftSample): {manifest: string; stateKey: string} {
  return {manifest, stateKey: isRaw ? resource : `${manifest}/${resource}`}
}

/** What notifiers take of a diff type; none of these takes everything where something is left. */
function routesOf(notifiers: Notifiers, diffType: DriftType): Route[] {
  return notifiers.flatMap(({match}) => {
    const route = toRoute(match)
    return route === null || (route.diffType !== null && !route.diffType.includes(diffType)) ? [] : [route]
  })
}

/** ` of Manifests other than web-*`; empty where nothing is taken. */
function exceptText(routes: readonly Route[], {manifest, resource, isRaw}: DriftSample): string {
  if (routes.length === 0) return ''
  const example = isRaw ? 'one with a key that tazuna cannot parse' : resource
  const manifests = patternsOf(routes.map(route => (route.resource === null ? route.manifest : null)))
  const resources = patternsOf(routes.map(route => (route.manifest === null ? route.resource : null)))
  const both = routes.filter(route => route.manifest !== null && route.resource !== null)
  if (both.length === 0 && resources.length === 0) return ` of Manifests other than ${namesText(manifests)}`
  if (both.length === 0 && manifests.length === 0) {
    return ` of resources other than ${namesText(resources)}, such as ${example}`
  }
  const scopes = [
    scopeText({manifest: manifests.length === 0 ? null : manifests, resource: null}),
    scopeText({manifest: null, resource: resources.length === 0 ? null : resources}),
    ...both.map(scopeText),
  ].filter(scope => scope !== null)
  return ` such as of ${example} in Manifest ${manifest}; only of that of ${scopes.join(', and of ')}`
}

function patternsOf(lists: readonly (readonly string[] | null)[]): string[] {
  return [...new Set(lists.flatMap(list => list ?? []))]
}
