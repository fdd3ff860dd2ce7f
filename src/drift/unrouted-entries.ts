import type {UnroutedEntry} from '../model/explanation.ts'
import type {Memory} from '../model/memory.ts'
import {openEntries} from '../model/open-entries.ts'
import {mutedUntil} from './mutes.ts'
import type {NotifierRules} from './notifier-rules.ts'

/**
 * Open drift that no notifier is ever told of, as none matches it: of all Manifests, or of one. What is muted is left
 * out. Without notifiers nobody is to be told, and so there is none.
 */
export function unroutedEntries(
  {manifests, mutes}: Memory,
  rules: readonly NotifierRules[],
  only: string | null,
): UnroutedEntry[] {
  if (rules.length === 0) return []
  const muted = mutedUntil(mutes)
  return [...manifests].flatMap(([manifest, known]) => {
    if (known.goneSince !== null || (only !== null && manifest !== only)) return []
    const unrouted = openEntries(known).flatMap(([stateKey, {diffType}]): UnroutedEntry[] => {
      if (diffType === 'always-sync' || muted(manifest, stateKey) !== null) return []
      const entry = {manifest, stateKey, diffType}
      return rules.some(({matches}) => matches.entry(entry)) ? [] : [entry]
    })
    return unrouted.toSorted((a, b) => (a.stateKey < b.stateKey ? -1 : 1))
  })
}
