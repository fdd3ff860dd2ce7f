import type {Report, ReportManifest} from '../model/report.ts'
import {age, utc} from './age.ts'
import {shortCommit} from './shortened.ts'

/** When a Manifest was last applied, in words: `at` in UTC, `ago` as an age, `commit` shortened or null. */
export type LastApplied = {readonly at: string; readonly ago: string; readonly commit: string | null}

/** `never` where the list of Manifests tells that there is no State; null where it is not known. */
export function lastApplied({run, summary}: Report, manifest: ReportManifest): LastApplied | 'never' | null {
  const {lastAppliedAt, gitCommit, resources} = manifest
  if (lastAppliedAt === null) {
    const isListed = summary !== null && summary.coverage.expected !== null
    return isListed && resources === null ? 'never' : null
  }
  const commit = gitCommit === null ? null : shortCommit(gitCommit)
  return {at: utc(lastAppliedAt), ago: `${age(lastAppliedAt, run.finishedAt)} ago`, commit}
}
