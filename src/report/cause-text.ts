import type {Cause} from '../model/cause.ts'
import type {DiffType} from '../model/diff-entry.ts'
import type {Report} from '../model/report.ts'
import {isJustNow} from './age.ts'
import {shortDigest} from './shortened.ts'

/** What is said of one entry that is new. */
export function causeText(cause: Cause | null): string | null {
  if (cause === null) return null
  return cause === 'new-artifact' ? 'came with a new artifact' : 'under the same artifact'
}

type Caused = {readonly diffType: DiffType; readonly cause: Cause | null; readonly firstSeenAt: string | null}

/**
 * What the causes of new entries mean; null where none is known. What came with an artifact is perhaps only not applied
 * yet, unless it is `removed`; under the same artifact something else did it. What is told later than it came says
 * nothing of the artifact of this run. `show` is for digests.
 */
export function causesSentence(
  entries: readonly Caused[],
  {source, run}: Pick<Report, 'source' | 'run'>,
  show: (digest: string) => string = digest => digest,
): string | null {
  const known = new Set(entries.flatMap(({cause}) => cause ?? []))
  const areJustNow = entries.every(({firstSeenAt}) => firstSeenAt !== null && isJustNow(firstSeenAt, run))
  const artifact = `a new artifact${areJustNow ? changeText(source, show) : ''}`
  if (known.size === 0) return null
  if (known.size === 2) return `Part of it came with ${artifact}, part under the same one as before.`
  if (entries.some(({cause}) => cause === null)) {
    return `Part of it came ${known.has('new-artifact') ? `with ${artifact}` : 'under the same artifact as before'}.`
  }
  if (known.has('same-artifact')) {
    const what = areJustNow ? 'The artifact did not change' : 'The artifact had not changed when it came'
    return `${what}, so something else did: State, or what is rendered from the same input.`
  }
  const isRemoved = entries.every(({diffType}) => diffType === 'removed')
  return `It came with ${artifact}${isRemoved ? '' : ': perhaps it is only not applied yet'}.`
}

function changeText(source: Report['source'], show: (digest: string) => string): string {
  if (!source?.digest || !source.previousDigest || source.digest === source.previousDigest) return ''
  return ` (${show(shortDigest(source.previousDigest))} → ${show(shortDigest(source.digest))})`
}
