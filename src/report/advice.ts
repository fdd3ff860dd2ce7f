import {driftTypes, type DriftType} from '../model/diff-entry.ts'
import type {Report, ReportManifest} from '../model/report.ts'
import {addCounts, countDriftRows, type DriftCounts, type DriftedManifest} from './drifted-manifests.ts'

/** What to do about the rows of one diff type; commands stand in back-ticks. */
export type Advice = {readonly diffType: DriftType; readonly text: string}

/** Open drift of a Manifest, as counts; `manifest` is null if the report does not list it. */
export type CountedManifest = {readonly manifest: ReportManifest | null; readonly counts: DriftCounts}

/** What to do about the rows of a report. */
export function advice(report: Report, drifted: readonly DriftedManifest[]): Advice[] {
  return adviceOn(
    report,
    drifted.map(({manifest, rows}) => ({manifest, counts: countDriftRows(rows)})),
  )
}

/**
 * What to do, once per diff type that there is. `tazuna apply` takes all Manifests at once, and a plain one forgets
 * every `removed` row while its object stays in the cluster; `--sync` keeps the rows, `--prune` deletes the objects. So
 * a plain apply is only proposed when the whole cluster is known to have no `removed` row.
 */
export function adviceOn(report: Report, drifted: readonly CountedManifest[]): Advice[] {
  const counts = addCounts(drifted.map(one => one.counts))
  const apply = isPlainApplySafe(report, counts.removed) ? '`tazuna apply`' : '`tazuna apply --sync`'
  const texts = {
    removed:
      'no longer rendered, still in the cluster. Put it back into the source, or delete it with ' +
      '`tazuna apply --sync --prune`, which applies the rest too. An apply without `--sync` forgets it and ' +
      'leaves it behind.',
    modified:
      `rendered differently since the last apply. ${gitLog(drifted)} and \`tazuna plan\` tell what ` +
      `changed. Apply it with ${apply}, or revert it.`,
    added: `not applied yet. Apply it with ${apply}, or take it out of the source again.`,
  }
  return driftTypes.filter(type => counts[type] > 0).map(type => ({diffType: type, text: texts[type]}))
}

function isPlainApplySafe({outcome, summary}: Report, removed: number): boolean {
  return outcome === 'drift' && removed === 0 && summary?.entries.removed === 0 && summary.entries.ignored === 0
}

/** With the commit, when it is the same for all modified Manifests: it is pasted into a shell, so hex digits only. */
function gitLog(drifted: readonly CountedManifest[]): string {
  const modified = drifted.filter(({counts}) => counts.modified > 0)
  const commits = new Set(modified.map(({manifest}) => manifest?.gitCommit ?? ''))
  const [commit = ''] = commits
  return commits.size === 1 && /^[0-9a-f]{7,64}$/.test(commit) ? `\`git log ${commit.slice(0, 12)}..\`` : '`git log`'
}
