import type {Cause} from '../model/cause.ts'
import type {DiffType} from '../model/diff-entry.ts'
import type {Report} from '../model/report.ts'
import {shortDigest} from './shortened.ts'

/** What is said of one entry that is new. */
export function causeText(cause: Cause | null): string | null {
  if (cause === null) return null
  return cause === 'new-artifact' ? 'came with this artifact' : 'under the same artifact'
}

type Caused = {readonly diffType: DiffType; readonly cause: Cause | null}

/**
 * What the causes of new entries mean; null where none is known. What came with an artifact is perhaps only not applied
 * yet, unless it is `removed`; under the same artifact something else did it. `show` is for digests.
 */
export function causesSentence(
  entries: readonly Caused[],
  {source}: Pick<Report, 'source'>,
  show: (digest: string) => string = digest => digest,
): string | null {
  const known = new Set(entries.flatMap(({cause}) => cause ?? []))
  const artifact = `a new artifact${changeText(source, show)}`
  if (known.size === 0) return null
  if (known.size === 2) return `Part of it came with ${artifact}, part under the same one as before.`
  if (known.has('same-artifact')) {
    return 'The artifact did not change, so something else did: State, or what is rendered from the same input.'
  }
  const isRemoved = entries.every(({diffType}) => diffType === 'removed')
  return `It came with ${artifact}${isRemoved ? '' : ': perhaps it is only not applied yet'}.`
}

function changeText(source: Report['source'], show: (digest: string) => string): string {
  if (!source?.digest || !source.previousDigest || source.digest === source.previousDigest) return ''
  return ` (${show(shortDigest(source.previousDigest))} → ${show(shortDigest(source.digest))})`
}
