/**
 * Every gauge that is exported, with its HELP text and labels: the one table, also for the README. Gauges only; a
 * published name never changes its type or labels, since one old client would make the gateway refuse all others.
 * https://prometheus.io/docs/practices/naming/
 */
export const gauges = {
  tazuna_watch_build_info: {help: 'Version of tazuna-watch that made the run; always 1.', labels: ['version']},
  tazuna_watch_last_run_timestamp_seconds: {help: 'When the last run ended, whatever its outcome.', labels: []},
  tazuna_watch_last_success_timestamp_seconds: {
    help: 'When the last run ended that checked every Manifest, drift or not.',
    labels: [],
  },
  tazuna_watch_run_duration_seconds: {help: 'How long the last run took to read and compare.', labels: []},
  tazuna_watch_interval_seconds: {help: 'How often a run is scheduled, as configured.', labels: []},
  tazuna_watch_run_outcome: {
    help: 'Whether the last run ended like this: 1 for one of the outcomes.',
    labels: ['outcome'],
  },
  tazuna_watch_notifications: {
    help: 'Whether the last run delivered to this notifier, or failed to, and how many Manifests it is still to be told of.',
    labels: ['notifier', 'result'],
  },
  tazuna_watch_source_info: {
    help: 'The artifact that the last run compared; always 1.',
    labels: ['ref', 'digest', 'revision', 'source', 'created'],
  },
  tazuna_watch_memory_ok: {help: 'Whether the last run could read and save what it remembers.', labels: []},
  tazuna_watch_manifests: {
    help: 'Manifests by how the last run found them; drift also counts those drifted before that it could not check.',
    labels: ['outcome'],
  },
  tazuna_watch_entries: {help: 'Drifted resources by diff type.', labels: ['diff_type']},
  tazuna_watch_entries_filtered: {help: 'Rows of tazuna that do not count as drift, and why.', labels: ['by']},
  tazuna_watch_entries_muted: {help: 'Drifted resources that notifiers are not told of for now.', labels: []},
  tazuna_watch_manifest_drift: {help: 'Whether this Manifest has drifted.', labels: ['manifest']},
  tazuna_watch_manifest_error: {help: 'Whether tazuna failed on this Manifest, as last known.', labels: ['manifest']},
  tazuna_watch_manifest_entries: {
    help: 'Drifted resources of this Manifest; only while it has any.',
    labels: ['manifest', 'diff_type'],
  },
  tazuna_watch_manifest_first_seen_timestamp_seconds: {
    help: 'Since when this Manifest has been drifted; only while it is.',
    labels: ['manifest'],
  },
  tazuna_watch_manifest_last_applied_timestamp_seconds: {
    help: 'When tazuna last applied this Manifest, by its State.',
    labels: ['manifest'],
  },
  tazuna_watch_oldest_drift_timestamp_seconds: {
    help: 'Since when the longest drifted Manifest has been so; only while one is.',
    labels: [],
  },
  tazuna_watch_manifests_omitted: {help: 'Manifests without gauges of their own: there are too many.', labels: []},
  drift_stack_state: {help: 'How this Manifest stands: 0 clean, 1 drift, 2 error or not checked.', labels: ['stack']},
  drift_stack_first_seen: {help: 'Since when this Manifest has been drifted; only while it is.', labels: ['stack']},
  drift_stack_age_hours: {help: 'How long this Manifest has been drifted; only while it is.', labels: ['stack']},
  drift_stack_count: {help: 'Drifted Manifests, as last known.', labels: []},
  drift_error_count: {help: 'Manifests that failed or were not checked.', labels: []},
  drift_clean_count: {help: 'Manifests without drift.', labels: []},
  drift_detection_last_run_timestamp: {help: 'When tazuna was last read.', labels: []},
} as const satisfies Record<string, {readonly help: string; readonly labels: readonly string[]}>

export type GaugeName = keyof typeof gauges

/**
 * The sets of gauges that can be exported. `drift_stack` has the names that rules made for other drift tools ask for,
 * so some of them are not what promtool's lint wants.
 */
export const gaugeSets = ['tazuna_watch', 'drift_stack'] as const
export type GaugeSet = (typeof gaugeSets)[number]

/** The labels of a sample of this gauge: all of them, and no other. */
export type LabelsOf<Name extends GaugeName> = Readonly<Record<(typeof gauges)[Name]['labels'][number], string>>
