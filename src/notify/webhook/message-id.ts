import {hash} from 'node:crypto'

import type {ManifestNotice} from '../../model/notice.ts'
import type {ReportEntry} from '../../model/report.ts'
import type {Notification} from '../notifier.ts'

/**
 * Identity of what one notifier is told in one run group: `msg_` and 32 hex digits, no dot. A retry that tells the same
 * has the same, so that the receiver can drop it; times and counts of the run are no part of it. Of what entries hold it
 * knows only the hashes of the report: those of Secrets go nowhere.
 */
export function messageId(notifier: string, {report, reasons, manifests, massDrift, failing}: Notification): string {
  const {cluster, watch, run, entries} = report
  const rows = Map.groupBy(entries, ({manifest}) => manifest)
  const told = {
    cluster,
    watch,
    notifier,
    group: run.group,
    reasons,
    massDrift: massDrift?.kind ?? null,
    failing: failing?.code ?? null,
    error: report.error?.code ?? null,
    manifests: manifests.map(manifest => toldOf(manifest, rows.get(manifest.name) ?? [])),
  }
  return `msg_${hash('sha256', JSON.stringify(told)).slice(0, 32)}`
}

function toldOf(
  {name, reasons, open, resolved, folded, failing, goneSince}: ManifestNotice,
  rows: readonly ReportEntry[],
): unknown {
  const hashes = new Map(rows.map(({stateKey, newHash}) => [stateKey, newHash]))
  return {
    name,
    reasons,
    open: open.map(({stateKey, diffType, status}) => [stateKey, diffType, status, hashes.get(stateKey) ?? null]),
    resolved: resolved.map(({stateKey, diffType, wasTold}) => [stateKey, diffType, wasTold]),
    folded: folded?.counts ?? null,
    failing: failing?.code ?? null,
    goneSince,
  }
}
