import type {KnownManifest, Memory} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'

/** Whether the last run checked this Manifest: if not, what is known of it is from an earlier run. */
export function isCheckedLast(
  {lastRun}: Pick<Memory, 'lastRun'>,
  {lastCheckedAt, failing}: Pick<KnownManifest, 'lastCheckedAt' | 'failing'>,
): boolean {
  if (lastRun === null || lastRun.outcome === 'failed' || lastCheckedAt === null || failing !== null) return false
  return lastCheckedAt >= toTimestamp(new Date(lastRun.readAt))
}
