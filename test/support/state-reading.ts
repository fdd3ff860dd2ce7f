import type {DiffEntry, DiffType} from '../../src/model/diff-entry.ts'
import type {DiffOutput, ListedManifest, StateReading, TazunaFailure} from '../../src/model/state-reading.ts'
import {hash} from './state-diff-text.ts'

/** A row as the parser gives it; the resource is a ConfigMap of the Manifest unless it has slashes. */
export function entry(manifest: string, diffType: DiffType, resource: string): DiffEntry {
  const name = resource.includes('/') ? resource : `/v1/ConfigMap/${manifest}/${resource}`
  const removed = diffType === 'removed'
  return {
    manifest,
    stateKey: `${manifest}/${name}`,
    diffType,
    oldHash: removed ? hash(`old ${name}`) : null,
    newHash: removed ? null : hash(`new ${name}`),
  }
}

/** A Manifest of the list with State for the resources named. */
export function listed(name: string, ...resources: string[]): ListedManifest {
  const keys = resources.map(resource => (resource.includes('/') ? resource : `/v1/ConfigMap/${name}/${resource}`))
  const stored = new Map(keys.map(key => [`${name}/${key}`, hash(`old ${key}`)]))
  return {name, stored, lastAppliedAt: '2026-11-19T22:01:00Z', gitCommit: '4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c'}
}

/** A Manifest of the list that was never applied. */
export function unapplied(name: string): ListedManifest {
  return {name, stored: null, lastAppliedAt: null, gitCommit: null}
}

/** An output of `state diff` with these rows as complete blocks. */
export function output(entries: readonly DiffEntry[], options: Partial<DiffOutput> = {}): DiffOutput {
  const blocks = [...Map.groupBy(entries, ({manifest}) => manifest)].map(([manifest, rows]) => ({
    manifest,
    entries: rows,
  }))
  return {blocks, exitCode: 0, failure: null, skipped: {named: [], unnamed: 0, unattributed: []}, ...options}
}

export function failure(options: Partial<TazunaFailure> = {}): {exitCode: number; failure: TazunaFailure} {
  const line = options.line ?? 'failed to do something'
  const message = `running tazuna state diff: exit code 1: ${line}`
  return {exitCode: 1, failure: {code: 'TAZUNA_FAILED', message, hint: null, manifest: null, line, ...options}}
}

export function reading(
  list: readonly ListedManifest[] | null,
  output: DiffOutput,
  moved: string[] = [],
): StateReading {
  return {version: '0.4.4', list, listFailure: null, outputs: [output], moved: new Set(moved)}
}
