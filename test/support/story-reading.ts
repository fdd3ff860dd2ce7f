import type {DiffEntry, DiffType} from '../../src/model/diff-entry.ts'
import type {DiffOutput, ListedManifest, StateReading} from '../../src/model/state-reading.ts'
import {hash} from './state-diff-text.ts'
import {failure} from './state-reading.ts'

/**
 * What tazuna sees of a Manifest: its rows by diff type. A row is `name`, `name@2` with other content, or `name@2:3`
 * over other content in State; a name is that of a ConfigMap, or the path of a resource. `fails` and `skipped` say that
 * it was not checked.
 */
export type ManifestReading = 'fails' | 'skipped' | Rows
type Rows = {
  readonly added?: readonly string[]
  readonly modified?: readonly string[]
  readonly removed?: readonly string[]
  readonly alwaysSync?: readonly string[]
  /** False: it was never applied, or its State is lost. */
  readonly state?: boolean
  /** True: tazuna skipped it. */
  readonly skipped?: boolean
  /** True: its State changed while it was read. */
  readonly moved?: boolean
}
/** Every Manifest that tazuna.yaml names; `{}` is in sync. */
export type Seen = Readonly<Record<string, ManifestReading>>

export type ReadingFault = {
  /** `state list` could not be used. */
  readonly noList?: boolean
  /** tazuna ended with another code than 0 after all of this. */
  readonly crashed?: boolean
}

const types = {added: 'added', modified: 'modified', removed: 'removed', alwaysSync: 'always-sync'} as const

/** Both reads of tazuna. */
export function readingOf(seen: Seen, {noList = false, crashed = false}: ReadingFault = {}): StateReading {
  const manifests = Object.entries(seen)
  const rows = manifests.flatMap(([name, told]) => (typeof told === 'string' ? [] : [[name, told] as const]))
  const checked = rows.filter(([, {skipped}]) => skipped !== true)
  const failed = manifests.find(([, told]) => told === 'fails')?.[0]
  const skipped = manifests.filter(([, told]) => told === 'skipped' || (told !== 'fails' && told.skipped === true))
  const output: DiffOutput = {
    blocks: checked
      .map(([manifest, rows]) => ({manifest, entries: entriesOf(manifest, rows).map(unjoined)}))
      .filter(({entries}) => entries.length > 0),
    exitCode: 0,
    failure: null,
    skipped: {named: skipped.map(([name]) => name), unnamed: 0, unattributed: []},
    ...(failed === undefined ? {} : failure({manifest: failed})),
    ...(crashed ? failure() : {}),
  }
  return {
    version: '0.4.4',
    list: noList ? null : manifests.map(([name, told]) => listedOf(name, typeof told === 'string' ? {} : told)),
    listFailure: null,
    outputs: [output],
    moved: new Set(checked.filter(([, {moved}]) => moved === true).map(([name]) => name)),
  }
}

/** The State key of a row. */
export function keyOf(manifest: string, row: string): string {
  const [name = ''] = row.split('@')
  return `${manifest}/${name.includes('/') ? name : `/v1/ConfigMap/${manifest}/${name}`}`
}

function entriesOf(manifest: string, rows: Rows): DiffEntry[] {
  return Object.entries(types).flatMap(([field, diffType]) =>
    (rows[field as keyof typeof types] ?? []).map(row => entryOf(manifest, diffType, row)),
  )
}

function entryOf(manifest: string, diffType: DiffType, row: string): DiffEntry {
  const stateKey = keyOf(manifest, row)
  const [, content = '1', stored = '1'] = /@(\w+)(?::(\w+))?$/.exec(row) ?? []
  const newHash = diffType === 'removed' ? null : hash(`rendered ${stateKey} ${content}`)
  const inState = hash(`stored ${stateKey} ${diffType === 'removed' ? content : stored}`)
  const oldHash = diffType === 'removed' || diffType === 'modified' ? inState : null
  return {manifest, stateKey, diffType, oldHash, newHash}
}

/** As printed: a modified row tells its new hash only. */
function unjoined(entry: DiffEntry): DiffEntry {
  return entry.diffType === 'modified' ? {...entry, oldHash: null} : entry
}

function listedOf(name: string, rows: Rows): ListedManifest {
  if (rows.state === false) return {name, stored: null, lastAppliedAt: null, gitCommit: null}
  const stored = entriesOf(name, rows).flatMap(({stateKey, oldHash}) =>
    oldHash === null ? [] : [[stateKey, oldHash] as const],
  )
  return {name, stored: new Map(stored), lastAppliedAt: '2026-11-19T22:01:00Z', gitCommit: null}
}
