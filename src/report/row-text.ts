import type {ParsedEntry, Report, ReportEntry} from '../model/report.ts'
import {age, isJustNow, since, utc} from './age.ts'
import {causeText} from './cause-text.ts'

/** `Kind namespace/name`, or the raw State key. */
export function objectName({resource, stateKey}: Pick<ParsedEntry, 'resource' | 'stateKey'>): string {
  if (resource === null) return stateKey
  const {kind, namespace, name} = resource
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`
}

/** The first 12 digits of what was and what is rendered; null where there is nothing to show. */
export function hashText({diffType, oldHash, newHash}: ParsedEntry): string | null {
  if (diffType === 'removed') return oldHash === null ? null : `was ${shortHash(oldHash)}`
  if (newHash === null) return null
  return oldHash === null ? shortHash(newHash) : `${shortHash(oldHash)} → ${shortHash(newHash)}`
}

/** Hashes are letters and digits, perhaps shortened with `...`. */
function shortHash(hash: string): string {
  return hash.slice(0, 12).replaceAll(/[^0-9A-Za-z]/g, '')
}

/** Since when an entry is there, since when its content is another, until when it is muted; null without a memory. */
export function lastingText(
  {firstSeenAt, changedAt, mutedUntil, cause}: ReportEntry,
  run: Report['run'],
): string | null {
  if (firstSeenAt === null) return null
  const isNew = isJustNow(firstSeenAt, run)
  const facts = [
    isNew ? 'new' : since(firstSeenAt, run),
    isNew ? causeText(cause) : null,
    isNew || changedAt === null || changedAt === firstSeenAt ? null : changedText(changedAt, run),
    mutedUntil === null ? null : `muted until ${utc(mutedUntil)}`,
  ]
  return facts.filter(fact => fact !== null).join(', ')
}

function changedText(changedAt: string, run: Report['run']): string {
  return isJustNow(changedAt, run) ? 'changed just now' : `changed ${age(changedAt, run.finishedAt)} ago`
}
