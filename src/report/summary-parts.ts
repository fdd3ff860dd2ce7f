import type {Report} from '../model/report.ts'
import {counted, countsText, grouped} from './wording.ts'

/** The run in a few words each: what was checked, what was found, how long it took. No foreign text is in them. */
export function summaryParts({summary, run, entries: rows}: Report): string[] {
  const took = `${run.durationSeconds.toFixed(1)} s${run.dryRun ? ' (dry run: nothing was sent)' : ''}`
  if (summary === null) return ['nothing was checked', took]
  const {expected, checked} = summary.coverage
  const {entries, manifests} = summary
  const muted = rows.filter(({mutedUntil}) => mutedUntil !== null).length
  const coverage =
    expected === null
      ? `${grouped(checked)} checked, of how many is unknown`
      : `${grouped(checked)} of ${counted(expected, 'Manifest')} checked`
  const parts = [
    coverage,
    manifests.drift > 0 ? `${grouped(manifests.drift)} drifted: ${countsText(entries)}` : null,
    manifests.error > 0 ? `${grouped(manifests.error)} in error` : null,
    manifests.notChecked > 0 ? `${grouped(manifests.notChecked)} not checked` : null,
    manifests.gone > 0 ? `${grouped(manifests.gone)} gone` : null,
    muted > 0 ? `${grouped(muted)} muted` : null,
    entries.alwaysSync > 0 ? `${grouped(entries.alwaysSync)} always-sync` : null,
    entries.ignored > 0 ? `${grouped(entries.ignored)} ignored` : null,
    took,
  ]
  return parts.filter(part => part !== null)
}
