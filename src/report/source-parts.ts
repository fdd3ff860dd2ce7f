import type {Report} from '../model/report.ts'
import {utc} from './age.ts'
import {shortDigest, shortRevision} from './shortened.ts'

/** One fact: our words, and what comes from outside; either may be missing. */
export type SourcePart = {readonly words: string; readonly value: string | null}

/**
 * Where the declared state came from: reference, digest and the one before it if that is another, revision, when and
 * from where it was pushed, and who signed it. A folder has only its path.
 */
export function sourceParts(source: Report['source']): SourcePart[] {
  if (source === null) return []
  const {kind, ref, digest, previousDigest, revision, createdAt, url, verifiedBy} = source
  const isChanged = digest !== null && previousDigest !== null && previousDigest !== digest
  const facts = [
    {words: '', value: ref},
    {words: '', value: digest && shortDigest(digest)},
    {words: 'before', value: isChanged ? shortDigest(previousDigest) : null},
    {words: 'revision', value: revision && shortRevision(revision)},
    {words: 'created', value: createdAt && utc(createdAt)},
    {words: 'from', value: url},
  ]
  const signature = verifiedBy.length > 0 ? {words: 'signed by', value: verifiedBy.join(', ')} : unverified
  return [...facts.filter(({value}) => value !== null && value !== ''), ...(kind === 'oci' ? [signature] : [])]
}

const unverified: SourcePart = {words: 'unverified', value: null}
