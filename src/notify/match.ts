import {z} from 'zod'

import {driftTypes, type DiffEntry} from '../model/diff-entry.ts'
import type {Route} from '../model/route.ts'
import {resourceOf} from '../model/state-key.ts'
import {oneOrMany, toMatcher} from '../pattern.ts'

/** Which entries a notifier is told of; each of manifest, resource and diffType that is there must fit. */
export const matchSchema = z.strictObject({
  manifest: oneOrMany(z.string().min(1)).optional().describe('pattern of Manifest names'),
  resource: oneOrMany(z.string().min(1)).optional().describe('pattern of `group/version/kind[/namespace]/name`'),
  diffType: oneOrMany(z.enum(driftTypes)).optional().describe('diff types'),
  rest: z
    .literal('nobody', {error: 'write nobody, or leave it out'})
    .optional()
    .describe('`nobody`: it is meant that nobody is told of some drift, so `config check` does not warn of it'),
})
export type Match = z.output<typeof matchSchema>

export type EntryMatcher = {
  entry: (entry: Pick<DiffEntry, 'manifest' | 'stateKey' | 'diffType'>) => boolean
  manifest: (name: string) => boolean
}

/** Predicates of a `match`; all true without one. */
export function toEntryMatcher(match: Match | undefined): EntryMatcher {
  const manifest = match?.manifest === undefined ? () => true : toMatcher(match.manifest)
  const resource = match?.resource === undefined ? () => true : toMatcher(match.resource)
  const types: readonly string[] | undefined = match?.diffType
  return {
    manifest,
    entry: entry =>
      manifest(entry.manifest) &&
      resource(resourceOf(entry)) &&
      (types === undefined || types.includes(entry.diffType)),
  }
}

/** A `match` without what is left to defaults; null takes everything. */
export function toRoute(match: Match | undefined): Route | null {
  const {manifest = null, resource = null, diffType = null} = match ?? {}
  return manifest === null && resource === null && diffType === null ? null : {manifest, resource, diffType}
}
