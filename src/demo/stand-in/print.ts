import type {DiffRow} from './compute-diff.ts'
import {compareBytes} from './byte-order.ts'
import type {StateData} from './state-data.ts'

/** How rows are written: as the code does, or as the published sample of the documentation (facts 1.5, D1 to D3). */
export type Dialect = 'code' | 'documentation'

export const noChanges = 'No changes detected.\n'

/** One block of `state diff`, with the empty line that ends it. */
export function diffBlock(manifest: string, rows: readonly DiffRow[], dialect: Dialect): string {
  const columns = dialect === 'code' ? codeColumns : documentationColumns
  return [
    `Manifest: ${manifest}\n`,
    diffLine('STATUS', 'RESOURCE', 'HASH'),
    ...rows.map(row => diffLine(row.diffType, ...columns(row))),
    '\n',
  ].join('')
}

/** One block of `state list`, with the empty line that ends it. */
export function listBlock(manifest: string, {lastSyncedAt, gitCommitHash, entries}: StateData): string {
  if (entries.size === 0) return `Manifest: ${manifest}\n  No state found\n\n`
  return [
    `Manifest: ${manifest}\n`,
    ...(lastSyncedAt === '' ? [] : [`  Last synced: ${lastSyncedAt}\n`]),
    ...(gitCommitHash === '' ? [] : [`  Git commit: ${gitCommitHash}\n`]),
    listLine('RESOURCE', 'HASH'),
    ...[...entries].toSorted(([a], [b]) => compareBytes(a, b)).map(([key, hash]) => listLine(toResource(key), hash)),
    '\n',
  ].join('')
}

/** Whether tazuna can parse the key: five parts, or six of which the last may hold further slashes. */
export function isParsable(key: string): boolean {
  return key.split('/').length >= 5
}

/** RESOURCE of a State key: without the Manifest's name; a key of fewer than five parts is shown raw. */
function toResource(key: string): string {
  return isParsable(key) ? key.slice(key.indexOf('/') + 1) : key
}

/** `  %-14s %-60s %s\n` */
function diffLine(status: string, resource: string, hash: string): string {
  return `  ${status.padEnd(14)} ${resource.padEnd(60)} ${hash}\n`
}

/** `  %-60s %s\n` */
function listLine(resource: string, hash: string): string {
  return `  ${resource.padEnd(60)} ${hash}\n`
}

function codeColumns({diffType, key, oldHash, newHash}: DiffRow): [string, string] {
  return [toResource(key), diffType === 'removed' ? `(was: ${oldHash})` : newHash]
}

function documentationColumns({diffType, key, oldHash, newHash}: DiffRow): [string, string] {
  if (diffType === 'removed') return [key, `(was: ${shortened(oldHash)})`]
  return [key, diffType === 'modified' ? `${shortened(oldHash)} -> ${shortened(newHash)}` : shortened(newHash)]
}

function shortened(hash: string): string {
  return `${hash.slice(0, 6)}...`
}
